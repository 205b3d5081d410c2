// Keeps the list of decisions in docs/decisions/README.md in step with the pages: number, file and title.
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { current, formatted, generator, root } from './generated.mjs';

const FOLDER = 'docs/decisions';
const PAGE = `${FOLDER}/README.md`;

/** Every page, oldest first. */
export function decisions() {
  return globSync(`${FOLDER}/[0-9]*.md`, { cwd: root })
    .toSorted()
    .map((path) => {
      const [, title] = /^# (.*)$/m.exec(readFileSync(join(root, path), 'utf8')) ?? [];
      const file = basename(path);
      return { number: file.slice(0, 4), file, title: title ?? file };
    });
}

export async function pages() {
  const rows = decisions().map(({ number, file, title }) => `| [${number}](${file}) | ${title} |`);
  const list = ['| | decision |', '| --- | --- |', ...rows].join('\n');
  const text = current(PAGE).replace(/(?<=<!-- list -->\n)[\s\S]*(?=<!-- \/list -->)/, () => `\n${list}\n\n`);
  return new Map([[PAGE, await formatted(PAGE, text)]]);
}

await generator(import.meta, pages);
