/** What the blocks come to, as numbers and as text. */

/**
 * @typedef {object} Block requests of one kind in one round
 * @property {number} round
 * @property {string} kind
 * @property {number} requests
 * @property {number} seconds
 * @property {number} rate requests per second
 * @property {number | null} cpuMs milliseconds of workerd's CPU for each request
 * @property {number} clientCpuMs the same of the load generator
 * @property {number} rowsWritten of all its requests together
 * @property {Block} [beside] the static block right before it
 */

/**
 * Sums up the blocks of each kind.
 *
 * @param {Block[]} blocks
 * @returns {Record<string, object>} by kind
 * @throws {Error} if a kind wrote another number of rows for each request in one round than in another
 */
export function summary(blocks) {
  const kinds = [...new Set(blocks.map(({ kind }) => kind))];
  return Object.fromEntries(kinds.map((kind) => {
    const own = blocks.filter((block) => block.kind === kind);
    const paired = own.filter(({ beside }) => beside);
    return [kind, {
      rate: spread(own.map(({ rate }) => rate)),
      rateOfStatic: spread(paired.map(({ rate, beside }) => rate / beside.rate)),
      cpuMs: spread(own.map(({ cpuMs }) => cpuMs)),
      clientCpuMs: spread(own.map(({ clientCpuMs }) => clientCpuMs)),
      cpuOfStatic: spread(paired.map(({ cpuMs, beside }) => cpuMs && cpuMs / beside.cpuMs)),
      rowsWritten: oneFigure(kind, own),
    }];
  }));
}

/** The summary as a table. */
export function table(kinds) {
  const rows = Object.entries(kinds).map(([kind, { rate, rateOfStatic, cpuMs, cpuOfStatic, rowsWritten }]) => [
    kind, text(rate?.min, 0), text(rate?.median, 0), text(rate?.max, 0), text(rateOfStatic?.median, 2), text(cpuMs?.median, 2),
    text(cpuOfStatic?.median, 1), String(rowsWritten),
  ]);
  const all = [['', 'req/s min', 'median', 'max', 'of static', 'CPU ms', 'of static', 'rows'], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  ')).join('\n');
}

const text = (value, digits) => (value === undefined ? '-' : value.toFixed(digits));

function spread(values) {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  if (sorted.length === 0) {
    return undefined;
  }
  const middle = sorted.length / 2;
  return { min: sorted[0], median: (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2, max: sorted.at(-1) };
}

function oneFigure(kind, blocks) {
  const figures = new Set(blocks.map(({ rowsWritten, requests }) => rowsWritten / requests));
  if (figures.size !== 1) {
    throw new Error(`There is no one figure for the rows that "${kind}" writes: ${[...figures].join(', ')}.`);
  }
  return [...figures][0];
}
