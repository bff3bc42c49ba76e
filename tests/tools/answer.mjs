/** Everything that the inputs ask, answered by the tools: the same in Node and in a browser. */
export function answer(tools, { visits, texts, formats, sizes, simulations }) {
  return {
    visits: visits.map((visit) => tools.classify(visit)),
    texts: texts.map(({ text, region }) => tools.findNumbers(text, region)),
    formats: formats.map(({ number, example }) => tools.formatLike(number, example)),
    sizes: sizes.map((options) => tools.sizePool(options)),
    simulations: simulations.map((options) => tools.simulatePool(options)),
  };
}
