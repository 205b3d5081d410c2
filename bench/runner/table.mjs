// Tables for the terminal: the first column to the left, figures to the right.

/**
 * @typedef {object} Section
 * @property {string} name for `--only` and JSON
 * @property {string} title
 * @property {readonly string[]} columns
 * @property {readonly Row[]} rows
 * @property {readonly Target[]} [targets]
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {Readonly<Record<string, number>>} [figures] for JSON
 * @property {readonly string[]} cells one for each column after the first
 * @property {string} [missing] why there are no figures
 *
 * @typedef {object} Target
 * @property {string} text
 * @property {string} reached
 * @property {boolean | undefined} met undefined where it could not be measured
 */

/** @param {Section} section */
export function printSection({ title, columns, rows, targets = [] }) {
  console.log(`\n${title}`);
  const lines = [
    columns,
    ...rows.map(({ name, cells, missing }) => [name, ...(missing ? [missing] : cells)]),
  ];
  const measured = [
    columns,
    ...rows.filter(({ missing }) => !missing).map(({ name, cells }) => [name, ...cells]),
  ];
  const widths = columns.map((_, at) => Math.max(...measured.map((line) => line[at]?.length ?? 0)));
  widths[0] = Math.max(...lines.map(([name = '']) => name.length));
  lines.forEach((line, number) => {
    const missing = number > 0 && rows[number - 1]?.missing;
    const cells = line.map((cell, at) =>
      at === 0 || missing ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
    );
    console.log(`  ${cells.join('  ').trimEnd()}`);
  });
  for (const { text, reached, met } of targets) {
    console.log(`  target: ${text}: ${reached}${met === undefined ? '' : met ? ', met' : ', MISSED'}`);
  }
}

/**
 * A number with three digits that count, thousands separated.
 *
 * @param {number} value
 */
export function figure(value) {
  if (!Number.isFinite(value)) return '–';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(1, Math.abs(value)))));
  return value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

/**
 * A ratio: `12.3×`.
 *
 * @param {number} value
 */
export function times(value) {
  return Number.isFinite(value) ? `${figure(value)}×` : '–';
}
