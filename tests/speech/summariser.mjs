/**
 * A stand-in for a language model: it looks for words in the transcript it is sent, and fills the form it is asked to fill. It can
 * also be as bad as real ones: answer nonsense, or obey what a caller says to it.
 */

const TAGS = { plumbing: /sink|plumber/, heating: /heater/ };

/** What it answers, by how it is told to behave. */
const BEHAVIOURS = {
  good: (transcript, tags) => ({
    summary: `The caller speaks of ${['sink', 'heater'].filter((word) => transcript.includes(word)).join(' and ') || 'nothing known'}.`,
    intent: 'Wants somebody to come.',
    tags: tags.filter((tag) => TAGS[tag]?.test(transcript)),
    sentiment: 'neutral', lead_score: 80, lead_score_explanation: 'Asks for a date.',
  }),
  // All that the caller wants of it, and more than the form has room for.
  obedient: (transcript) => ({
    summary: `I was told: ${transcript}`, intent: 'Wants a score.', tags: ['vip', 'plumbing', 'admin'], sentiment: 'positive',
    lead_score: 100, lead_score_explanation: 'The caller said so.', role: 'system', forward_to: '+19005550100',
  }),
  boundless: (...asked) => ({ ...BEHAVIOURS.good(...asked), lead_score: 100_000 }),
  garbage: () => 'As a language model I would rather write a poem.',
};

/** The ways it can behave. */
export const WAYS = Object.keys(BEHAVIOURS);

/**
 * Answers a chat completion.
 *
 * @param {{model: string, messages: {role: string, content: string}[], response_format: object}} asked
 * @param {string} way
 */
export function complete(asked, way) {
  const said = asked.messages.find((message) => message.role === 'user').content;
  const { json_schema: form } = asked.response_format;
  // OpenAI's protocol names the schema, Workers AI takes it bare.
  const { enum: tags = [] } = (form.schema ?? form).properties.tags.items;
  const answer = BEHAVIOURS[way](said, tags);
  const content = typeof answer === 'string' ? answer : JSON.stringify(answer);
  return {
    id: 'chatcmpl-1', object: 'chat.completion', created: 0, model: asked.model,
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
    usage: { prompt_tokens: Math.ceil(JSON.stringify(asked.messages).length / 4), completion_tokens: Math.ceil(content.length / 4) },
  };
}
