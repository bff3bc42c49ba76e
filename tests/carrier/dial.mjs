/** One Dial: rings the legs, connects the first that takes the call, and reports each leg's events. */
import { CallerHungUp } from './clock.mjs';
import { legEventForm } from './forms.mjs';
import { canBeDialled, canBeShown } from './grammar.mjs';
import { whisper } from './whisper.mjs';

/** Script seconds after which a busy or failed leg has said so. */
const REFUSAL_SECONDS = 1;
/** SIP answers behind a leg's final status, as Twilio's SipResponseCode. */
const SIP_CODES = { completed: '200', busy: '486', 'no-answer': '487', canceled: '487', failed: '404' };
/** The event a leg's status is reported under; every final status is "completed". */
const EVENT_OF = { initiated: 'initiated', ringing: 'ringing', 'in-progress': 'answered' };
/** What a person's signal makes of a leg that rings. */
const SIGNALLED = { answer: 'in-progress', busy: 'busy', decline: 'no-answer' };
/** Twilio's error for a caller id that cannot be shown. */
const BAD_CALLER_ID = 13_214;

/**
 * Plays one Dial.
 *
 * @param {import('./call.mjs').Call} call
 * @param {object} plan what the document asks for
 * @returns {Promise<{params: Record<string, string>, gone: boolean}>} the form of the action, and whether the caller is gone
 */
export async function dial(call, plan) {
  const from = plan.callerId ?? call.script.from;
  const legs = plan.legs.map((asked) => ({
    ...asked, sid: call.newSid('CA'), callee: call.calleeAt(asked.to), from, sequence: 0, status: null, answeredAt: null,
  }));
  if (!from.startsWith('sip:') && !canBeShown(from)) {
    call.fail(BAD_CALLER_ID, `"${from}" cannot be shown to whoever is dialled`);
    return { params: notConnected('failed'), gone: false };
  }
  for (const leg of legs) {
    report(call, leg, 'initiated');
    if (leg.callee.does !== 'failed' && canBeDialled(leg.to)) {
      report(call, leg, 'ringing');
    }
  }
  const began = call.clock.seconds;
  call.enterPhase('ringing', legs.map((leg) => leg.to).join(', '));
  let winner;
  try {
    winner = await connect(call, legs, plan.timeout);
  } catch (error) {
    if (!(error instanceof CallerHungUp)) {
      throw error;
    }
    return { params: left(call, legs), gone: true };
  }
  if (winner === null) {
    return { params: declined(legs) ?? notConnected(worst(legs), legs[0]), gone: false };
  }
  settle(call, legs.filter((leg) => leg !== winner), 'canceled');
  return talk(call, winner, { ...plan, began });
}

/**
 * Rings until a leg takes the call; answers the leg, or null if none does.
 *
 * While one leg hears its document the others go on ringing. One that is picked up meanwhile hears its own when the first
 * has declined: a simplification, as the carrier carries them out side by side.
 */
async function connect(call, legs, timeout) {
  const began = call.clock.seconds;
  const plans = legs.map((leg) => ({ leg, ...outcomeOf(leg, timeout) }));
  plans.sort((a, b) => a.after - b.after);
  for (const { leg, after, status } of plans) {
    call.clock.listen('answer', 'busy', 'decline');
    const signal = await call.clock.pass(Math.max(0, began + after - call.clock.seconds));
    call.clock.listen();
    const said = signal === null ? status : SIGNALLED[signal.kind];
    if (said !== 'in-progress') {
      finish(call, leg, said);
    } else if (await takes(call, leg)) {
      return leg;
    } else {
      finish(call, leg, 'completed');
      goOnRinging(call, legs);
    }
  }
  return null;
}

/** Answers a leg; says whether whoever answered is to be connected. */
async function takes(call, leg) {
  report(call, leg, 'in-progress');
  leg.answeredAt = call.clock.seconds;
  if (leg.url === null) {
    return true;
  }
  call.enterPhase('whisper', leg.to);
  return whisper(call, leg);
}

