/** Speech for simulated recordings, spoken by eSpeak NG. */
import path from 'node:path';
import { run } from './programs.mjs';

/** The voices that the recogniser understands best: eSpeak's name, words a minute, pitch. */
const VOICES = { caller: ['en-us', '160', '40'], business: ['en-us', '140', '40'], stranger: ['en-us+f3', '140', '40'] };
/** Samples a second of the recordings. The recogniser's model wants 16,000; a telephone's 8,000 lose what it listens to. */
const RATE = '16000';
/** How loud a line is on which nobody speaks: recognisers take that for the measure of silence, and find none in zeros. */
const LINE_NOISE = '0.002';

/**
 * Speaks a sentence into a WAV file of one channel.
 *
 * @param {string} folder
 * @param {string} name of the file, without ending
 * @param {keyof typeof VOICES} voice
 * @param {string} sentence
 * @returns {Promise<string>} the file
 */
export async function speak(folder, name, voice, sentence) {
  return onLine(folder, name, await voiceOf(folder, name, voice, sentence));
}

/**
 * Speaks a conversation into a WAV file of two channels, as carriers record one: the caller in the first, the business in
 * the second. Each sentence begins a second after the one before ended.
 *
 * @param {string} folder
 * @param {string} name
 * @param {[('caller'|'business'), string][]} sentences
 * @returns {Promise<string>} the file
 */
export async function converse(folder, name, sentences) {
  const channels = { caller: [], business: [] };
  for (const [index, [voice, sentence]] of sentences.entries()) {
    const spoken = await voiceOf(folder, `${name}-${index}`, voice, sentence);
    for (const speaker of Object.keys(channels)) {
      const heard = path.join(folder, `${name}-${index}-${speaker}.wav`);
      await run('sox', [spoken, heard, ...(speaker === voice ? [] : ['vol', '0']), 'pad', '0', '1']);
      channels[speaker].push(heard);
    }
  }
  const lines = [];
  for (const [speaker, heard] of Object.entries(channels)) {
    const whole = path.join(folder, `${name}-${speaker}-whole.wav`);
    await run('sox', [...heard, whole]);
    lines.push(await onLine(folder, `${name}-${speaker}`, whole));
  }
  const file = path.join(folder, `${name}.wav`);
  await run('sox', ['-M', ...lines, file]);
  return file;
}

async function voiceOf(folder, name, voice, sentence) {
  const [spoken, fitted] = [`${name}-spoken.wav`, `${name}-voice.wav`].map((one) => path.join(folder, one));
  const [variant, speed, pitch] = VOICES[voice];
  await run('espeak-ng', ['-v', variant, '-s', speed, '-p', pitch, '-a', '60', '-w', spoken, sentence]);
  await run('sox', [spoken, '-r', RATE, '-b', '16', '-c', '1', fitted]);
  return fitted;
}

async function onLine(folder, name, spoken) {
  const [noise, file] = [`${name}-noise.wav`, `${name}.wav`].map((one) => path.join(folder, one));
  const seconds = (await run('soxi', ['-D', spoken])).trim();
  await run('sox', ['-n', '-r', RATE, '-b', '16', '-c', '1', noise, 'synth', seconds, 'pinknoise', 'vol', LINE_NOISE]);
  await run('sox', ['-m', '-v', '1', spoken, '-v', '1', noise, file]);
  return file;
}
