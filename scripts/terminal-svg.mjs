// Draws what a terminal shows as an SVG picture, for the documentation: sharp at every size, text that can be selected, in
// the colours of the reader's light or dark mode.
//
//     script -qec 'npx postern check you@example.org' /dev/null | node scripts/terminal-svg.mjs --title '…' > picture.svg
//
// Understood are the colours and styles of SGR sequences (ECMA-48 §8.3.117) that `styleText` of Node writes; other escape
// sequences are dropped. `--prompt` shows the command above its output, `--title` names the picture for screen readers.
import { readFileSync } from 'node:fs';
import { parseArgs, stripVTControlCharacters } from 'node:util';

const CSI = '\u001b[';
const sgr = new RegExp(`(${RegExp.escape(CSI)}[\\d;]*m)`);
const columns = (text) => Array.from(text).length;

const WIDTH = 8.4;
const LINE = 20;
const PAD = 18;

/** SGR number → what it changes. */
const effects = {
  0: {},
  1: { bold: true },
  2: { faint: true },
  3: { italic: true },
  4: { underline: true },
  22: { bold: undefined, faint: undefined },
  23: { italic: undefined },
  24: { underline: undefined },
  39: { colour: undefined },
};
const colours = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** Colours per mode, chosen for contrast of 4.5:1 and more on the ground. */
const palette = {
  light: {
    ground: '#ffffff',
    frame: '#d0d7de',
    text: '#1f2328',
    faint: '#656d76',
    red: '#b42318',
    green: '#1a6e34',
    yellow: '#7d5300',
    blue: '#0a57b5',
    magenta: '#8a3ffc',
    cyan: '#0a6b7c',
    black: '#1f2328',
    white: '#1f2328',
  },
  dark: {
    ground: '#0d1117',
    frame: '#30363d',
    text: '#e6edf3',
    faint: '#8d96a0',
    red: '#ff8078',
    green: '#56d364',
    yellow: '#e3b341',
    blue: '#79c0ff',
    magenta: '#d2a8ff',
    cyan: '#76e3ea',
    black: '#e6edf3',
    white: '#e6edf3',
  },
};

/**
 * One line as runs of equal style.
 * @param {string} line with escape sequences
 * @param {object} style at its beginning; changed to that at its end
 */
function runsOf(line, style) {
  const runs = [];
  let column = 0;
  for (const part of line.split(sgr)) {
    const codes = part.startsWith(CSI) && part.endsWith('m') ? part.slice(CSI.length, -1) : undefined;
    if (codes === undefined) {
      const text = stripVTControlCharacters(part);
      // Cells of a table become runs of their own, so that columns stay aligned whatever font the reader has.
      for (const { 0: cell, index } of text.matchAll(/\S+(?: \S+)*/g)) {
        runs.push({ column: column + columns(text.slice(0, index)), text: cell, ...style });
      }
      column += columns(text);
      continue;
    }
    for (const code of codes.split(';').map(Number)) {
      if (code === 0) for (const key of Object.keys(style)) delete style[key];
      const colour = colours[code % 10];
      if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) style.colour = colour;
      else Object.assign(style, effects[code]);
    }
  }
  return { runs, width: column };
}

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text) => text.replace(/[&<>"]/g, (character) => entities[character]);

function span({ column, text, bold, faint, italic, underline, colour }) {
  const classes = [bold && 'b', italic && 'i', underline && 'u', colour ?? (faint && 'faint')].filter(
    Boolean,
  );
  const style = classes.length > 0 ? ` class="${classes.join(' ')}"` : '';
  return `<tspan x="${(PAD + column * WIDTH).toFixed(1)}"${style}>${escape(text)}</tspan>`;
}

function variables({ ground, frame, ...inks }) {
  const rules = [`.ground{fill:${ground};stroke:${frame}}`, `text{fill:${inks.text}}`];
  for (const name of ['faint', ...colours]) rules.push(`.${name}{fill:${inks[name]}}`);
  return rules.join('');
}

/**
 * @param {string} captured output of a terminal
 * @param {{ title?: string, prompt?: string }} [options]
 */
export function terminalSvg(captured, { title = 'Terminal output', prompt } = {}) {
  const style = {};
  const lines = captured.replaceAll('\r', '').replace(/\n+$/, '').split('\n');
  if (prompt !== undefined) lines.unshift(`\u001b[2m$\u001b[22m ${prompt}`, '');
  const drawn = lines.map((line) => runsOf(line, style));
  const width = Math.ceil(Math.max(...drawn.map(({ width: columnsUsed }) => columnsUsed)) * WIDTH + 2 * PAD);
  const height = drawn.length * LINE + 2 * PAD - 4;
  const rows = drawn.flatMap(({ runs }, index) => {
    return runs.length > 0 ? [`<text y="${PAD + 10 + index * LINE}">${runs.map(span).join('')}</text>`] : [];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(title)}">`,
    `<title>${escape(title)}</title>`,
    '<style>',
    "text{font:14px/1 ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace;white-space:pre}",
    '.b{font-weight:700}.i{font-style:italic}.u{text-decoration:underline}',
    variables(palette.light),
    `@media (prefers-color-scheme:dark){${variables(palette.dark)}}`,
    '</style>',
    `<rect class="ground" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { title: { type: 'string' }, prompt: { type: 'string' } } });
  process.stdout.write(terminalSvg(readFileSync(0, 'utf8'), values));
}
