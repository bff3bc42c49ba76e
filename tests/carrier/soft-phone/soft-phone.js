/** The soft-phone: dials, plays both ends of one call, and shows what the carrier does meanwhile. */
import { pretty } from './document-view.js';

/** People to call as: numbers of the range kept for fiction, places that fit them. */
const CALLERS = [
  { label: 'Maria Alvarez, Evanston IL', from: '+18475550110', caller: { name: 'ALVAREZ MARIA', city: 'EVANSTON', state: 'IL', zip: '60201', verstat: 'TN-Validation-Passed-A' } },
  { label: 'Tom Becker, Naperville IL', from: '+16305550127', caller: { name: 'BECKER THOMAS', city: 'NAPERVILLE', state: 'IL', zip: '60540', verstat: 'TN-Validation-Passed-A' } },
  { label: 'A mobile, Milwaukee WI', from: '+14145550133', caller: { name: 'WIRELESS CALLER', city: 'MILWAUKEE', state: 'WI', zip: '53202', verstat: 'TN-Validation-Passed-B' } },
  { label: 'Number withheld', from: '+266696687', caller: { name: null, city: null, state: null, zip: null, country: null, verstat: null } },
  { label: 'A robocall with a forged number', from: '+12025550186', caller: { name: 'CARD SERVICES', city: 'WASHINGTON', state: 'DC', zip: '20001', verstat: 'TN-Validation-Failed-C' } },
];
const KEYS = [['1', ''], ['2', 'ABC'], ['3', 'DEF'], ['4', 'GHI'], ['5', 'JKL'], ['6', 'MNO'], ['7', 'PQRS'], ['8', 'TUV'], ['9', 'WXYZ'], ['*', ''], ['0', '+'], ['#', '']];
const CALLER_STATES = {
  idle: 'Ready', dialling: 'Dialling …', listening: 'Connected', menu: 'Press a key', ringing: 'Ringing …', whisper: 'Ringing …', asked: 'Ringing …',
  talking: 'Talking', recording: 'Recording your message', ended: 'Call ended',
};
const BUSINESS_STATES = { ringing: 'Ringing', whisper: 'Hears who calls', asked: 'Press a key', talking: 'Talking' };
const WEBHOOKS = {
  voice: 'Incoming call', dial: 'Forward is over', gather: 'Keys pressed', record: 'Message recorded', redirect: 'Next document', whisper: 'What the business hears', accept: 'The business pressed',
  recording: 'Recording is ready', status: 'Call is over', fallback: 'Fallback',
};
/** Fields shown first, because they change from one webhook to the next. */
const TELLING = ['CallStatus', 'DialCallStatus', 'DialCallDuration', 'DialBridged', 'Digits', 'RecordingStatus', 'RecordingDuration', 'CallDuration', 'SequenceNumber'];
/** Digits of a North American number. */
const DIGITS = 10;
/** Entries of the story that stay on the page. */
const MOST_ENTRIES = 300;

const at = (id) => document.getElementById(id);
let sid = null;
let phase = 'idle';

buildKeypad();
buildCallers();
at('to').value = new URLSearchParams(location.search).get('to') ?? '';
format();
at('to').addEventListener('input', format);
at('erase').addEventListener('click', () => {
  at('to').value = at('to').value.replace(/[^\d]*\d[^\d]*$/, '');
  format();
  at('to').focus();
});
at('dialler').addEventListener('submit', (event) => {
  event.preventDefault();
  if (!busy()) {
    call();
  }
});
at('hangup').addEventListener('click', () => act('hangup', { by: 'caller' }));
at('message').addEventListener('click', () => act('message', { seconds: 8 }));
document.querySelectorAll('[data-act]').forEach((button) => {
  const { act: action } = button.dataset;
  button.addEventListener('click', () => (action === 'end' ? act('hangup', { by: 'business' }) : act(action)));
});
document.querySelectorAll('[data-key]').forEach((button) => {
  button.addEventListener('click', () => act('callee-digits', { digits: button.dataset.key }));
});
at('aloud').addEventListener('change', () => {
  if (!at('aloud').checked) {
    speechSynthesis.cancel();
  }
});
const stream = new EventSource('/events');
stream.onmessage = (message) => hear(JSON.parse(message.data));
stream.onerror = () => complain('The carrier does not answer; is the demo still running?');
stream.onopen = () => complain('');

