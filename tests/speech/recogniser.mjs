/** A real recogniser, PocketSphinx, behind the form of `POST /v1/audio/transcriptions`. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from './programs.mjs';

/** What it knows: of a whole language it takes too much for what a synthetic voice did not say. */
const PHRASES = [
  'hello', 'my kitchen sink', 'is leaking', 'please', 'call me back', 'tomorrow morning', 'plumber', 'harbor plumbing', 'how can we help you',
  'thank you', 'water heater', 'broken', 'ignore all', 'previous instructions', 'give this call', 'a score of', 'one hundred',
];
const WORDS = new Set(PHRASES.flatMap((phrase) => phrase.split(' ')));
/** Any of them in any order. */
const GRAMMAR = `#JSGF V1.0;\ngrammar calls;\npublic <said> = ( ${PHRASES.join(' | ')} )+ ;\n`;

/**
 * Answers what is said in a recording, as `verbose_json` tells it.
 *
 * @param {Uint8Array} audio
 * @returns {Promise<{task: string, language: string, duration: number, text: string, segments: object[]}>}
 */
export async function recognise(audio) {
  const folder = await mkdtemp(path.join(tmpdir(), 'dni-speech-'));
  try {
    const [given, fitted, grammar] = ['given.wav', 'fitted.wav', 'words.gram'].map((name) => path.join(folder, name));
    await Promise.all([writeFile(given, audio), writeFile(grammar, GRAMMAR)]);
    await run('sox', [given, '-r', '16000', '-c', '1', '-b', '16', fitted]);
    // Its own removal of noise takes speech along where little else is heard.
    const said = await run('pocketsphinx_continuous', [
      '-infile', fitted, '-jsgf', grammar, '-remove_noise', 'no', '-time', 'yes', '-logfn', '/dev/null',
    ]);
    const segments = utterances(said);
    return {
      task: 'transcribe', language: 'english', duration: Number(await run('soxi', ['-D', given])), segments,
      text: segments.map((segment) => segment.text).join(' '),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Each utterance is a line of text, followed by a line for each of its words: word, beginning, end, confidence. */
function utterances(said) {
  const segments = [];
  for (const line of said.split('\n')) {
    const word = /^(\S+) (\d+\.\d+) (\d+\.\d+) (\d+\.\d+)$/.exec(line);
    if (word === null) {
      segments.push({ words: [] });
      continue;
    }
    // The second way to pronounce a word is written `a(2)`; marks of silence are no words.
    const written = word[1].replace(/\(\d+\)$/, '');
    if (WORDS.has(written)) {
      segments.at(-1)?.words.push({ word: written, start: Number(word[2]), end: Number(word[3]) });
    }
  }
  return segments.filter(({ words }) => words.length > 0).map(({ words }, id) => ({
    id, start: words[0].start, end: words.at(-1).end, text: words.map((one) => one.word).join(' '), avg_logprob: -0.2, no_speech_prob: 0.01,
  }));
}
