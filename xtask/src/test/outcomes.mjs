/**
 * A reporter for Node's test runner: for `cargo xtask test` one line for each file with the milliseconds it took, and one for each
 * failed test that stands in no other.
 */
export default async function* outcomes(events) {
  for await (const { type, data } of events) {
    const isOutermost = data.nesting === 0 && data.file !== undefined;
    if (type === 'test:complete' && isOutermost && data.name === data.file) {
      yield line('file', data.file, Math.round(data.details.duration_ms));
    } else if (type === 'test:fail' && isOutermost && data.todo === undefined && data.skip === undefined) {
      yield line('failed', data.file, data.name);
    }
  }
}

function line(...words) {
  return `${words.map((word) => String(word).replaceAll(/[\t\n]/g, ' ')).join('\t')}\n`;
}