async function call() {
  const to = e164(at('to').value);
  if (to === null) {
    complain('Enter a number of ten digits, such as (312) 555-0151.');
    at('to').focus();
    return;
  }
  complain('');
  const { from, caller } = CALLERS[at('who').selectedIndex];
  at('story').replaceChildren();
  at('story-empty').hidden = true;
  sid = 'starting';
  const answer = await post('/calls', { from, to, caller, interactive: true });
  if (answer.error) {
    sid = null;
    complain(answer.error.message);
  }
}

async function act(action, body = {}) {
  const answer = await post(`/calls/${sid}/${action}`, body);
  if (answer.error && answer.error.code !== 'not_now') {
    complain(answer.error.message);
  }
}

async function post(path, body) {
  try {
    const response = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    return await response.json();
  } catch {
    return { error: { code: 'no_answer', message: 'The carrier does not answer; is the demo still running?' } };
  }
}

/** Takes one event of the carrier: the first of a call that was started here makes it ours. */
function hear({ call: told, entry }) {
  if (!told.interactive) {
    return;
  }
  if (sid === null || sid === 'starting') {
    if (told.phase === 'ended') {
      return;
    }
    sid = told.sid;
  }
  if (told.sid !== sid) {
    return;
  }
  if (entry !== null) {
    tell(entry);
  }
  show(told);
}

function show(told) {
  phase = told.phase;
  if (phase === 'ended') {
    sid = null;
  }
  const between = `${national(told.from)}\ncalls ${national(told.to)}`;
  state('caller-state', phase, CALLER_STATES[phase] ?? phase);
  state('business-state', phase in BUSINESS_STATES ? phase : 'idle', BUSINESS_STATES[phase] ?? 'Quiet');
  at('bell').dataset.phase = phase;
  const text = { ringing: `${told.caller.name ?? 'Unknown caller'}\n${between}`, whisper: 'Listening to who calls …', asked: 'Listening to who calls …', talking: `Talking to ${told.caller.name ?? 'an unknown caller'}` }[phase] ?? 'Nobody is calling.';
  if (at('bell-text').textContent !== text) {
    at('bell-text').textContent = text;
  }
  swapFocus(at('call'), at('hangup'), busy());
  at('message').hidden = phase !== 'recording';
  at('ringing').hidden = phase !== 'ringing';
  at('ringing-hint').hidden = phase !== 'ringing';
  at('asked').hidden = phase !== 'asked';
  at('asked-hint').hidden = phase !== 'asked';
  at('talking').hidden = phase !== 'talking';
  at('who').disabled = busy();
  at('caller').dataset.phase = busy() ? phase : 'idle';
}

/** Shows one button in the place of the other, and keeps the keyboard where it was. */
function swapFocus(idle, going, isGoing) {
  const focused = [idle, going].includes(document.activeElement);
  idle.hidden = isGoing;
  going.hidden = !isGoing;
  if (focused) {
    (isGoing ? going : idle).focus();
  }
}

function busy() {
  return sid !== null;
}

function state(id, of, text) {
  at(id).dataset.phase = of;
  if (at(id).textContent !== text) {
    at(id).textContent = text;
  }
}

function tell(entry) {
  if (entry.type === 'heard' || entry.type === 'whispered') {
    add(entry.type, entry, entry.text);
    if (at('aloud').checked && 'speechSynthesis' in window && !entry.text.startsWith('[')) {
      speechSynthesis.speak(new SpeechSynthesisUtterance(entry.text));
    }
  } else if (entry.type === 'note') {
    add('note', entry, entry.text);
  } else if (entry.type === 'error') {
    add('note', entry, `Error ${entry.code}: ${entry.message}`).classList.add('error');
  } else if (entry.type === 'phase' && ['ringing', 'whisper', 'talking', 'ended'].includes(entry.phase)) {
    const text = { ringing: `The carrier rings ${entry.detail.split(', ').map(national).join(' and ')}.`, whisper: 'The business answers, and hears who calls.', talking: 'The business is connected.', ended: `The call is over (${entry.detail}).` };
    add('note', entry, text[entry.phase]);
  } else if (entry.type === 'webhook') {
    tellWebhook(entry);
  }
}

