// The entry of `npm run bench`: measures us and our peers at the same work in the same run. See README.md.
import { existsSync, globSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printSection } from './runner/table.mjs';

/** Each folder with a `subject.mjs` is a subject: it exports `sections`, an async generator. */
const known = globSync('*/subject.mjs', { cwd: import.meta.dirname }).map((path) => path.split(/[/\\]/)[0]);

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'string' },
    rounds: { type: 'string' },
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
  allowPositionals: true,
});

const unknown = positionals.filter((name) => !known.includes(name));
if (values.help || unknown.length > 0) {
  for (const name of unknown) console.error(`bench: no subject ${name}`);
  console.log(`usage: npm run bench -- [SUBJECT…] [--rounds N] [--only SECTION]… [--quick] [--json FILE]
subjects: ${known.join(', ')}
--quick: small counts, one round; it shows that everything runs, and its times mean nothing`);
  process.exitCode = unknown.length > 0 ? 2 : 0;
} else {
  await main(positionals.length > 0 ? positionals : known);
}

/** @param {readonly (string | undefined)[]} subjects */
async function main(subjects) {
  const { quick, json, only } = values;
  const rounds = Number(values.rounds ?? (quick ? 1 : 5));
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
  console.log(`Node ${machine.node}, ${machine.cores} cores of ${machine.cpu}`);
  if (quick) console.log('Quick: small counts, one round. The times mean nothing.');
  const sections = [];
  for (const name of subjects) {
    const subject = await import(join(import.meta.dirname, name ?? '', 'subject.mjs'));
    for await (const section of subject.sections({ quick, rounds, only })) {
      printSection(section);
      sections.push({ subject: name, ...section });
    }
  }
  if (sections.length === 0) {
    console.error(`bench: no section ${only?.join(', ')} in ${subjects.join(', ')}`);
    process.exitCode = 2;
  }
  if (json !== undefined) {
    writeFileSync(json, `${JSON.stringify({ machine, quick, rounds, sections }, undefined, 2)}\n`);
    if (existsSync(json)) console.log(`\nAll figures: ${json}`);
  }
}
