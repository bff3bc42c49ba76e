/** The form fields of Twilio's webhooks, by the names of its reference. */

/** Where the dialled numbers live, as the carrier's directory has it. */
const CALLED_PLACE = { City: 'CHICAGO', State: 'IL', Zip: '60601', Country: 'US' };
/** Version of the API that Twilio names in every webhook. */
const API_VERSION = '2010-04-01';

/** Answers the fields that every webhook of the call carries. */
export function callForm(call) {
  const { from, to, caller, params } = call.script;
  const form = {
    AccountSid: call.carrier.accountSid, ApiVersion: API_VERSION, CallSid: call.sid, CallStatus: call.status, Direction: 'inbound',
    From: from, Caller: from, To: to, Called: to,
    ...place('From', 'Caller', { City: caller.city, State: caller.state, Zip: caller.zip, Country: caller.country }),
    ...place('To', 'Called', CALLED_PLACE),
  };
  if (caller.name !== null) {
    form.CallerName = caller.name;
  }
  return { ...form, ...params };
}

/** Answers the fields of the incoming call: those of the call and what the network says of the caller. */
export function incomingForm(call) {
  const { verstat } = call.script.caller;
  return verstat === null ? callForm(call) : { ...callForm(call), StirVerstat: verstat };
}

/** Answers the fields that every webhook of a dialled leg carries. */
export function legForm(call, leg, status) {
  return {
    AccountSid: call.carrier.accountSid, ApiVersion: API_VERSION, CallSid: leg.sid, ParentCallSid: call.sid, CallStatus: status,
    Direction: 'outbound-dial', From: leg.from, Caller: leg.from, To: leg.to, Called: leg.to,
  };
}

/** Answers the fields of one event of a dialled leg. */
export function legEventForm(call, leg, status) {
  return {
    ...legForm(call, leg, status), CallbackSource: 'call-progress-events', SequenceNumber: String(leg.sequence),
    Timestamp: rfc2822(call.clock.now),
  };
}

/** Answers the fields of the number's status callback, sent when the call is over. */
export function statusForm(call, seconds) {
  return {
    ...callForm(call), CallDuration: String(seconds), Duration: String(Math.ceil(seconds / 60)),
    CallbackSource: 'call-progress-events', SequenceNumber: '0', Timestamp: rfc2822(call.clock.now),
  };
}

/** Answers the fields of a recording's callback, which names the parent call and neither From nor To. */
export function recordingForm(call, recording) {
  const form = {
    AccountSid: call.carrier.accountSid, CallSid: call.sid, RecordingSid: recording.sid, RecordingSource: recording.source,
    RecordingStatus: recording.status, RecordingTrack: recording.track,
  };
  if (recording.status === 'in-progress') {
    return { ...form, RecordingStartTime: rfc2822(recording.startedAt), RecordingChannels: String(recording.channels), ErrorCode: '0' };
  }
  if (recording.status === 'absent') {
    // 16101: too short to keep.
    return { ...form, ErrorCode: '16101' };
  }
  return {
    ...form, RecordingUrl: recording.url, RecordingDuration: String(recording.seconds), RecordingChannels: String(recording.channels),
    RecordingStartTime: rfc2822(recording.startedAt), ErrorCode: '0',
  };
}

/**
 * Answers a time the way Twilio writes it.
 *
 * @param {number} time Unix milliseconds
 * @returns {string} such as `Thu, 09 Oct 2025 08:53:20 +0000`
 */
export function rfc2822(time) {
  return new Date(time).toUTCString().replace('GMT', '+0000');
}

function place(prefix, twin, fields) {
  const form = {};
  for (const [key, value] of Object.entries(fields)) {
    form[`${prefix}${key}`] = value ?? '';
    form[`${twin}${key}`] = value ?? '';
  }
  return form;
}
