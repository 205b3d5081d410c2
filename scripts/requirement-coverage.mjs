// Lists the requirements that no test names:
//
//     npm run requirements                       all checklists
//     npm run requirements -- smtp tls           by prefix of the id
//     npm run requirements -- smtp --all         the covered ones too, with the files that name them
//     npm run requirements -- --sheets DIR smtp  checklists from elsewhere
//
// A requirement is an id such as `SMTP-052` at the head of a list item (`- SMTP-052 MUST …`), or `F-03` in the first cell of
// a table row. A test names it in its title, or in the first line of a transcript; `TLS-010…018` names all from 010 to 018.
// The checklists are no part of the repository; without them the ids that the tests name are listed. An id that no test here
// can name has a reason in `requirements-without-test.json`; one without test and reason makes the exit status 1.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './generated.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sheets: { type: 'string', default: join(root, '../shared/spec') },
    tests: { type: 'string', default: root },
    reasons: { type: 'string', default: join(root, 'scripts/requirements-without-test.json') },
    all: { type: 'boolean', default: false },
  },
});
const prefixes = positionals.map((text) => text.toUpperCase());
const wanted = (id) => prefixes.length === 0 || prefixes.includes(id.replace(/-\d+$/, ''));

/** Every id a text names, ranges spelt out. */
function named(text) {
  const id = /\b([A-Z][A-Z\d]*)-(\d{2,3})\b(?:(?:…|\.\.\.?|–| to )(?:\1-)?(\d{2,3}))?/g;
  return [...text.matchAll(id)].flatMap(([, prefix, from, to = from]) =>
    Array.from(
      { length: Number(to) - Number(from) + 1 },
      (_none, more) => `${prefix}-${String(Number(from) + more).padStart(from.length, '0')}`,
    ),
  );
}

/** The files that name an id, by id. */
function idsOfTests(folder) {
  const files = globSync(
    [
      '{packages,apps}/*/{src,test}/**/*.test.ts',
      '{packages,apps}/*/test/**/*.txt',
      'interop/tests/**/*.test.ts',
      'scripts/*.test.mjs',
    ],
    { cwd: folder },
  );
  const found = new Map();
  for (const file of files.toSorted()) {
    for (const id of new Set(named(readFileSync(join(folder, file), 'utf8')))) {
      found.set(id, [...(found.get(id) ?? []), file]);
    }
  }
  return found;
}

/** The ids of a checklist with the beginning of their text. */
function idsOfSheet(text) {
  const found = new Map();
  for (const line of text.split('\n')) {
    const [head, id] = /^(?:- |\| )([A-Z][A-Z\d]*-\d{2,3})\b/.exec(line) ?? [];
    if (id === undefined || found.has(id)) continue;
    found.set(
      id,
      line
        .slice(head.length)
        .replace(/^ (?:\| )?/, '')
        .slice(0, 96),
    );
  }
  return found;
}

const tests = idsOfTests(values.tests);
const reasons = new Map(Object.entries(JSON.parse(readFileSync(values.reasons, 'utf8'))));
const sheets = existsSync(values.sheets) ? globSync('*.md', { cwd: values.sheets }).toSorted() : [];

if (sheets.length === 0) {
  console.log(`no checklists in ${relative(process.cwd(), values.sheets)}; the tests name these:`);
  for (const id of [...tests.keys()].filter(wanted).toSorted()) {
    console.log(`  ${id}  ${tests.get(id).join(' ')}`);
  }
  process.exit(0);
}

const known = new Set();
let missing = 0;
for (const sheet of sheets) {
  const ids = [...idsOfSheet(readFileSync(join(values.sheets, sheet), 'utf8'))].filter(([id]) => wanted(id));
  if (ids.length === 0) continue;
  const covered = ids.filter(([id]) => tests.has(id));
  const open = ids.filter(([id]) => !tests.has(id));
  for (const [id] of ids) known.add(id);
  missing += open.filter(([id]) => !reasons.has(id)).length;
  console.log(`${basename(sheet)}: ${covered.length} of ${ids.length} requirements are named by a test`);
  if (values.all) for (const [id] of covered) console.log(`  ${id}  ${tests.get(id).join(' ')}`);
  for (const [id, text] of open) {
    console.log(reasons.has(id) ? `  ${id}  (no test: ${reasons.get(id)})` : `  ${id}  ${text}`);
  }
}
// A reason that is out of date hides nothing, but somebody would believe it.
const stale = [...reasons.keys()].filter((id) => wanted(id) && (tests.has(id) || !known.has(id)));
for (const id of stale)
  console.log(`${id} has a reason, but ${tests.has(id) ? 'a test too' : 'no checklist'}`);
console.log(`${missing} without test and reason`);
process.exitCode = missing + stale.length > 0 ? 1 : 0;
