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
 * Answers a WAV file of a soft two-note signal: 8 bit, mono.
 *
 * @param {number} seconds
 * @returns {Buffer}
 */
export function wav(seconds) {
  const samples = Math.round(Math.min(Math.max(seconds, 1), MOST_SECONDS) * SAMPLE_RATE);
  const file = Buffer.alloc(44 + samples);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + samples, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(SAMPLE_RATE, 24);
  file.writeUInt32LE(SAMPLE_RATE, 28);
  file.writeUInt16LE(1, 32);
  file.writeUInt16LE(8, 34);
  file.write('data', 36);
  file.writeUInt32LE(samples, 40);
  for (let i = 0; i < samples; i += 1) {
    const pitch = Math.floor(i / SAMPLE_RATE) % 2 === 0 ? 330 : 262;
    file[44 + i] = 128 + Math.round(24 * Math.sin((2 * Math.PI * pitch * i) / SAMPLE_RATE));
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