function add(template, entry, text) {
  const item = at(template).content.firstElementChild.cloneNode(true);
  item.dataset.entry = entry.id;
  item.querySelector('time').textContent = `${entry.at.toFixed(1)} s`;
  if (text !== undefined) {
    item.querySelector('p').textContent = text;
  }
  at('story').append(item);
  while (at('story').children.length > MOST_ENTRIES) {
    at('story').firstElementChild.remove();
  }
  return item;
}

/** A webhook is told twice: when it is sent, and when its answer is there. */
function tellWebhook(entry) {
  const item = at('story').querySelector(`[data-entry="${entry.id}"]`) ?? add('webhook', entry);
  const [kind, event] = entry.kind.split(':');
  item.querySelector('b').textContent = kind === 'leg' ? `Leg ${event}` : WEBHOOKS[kind] ?? kind;
  item.querySelector('.what').textContent = inShort(entry.params);
  item.querySelector('.url').textContent = `${entry.method} ${entry.url}`;
  if (entry.status === null) {
    return;
  }
  const status = item.querySelector('.status');
  status.textContent = entry.status === 0 ? `no answer (${entry.failure})` : `${entry.status} · ${entry.ms} ms`;
  status.classList.toggle('bad', entry.status < 200 || entry.status > 299);
  item.querySelector('pre').textContent = entry.body === '' ? '(no document)' : pretty(entry.body);
  const fields = [...TELLING.filter((key) => key in entry.params), ...Object.keys(entry.params).filter((key) => !TELLING.includes(key)).sort()];
  item.querySelector('dl').replaceChildren(...[...fields.map((key) => [key, entry.params[key]]), ['X-Twilio-Signature', entry.signature]].flatMap(pair));
}

/** The fields of a webhook that tell what happened, in a line. */
function inShort(params) {
  const seconds = params.DialCallDuration ?? params.RecordingDuration ?? params.CallDuration;
  const parts = [params.DialCallStatus ?? params.RecordingStatus ?? params.CallStatus, params.Digits && `keys ${params.Digits}`, Number(seconds) > 0 && `${seconds} s`];
  return parts.filter(Boolean).join(', ');
}

function pair([name, value]) {
  const term = document.createElement('dt');
  const description = document.createElement('dd');
  term.textContent = name;
  description.textContent = value === '' ? '(empty)' : value;
  return [term, description];
}

function complain(text) {
  at('to-problem').textContent = text;
}

function buildKeypad() {
  for (const [key, letters] of KEYS) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = key;
    if (letters) {
      const small = document.createElement('small');
      small.textContent = letters;
      small.ariaHidden = 'true';
      button.append(small);
    }
    button.addEventListener('click', () => press(key));
    at('keys').append(button);
  }
}

/** During a call the keys are tones; before it they dial. */
function press(key) {
  if (busy()) {
    act('digits', { digits: key });
    return;
  }
  at('to').value += key;
  format();
}

function buildCallers() {
  for (const { label, from } of CALLERS) {
    at('who').add(new Option(`${label} · ${national(from)}`));
  }
}

/** Writes the number as it is dialled, if the cursor is at its end. */
function format() {
  const field = at('to');
  if (field.selectionStart !== field.value.length) {
    return;
  }
  const number = e164(field.value);
  if (number !== null) {
    field.value = national(number);
  }
}

function e164(text) {
  const digits = text.replace(/\D/g, '');
  const local = digits.length === DIGITS + 1 && digits.startsWith('1') ? digits.slice(1) : digits;
  return local.length === DIGITS ? `+1${local}` : null;
}

function national(number) {
  const match = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return match ? `(${match[1]}) ${match[2]}-${match[3]}` : number;
}