function goOnRinging(call, legs) {
  const others = legs.filter((leg) => !(leg.status in SIP_CODES));
  if (others.length > 0) {
    call.enterPhase('ringing', others.map((leg) => leg.to).join(', '));
  }
}

function outcomeOf({ to, callee }, timeout) {
  if (!canBeDialled(to) || callee.does === 'failed') {
    return { after: REFUSAL_SECONDS, status: 'failed' };
  }
  if (callee.does === 'busy') {
    return { after: REFUSAL_SECONDS, status: 'busy' };
  }
  if (callee.does === 'answer' && callee.after < timeout) {
    return { after: callee.after, status: 'in-progress' };
  }
  return { after: timeout, status: 'no-answer' };
}

async function talk(call, leg, plan) {
  call.answer();
  call.enterPhase('talking', leg.to);
  const began = call.clock.seconds;
  let gone = false;
  call.clock.listen('end');
  const recording = plan.record && call.beginRecording(plan.record);
  try {
    await call.clock.pass(Math.min(leg.callee.talk_seconds, plan.timeLimit));
  } catch (error) {
    if (!(error instanceof CallerHungUp)) {
      throw error;
    }
    gone = true;
  } finally {
    call.clock.listen();
  }
  const seconds = Math.round(call.clock.seconds - began);
  finish(call, leg, 'completed');
  const params = { DialCallStatus: 'completed', DialCallSid: leg.sid, DialCallDuration: String(seconds), DialBridged: 'true' };
  if (recording && seconds > 0) {
    const rang = plan.record.fromRinging ? Math.round(began - plan.began) : 0;
    params.RecordingUrl = call.keepRecording(plan.record, { ...recording, seconds: seconds + rang, source: 'DialVerb' }).url;
  }
  return { params, gone };
}

/** Ends what rang or listened when the caller left, and says so. */
function left(call, legs) {
  const listening = legs.find((leg) => leg.status === 'in-progress');
  settle(call, legs, 'no-answer');
  return listening ? { ...notConnected('completed', listening), DialCallDuration: String(listening.seconds) } : notConnected('no-answer', legs[0]);
}

/** What is told when whoever answered would not take the call: the leg was answered, and nobody was connected. */
function declined(legs) {
  const leg = legs.findLast((one) => one.answeredAt !== null);
  return leg && { ...notConnected('completed', leg), DialCallDuration: String(leg.seconds) };
}

function notConnected(status, leg) {
  return { DialCallStatus: status, ...(leg && status !== 'failed' && { DialCallSid: leg.sid }), DialBridged: 'false' };
}

function settle(call, legs, status) {
  for (const leg of legs) {
    if (!(leg.status in SIP_CODES)) {
      finish(call, leg, leg.status === 'in-progress' ? 'completed' : status);
    }
  }
}

function finish(call, leg, status) {
  leg.seconds = leg.answeredAt === null ? 0 : Math.round(call.clock.seconds - leg.answeredAt);
  report(call, leg, status, {
    CallDuration: String(leg.seconds), Duration: String(Math.ceil(leg.seconds / 60)), SipResponseCode: SIP_CODES[status],
  });
}

function report(call, leg, status, more = {}) {
  leg.status = status;
  const event = EVENT_OF[status] ?? 'completed';
  if (leg.statusCallback === null || !leg.events.includes(event)) {
    return;
  }
  const params = { ...legEventForm(call, leg, status), ...more };
  leg.sequence += 1;
  call.postCallback(`leg:${event}`, leg.statusCallback, params, leg.method);
}

/** What the action is told when nobody answered: busy beats no answer, which beats failed. */
function worst(legs) {
  return ['busy', 'no-answer'].find((status) => legs.some((leg) => leg.status === status)) ?? 'failed';
}
