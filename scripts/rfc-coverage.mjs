// Lists which section of which RFC is implemented where, from the marks `RFC 5321 §4.2.1` in the sources, into
// docs/rfc-coverage.md. `--check` fails where the page names other sections or files than the sources do; line numbers may
// lag behind, because every edit moves them. `npm run pages` writes the page anew.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatted, generator, root } from './generated.mjs';

const PAGE = 'docs/rfc-coverage.md';

/** One mark, with further sections of the same RFC behind it: `RFC 8305 §4, §5 and §8`. */
const mark = /RFC (\d{3,5}) (§[\w.]+(?:(?:, | and | to |, and )§[\w.]+)*)/g;

/** A number alone tells nothing: the subjects of the RFCs in a few words. */
const titles = JSON.parse(readFileSync(join(import.meta.dirname, 'rfc-titles.json'), 'utf8'));

/** @returns {ReadonlyMap<number, ReadonlyMap<string, readonly { file: string, line: number }[]>>} */
function marks() {
  const sources = globSync(['packages/*/src/**/*.ts', 'apps/*/src/**/*.ts'], { cwd: root })
    .filter((file) => !/\.test(-d)?\.ts$/.test(file))
    .toSorted();
  const found = new Map();
  for (const file of sources) {
    const lines = readFileSync(join(root, file), 'utf8').split('\n');
    for (const [index, line] of lines.entries()) {
      // A mark that the end of a comment line cut in two belongs to the line on which it begins.
      const next = /^\s*(?:\*|\/\/) (.*)$/.exec(lines[index + 1] ?? '')?.[1] ?? '';
      const cut = /RFC(?: \d+(?: §[\w.]+,?)?)?$/.test(line);
      const text = cut ? `${line} ${next}` : line;
      for (const { 1: number, 2: list, index: at } of text.matchAll(mark)) {
        if (at >= line.length) continue;
        for (const [section] of list.matchAll(/§[\w.]*\w/g)) {
          const sections = found.get(Number(number)) ?? new Map();
          const places = sections.get(section) ?? [];
          if (!places.some((place) => place.file === file && place.line === index + 1)) {
            places.push({ file, line: index + 1 });
          }
          found.set(Number(number), sections.set(section, places));
        }
      }
    }
  }
  return found;
}

function bySection(a, b) {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** `smtp/reply.ts` 12, 40: each number a link; the folders that are always there go without saying. */
function links(places) {
  const byFile = Map.groupBy(places, ({ file }) => file);
  return [...byFile].map(([file, marked]) => {
    const name = file.replace(/^(?:packages|apps)\//, '').replace('/src/', '/');
    return `\`${name}\` ${marked.map(({ line }) => `[${line}](../${file}#L${line})`).join(', ')}`;
  });
}

async function page() {
  const found = marks();
  const numbers = [...found.keys()].toSorted((a, b) => a - b);
  const sections = numbers.flatMap((number) => {
    const rows = [...found.get(number)].toSorted(([a], [b]) => bySection(a, b));
    return [
      `## RFC ${number}${titles[number] ? `: ${titles[number]}` : ''}`,
      '',
      ...rows.map(([section, places]) => `- ${section}: ${links(places).join(' · ')}`),
      '',
    ];
  });
  const count = numbers.reduce((sum, number) => sum + found.get(number).size, 0);
  const text = [
    '# Which rule is where',
    '',
    '<!-- Made by scripts/rfc-coverage.mjs from the marks in the sources. -->',
    '',
    'Every line of code that exists because an RFC says so carries a mark such as `RFC 5321 §4.2.1`. This list is collected',
    'from those marks; it says where a rule is implemented, not that all of an RFC is. Line numbers are those of the day on',
    'which it was made.',
    '',
    `${count} sections of ${numbers.length} RFCs.`,
    '',
    ...sections,
  ];
  return formatted(PAGE, text.join('\n'));
}

/** The page without its line numbers. */
export function essence(text) {
  return text.replace(/ \[\d+\]\(\S+\),?/g, '');
}

export const pages = async () => new Map([[PAGE, await page()]]);

await generator(import.meta, pages, essence);
