/** One Dial: rings the legs, bridges the first that answers, and reports each leg's events. */
import { CallerHungUp } from './clock.mjs';
import { legForm } from './forms.mjs';

/** Script seconds after which a busy or failed leg has said so. */
const REFUSAL_SECONDS = 1;
/** SIP answers behind a leg's final status, as Twilio's SipResponseCode. */
const SIP_CODES = { completed: '200', busy: '486', 'no-answer': '487', canceled: '487', failed: '404' };
/** The event a leg's status is reported under; every final status is "completed". */
const EVENT_OF = { initiated: 'initiated', ringing: 'ringing', 'in-progress': 'answered' };

/**
 * Plays one Dial.
 *
 * @param {import('./call.mjs').Call} call
 * @param {object} plan what the document asks for
 * @returns {Promise<{params: Record<string, string>, gone: boolean}>} the form of the action, and whether the caller is gone
 */
export async function dial(call, plan) {
  const legs = plan.legs.map((asked) => ({
    ...asked, sid: call.newSid('CA'), behaviour: call.nextCallee(), from: plan.callerId ?? call.script.from, sequence: 0, status: null,
  }));
  for (const leg of legs) {
    report(call, leg, 'initiated');
    if (leg.behaviour !== 'failed') {
      report(call, leg, 'ringing');
    }
  }
  call.enterPhase('ringing', legs.map((leg) => leg.to).join(', '));
  const winner = await ring(call, legs, plan.timeout);
  if (winner === 'gone') {
    // The caller left first: what rang was not answered.
    settle(call, legs, 'no-answer');
    return { params: { DialCallStatus: 'no-answer', DialCallSid: legs[0].sid, DialBridged: 'false' }, gone: true };
  }
  if (winner === null) {
    const status = worst(legs);
    const sid = status === 'failed' ? {} : { DialCallSid: legs[0].sid };
    return { params: { DialCallStatus: status, ...sid, DialBridged: 'false' }, gone: false };
  }
  report(call, winner, 'in-progress');
  settle(call, legs.filter((leg) => leg !== winner), 'canceled');
  return talk(call, winner, plan);
}

/** Rings until a leg answers; answers the leg, null if none does, or 'gone'. */
async function ring(call, legs, timeout) {
  const began = call.clock.seconds;
  const plans = legs.map((leg) => ({ leg, ...outcomeOf(leg.behaviour, call.script.ring_seconds, timeout) }));
  plans.sort((a, b) => a.after - b.after);
  call.clock.listen('answer', 'busy', 'decline');
  try {
    for (const { leg, after, status } of plans) {
      const signal = await call.clock.pass(Math.max(0, began + after - call.clock.seconds));
      if (signal?.kind === 'answer') {
        return leg;
      }
      const said = signal === null ? status : { busy: 'busy', decline: 'no-answer' }[signal.kind];
      if (said === 'in-progress') {
        return leg;
      }
      finish(call, leg, said, 0);
    }
    return null;
  } catch (error) {
    if (error instanceof CallerHungUp) {
      return 'gone';
    }
    throw error;
  } finally {
    call.clock.listen();
  }
}

function outcomeOf(behaviour, ringSeconds, timeout) {
  if (behaviour === 'answer' && ringSeconds < timeout) {
    return { after: ringSeconds, status: 'in-progress' };
  }
  if (behaviour === 'busy' || behaviour === 'failed') {
    return { after: REFUSAL_SECONDS, status: behaviour };
  }
  return { after: timeout, status: 'no-answer' };
}

async function talk(call, leg, plan) {
  call.answer();
  call.enterPhase('talking', leg.to);
  const began = call.clock.seconds;
  let gone = false;
  call.clock.listen('end');
  try {
    await call.clock.pass(Math.min(call.script.talk_seconds, plan.timeLimit));
  } catch (error) {
    if (!(error instanceof CallerHungUp)) {
      throw error;
    }
    gone = true;
  } finally {
    call.clock.listen();
  }
  const seconds = Math.round(call.clock.seconds - began);
  finish(call, leg, 'completed', seconds);
  const params = { DialCallStatus: 'completed', DialCallSid: leg.sid, DialCallDuration: String(seconds), DialBridged: 'true' };
  if (plan.record && seconds > 0) {
    params.RecordingUrl = call.keepRecording(plan.record, { seconds, source: 'DialVerb' }).url;
  }
  return { params, gone };
}

function settle(call, legs, status) {
  for (const leg of legs) {
    if (!(leg.status in SIP_CODES)) {
      finish(call, leg, status, 0);
    }
  }
}

function finish(call, leg, status, seconds) {
  report(call, leg, status, {
    CallDuration: String(seconds), Duration: String(Math.ceil(seconds / 60)), SipResponseCode: SIP_CODES[status],
  });
}

function report(call, leg, status, more = {}) {
  leg.status = status;
  const event = EVENT_OF[status] ?? 'completed';
  if (leg.statusCallback === null || !leg.events.includes(event)) {
    return;
  }
  const params = { ...legForm(call, leg, status), ...more };
  leg.sequence += 1;
  call.postCallback(`leg:${event}`, leg.statusCallback, params, leg.method);
}

/** What the action is told when nobody answered: busy beats no answer, which beats failed. */
function worst(legs) {
  return ['busy', 'no-answer'].find((status) => legs.some((leg) => leg.status === status)) ?? 'failed';
}
