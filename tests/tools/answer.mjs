/** Everything that the inputs ask, answered by the tools: the same in Node and in a browser. */
export function answer(tools, { visits, texts, formats, sizes, simulations, flows }) {
  return {
    visits: visits.map((visit) => tools.classify(visit)),
    texts: texts.map(({ text, region }) => tools.findNumbers(text, region)),
    formats: formats.map(({ number, example }) => tools.formatLike(number, example)),
    sizes: sizes.map((options) => tools.sizePool(options)),
    flows: flows.map(({ flow, others, script, site }) => ({ findings: tools.checkFlow(flow, site), walk: tools.simulateFlow(flow, script, others) })),
    simulations: simulations.map((options) => tools.simulatePool(options)),
  };
}
