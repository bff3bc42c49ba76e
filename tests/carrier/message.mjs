/** One Record: the tone, what the caller says behind it, and how that ends. */
import { CallerHungUp } from './clock.mjs';

/** Seconds of the ready-made message of the soft-phone. */
const READY_MADE_SECONDS = 8;

/**
 * Plays one Record.
 *
 * @param {import('./call.mjs').Call} call
 * @param {object} plan what the document asks for
 * @returns {Promise<{params: Record<string, string>|null, gone: boolean}>} the form of the action, null if there is nothing to tell,
 *   and whether the caller is gone
 */
export async function takeMessage(call, { maxLength, timeout, record }) {
  call.enterPhase('recording');
  call.heard('[tone]');
  const message = await speak(call, maxLength, timeout);
  if (message.seconds === 0) {
    call.keepRecording(record, { seconds: 0, source: 'RecordVerb' });
    return { params: null, gone: message.gone };
  }
  const { sid, url } = call.keepRecording(record, { seconds: message.seconds, source: 'RecordVerb' });
  const digits = message.gone ? { Digits: 'hangup' } : { Digits: message.key };
  return {
    params: { RecordingSid: sid, RecordingUrl: url, RecordingDuration: String(message.seconds), ...digits },
    gone: message.gone,
  };
}

/** Plays what the caller says after the tone: how long, and how it ended. */
async function speak(call, maxLength, timeout) {
  const { clock, script } = call;
  const began = clock.seconds;
  const length = () => Math.round(clock.seconds - began);
  clock.listen('digits', 'message');
  try {
    const plan = script.interactive ? await asked(clock, maxLength) : script.voicemail;
    if (plan === null) {
      return { seconds: 0, key: '', gone: true };
    }
    await clock.pass(Math.min(plan.seconds, maxLength));
    const seconds = length();
    if (seconds >= maxLength) {
      return { seconds, key: '', gone: false };
    }
    if (plan.ends === 'silence' || plan.seconds === 0) {
      await clock.pass(timeout);
    }
    return { seconds, key: plan.ends === 'key' ? '#' : '', gone: plan.ends === 'hangup' && plan.seconds > 0 };
  } catch (error) {
    if (!(error instanceof CallerHungUp)) {
      throw error;
    }
    return { seconds: length(), key: '', gone: true };
  } finally {
    clock.listen();
  }
}

/** Records a person until a key, a ready-made message, or the longest length. */
async function asked(clock, maxLength) {
  const signal = await clock.pass(maxLength);
  if (signal?.kind === 'message') {
    return { seconds: Number(signal.value) || READY_MADE_SECONDS, ends: 'hangup' };
  }
  return { seconds: 0.001, ends: 'key' };
}
