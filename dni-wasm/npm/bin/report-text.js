/** The doctor's report for people at a terminal. */

/** @import { Reason, Report } from '../../js/types.d.ts' */

const SIGNS = { fine: '✔', meant: '–', note: 'i', problem: '✖' };

/**
 * Writes a report as text.
 *
 * @param {Report} report
 */
export function textOf({ findings, library, is_swapped: isSwapped, numbers, source, timing, url, visitor }) {
  const problems = [...findings, ...numbers].filter((one) => one.kind === 'problem').length;
  const verdict = isSwapped ? `${SIGNS.fine} all targets are swapped` : `${SIGNS.problem} ${problems || 'no'} problem${problems === 1 ? '' : 's'}, not all targets are swapped`;
  const lines = [url, library ? `site ${library.site}, library ${library.version}, ${library.state}` : 'no library', '', verdict];
  section(lines, 'Page', findings.flatMap(({ code, detail, kind, repair, why }) => said(kind, code, detail ? `${why} (${detail})` : why, repair)));
  section(lines, 'Numbers', numbers.flatMap(({ at, code, inside, kind, repair, text, where, why }) => (
    said(kind, code, `${text} ${why}`, repair, `${where}${inside ? ` in a ${inside.replaceAll('_', ' ')}` : ''}${at ? `, ${at}` : ''}`))));
  section(lines, 'Visitor', visitor && [
    `  ${visitor.id}, consent ${visitor.consent}${visitor.lease_ends ? `, numbers until ${visitor.lease_ends}` : ''}`,
    ...visitor.arrivals.map(({ at, referrer, url: arrivedAt }) => `  ${at}  ${arrivedAt}${referrer ? `  from ${referrer}` : ''}`),
  ]);
  section(lines, 'Source', source.map(({ kind, number, rule, target }) => `  ${target} → ${number}, ${kind}${rule ? `, rule ${rule}` : ''}`));
  section(lines, 'Timing', Object.entries(timing).map(([part, { end, start }]) => `  ${part.padEnd(8)} ${start === end ? start : `${start} to ${end}`} ms`));
  return `${lines.join('\n')}\n`;
}

/**
 * @param {string[]} lines
 * @param {string} name
 * @param {string[] | null} content
 */
function section(lines, name, content) {
  if (content?.length) lines.push('', name, ...content);
}

/**
 * @param {Reason['kind']} kind
 * @param {string} code
 * @param {string} why
 * @param {string} [repair]
 * @param {string} [where]
 */
function said(kind, code, why, repair, where) {
  return [
    `  ${SIGNS[kind]} ${code.padEnd(20)} ${why}`,
    ...(where ? [`    ${''.padEnd(20)} ${where}`] : []),
    ...(repair ? [`    ${''.padEnd(20)} → ${repair}`] : []),
  ];
}
