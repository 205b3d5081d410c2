// Lists the requirements of a folder of checklists that no test names:
//
//     node scripts/requirement-coverage.mjs SPEC_DIR [--all] [PREFIX…]
//
// A requirement is an id such as `SMTP-052` at the head of a list item (`- SMTP-052 MUST …`), or `F-03` in the first cell of
// a table row. A test names it in its title, or in the first line of a transcript; `TLS-010…018` names all from 010 to 018.
// `--all` lists the covered ones too, with the files that name them.
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from './generated.mjs';

const [folder, ...rest] = process.argv.slice(2);
const all = rest.includes('--all');
const prefixes = rest.filter((argument) => !argument.startsWith('--'));
if (folder === undefined) {
  console.error('usage: node scripts/requirement-coverage.mjs SPEC_DIR [--all] [PREFIX…]');
  process.exit(2);
}

const id = /\b([A-Z][A-Z\d]*)-(\d{2,3})(?:(?:…|\.\.\.?|–| to )(?:\1-)?(\d{2,3}))?/g;

/** Every id a text names, ranges spelt out. */
function named(text) {
  const ids = [];
  for (const [, prefix, from, to = from] of text.matchAll(id)) {
    for (let number = Number(from); number <= Number(to); number += 1) {
      ids.push(`${prefix}-${String(number).padStart(from.length, '0')}`);
    }
  }
  return ids;
}

const tests = new Map();
const files = globSync(
  [
    '{packages,apps}/*/{src,test}/**/*.test.ts',
    '{packages,apps}/*/test/**/*.txt',
    'interop/tests/**/*.test.ts',
    'scripts/*.test.mjs',
  ],
  { cwd: root },
);
for (const file of files.toSorted()) {
  for (const requirement of new Set(named(readFileSync(join(root, file), 'utf8')))) {
    tests.set(requirement, [...(tests.get(requirement) ?? []), file]);
  }
}

let missing = 0;
let total = 0;
for (const sheet of globSync('*.md', { cwd: folder }).toSorted()) {
  const lines = readFileSync(join(folder, sheet), 'utf8').split('\n');
  const open = [];
  const covered = [];
  const seen = new Set();
  for (const line of lines) {
    const [, head, prefix] = /^(?:- |\| )((?:([A-Z][A-Z\d]*)-)\d{2,3})\b/.exec(line) ?? [];
    if (head === undefined || seen.has(head) || (prefixes.length > 0 && !prefixes.includes(prefix))) continue;
    seen.add(head);
    const text = line
      .slice(2)
      .replace(/^\S+ (\| )?/, '')
      .slice(0, 96);
    const where = tests.get(head);
    if (where) covered.push(`  ${head}  ${where.join(' ')}`);
    else open.push(`  ${head}  ${text}`);
  }
  if (seen.size === 0) continue;
  total += seen.size;
  missing += open.length;
  console.log(`${basename(sheet)}: ${covered.length} of ${seen.size} requirements are named by a test`);
  if (all) for (const line of covered) console.log(line);
  if (all && open.length > 0) console.log('  – not named:');
  for (const line of open) console.log(line);
}
console.log(`${total - missing} of ${total} in all`);
