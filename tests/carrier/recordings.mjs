/** The sound of a simulated recording: real files that any player opens, made on request. */

/** Samples a second of the WAV: telephone quality. */
const SAMPLE_RATE = 8000;
/** Seconds of sound that are made at most (2.4 MB of WAV). */
const MOST_SECONDS = 300;
/** Bytes of one MP3 frame at 32 kbit/s and 44.1 kHz: floor(144 * 32000 / 44100). */
const MP3_FRAME_BYTES = 104;
/** Seconds of one MP3 frame: 1152 samples at 44.1 kHz. */
const MP3_FRAME_SECONDS = 1152 / 44_100;

/**
 * Answers a WAV file of a soft two-note signal: 8 bit; of two channels, the caller's and the business's note apart.
 *
 * @param {number} seconds
 * @param {1|2} [channels]
 * @returns {Buffer}
 */
export function wav(seconds, channels = 1) {
  const samples = channels * Math.round(Math.min(Math.max(seconds, 1), MOST_SECONDS) * SAMPLE_RATE);
  const file = Buffer.alloc(44 + samples);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + samples, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(channels, 22);
  file.writeUInt32LE(SAMPLE_RATE, 24);
  file.writeUInt32LE(SAMPLE_RATE * channels, 28);
  file.writeUInt16LE(channels, 32);
  file.writeUInt16LE(8, 34);
  file.write('data', 36);
  file.writeUInt32LE(samples, 40);
  for (let i = 0; i < samples; i += 1) {
    const at = Math.floor(i / channels);
    const second = channels === 2 ? i % 2 : Math.floor(at / SAMPLE_RATE) % 2;
    const pitch = second === 0 ? 330 : 262;
    file[44 + i] = 128 + Math.round(24 * Math.sin((2 * Math.PI * pitch * at) / SAMPLE_RATE));
  }
  return file;
}

/**
 * Answers an MP3 file of silence: frames whose side information is zero.
 *
 * @param {number} seconds
 * @returns {Buffer}
 */
export function mp3(seconds) {
  const frames = Math.ceil(Math.min(Math.max(seconds, 1), MOST_SECONDS) / MP3_FRAME_SECONDS);
  const file = Buffer.alloc(frames * MP3_FRAME_BYTES);
  for (let i = 0; i < frames; i += 1) {
    // MPEG 1, layer III, no checksum; 32 kbit/s, 44.1 kHz; mono.
    file.writeUInt32BE(0xff_fb_10_c0, i * MP3_FRAME_BYTES);
  }
  return file;
}

/** Times that a fault of the media may be asked for, and seconds it may last. */
const MOST_FAULTS = 1000;

/**
 * Reads what is wrong with a call's recordings where the carrier keeps them.
 *
 * @param {unknown} input
 * @returns {MediaFaults}
 *
 * @typedef {object} MediaFaults
 * @property {number} missing so many requests get 404, before the recording is there
 * @property {number} gone so many get 410, as of a recording that was deleted; addresses that run out are Telnyx's
 * @property {number} refused so many get 401
 * @property {number} failing so many get 500
 * @property {number} broken so many break off in the middle
 * @property {number} slow real seconds between the first bytes and the others
 * @property {string|null} redirect where every request is sent instead
 * @property {boolean} page an HTML page comes instead
 * @property {boolean} noise bytes that are no audio file come instead
 * @property {boolean} huge its length is said to be 600 MB
 * @property {boolean} unmeasured its length is not said
 * @property {number} kept so many requests to delete one get 400
 */
export function readMediaFaults(input) {
  const faults = input !== null && typeof input === 'object' ? input : {};
  const count = (value) => Math.min(Math.max(Number(value) || 0, 0), MOST_FAULTS);
  return {
    missing: count(faults.missing), gone: count(faults.gone), refused: count(faults.refused), failing: count(faults.failing),
    broken: count(faults.broken), slow: count(faults.slow), redirect: typeof faults.redirect === 'string' ? faults.redirect : null,
    page: faults.page === true, noise: faults.noise === true, huge: faults.huge === true, unmeasured: faults.unmeasured === true,
    kept: count(faults.kept),
  };
}

/**
 * Answers a request for a recording's sound, with the faults that its call asks for.
 *
 * @param {import('node:http').ServerResponse} response
 * @param {{seconds: number, channels: number}} recording
 * @param {{form: '.wav'|'.mp3', channels: number|null}} asked `channels`: as many as were asked for
 * @param {MediaFaults} faults counted down as they happen
 */
export async function sendMedia(response, recording, asked, faults) {
  const refusal = [['missing', 404, 20404], ['gone', 410, 20404], ['refused', 401, 20003], ['failing', 500, 20500]].find(([name]) => faults[name] > 0);
  if (refusal) {
    const [name, status, code] = refusal;
    faults[name] -= 1;
    return text(response, status, JSON.stringify({ code, status }), 'application/json');
  }
  if (faults.redirect) {
    response.setHeader('location', faults.redirect);
    return text(response, 302, '', 'text/plain');
  }
  if (faults.page) {
    return text(response, 200, '<!doctype html><title>Sorry</title>', 'text/html');
  }
  // 16113: of one channel no two can be made.
  if (asked.channels === 2 && recording.channels !== 2) {
    return text(response, 400, JSON.stringify({ code: 16113, status: 400 }), 'application/json');
  }
  const type = asked.form === '.mp3' ? 'audio/mpeg' : 'audio/x-wav';
  const body = faults.noise ? Buffer.from('not a sound at all, whatever the header says') : soundOf(recording, asked);
  const length = faults.huge ? 600 * 1024 * 1024 : body.length;
  response.writeHead(200, { 'content-type': type, ...(!faults.unmeasured && { 'content-length': length }) });
  const half = Math.floor(body.length / 2);
  response.write(body.subarray(0, half));
  if (faults.broken > 0) {
    faults.broken -= 1;
    await pause(0.2);
    return response.destroy();
  }
  await pause(faults.slow);
  return response.end(body.subarray(half));
}

function soundOf({ seconds, channels }, asked) {
  return asked.form === '.mp3' ? mp3(seconds) : wav(seconds, asked.channels === 2 ? channels : 1);
}

function text(response, status, body, type) {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}

function pause(seconds) {
  return new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });
}
