// Compiles every example of the documentation and runs those that are marked so: an example that nobody compiles is wrong
// sooner or later. `node scripts/examples.mjs` lists what fails; examples.test.mjs does the same as a test.
//
// Examples are the `ts` blocks of the README files, of docs/guide, and of the doc comments. All are whole modules: they
// import what they use. A block is run when it is opened as `ts run`. What it must print stands in a `text` block right
// behind it; without one, in the comments behind its `console.log(…)` lines. `ts name=probe.ts` gives a block a name by
// which later blocks of the same page can import it.
import { execFile } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { docComments, fences } from './docblocks.mjs';

const root = join(import.meta.dirname, '..');
const execute = promisify(execFile);
const tsc = join(root, 'node_modules', 'ts7', 'lib', 'tsc.js');

/**
 * @typedef {object} Example
 * @property {string} file
 * @property {number} line of its first line of code
 * @property {string} code
 * @property {boolean} run
 * @property {string | undefined} name by which other examples of the same file import it
 * @property {string | undefined} expected what it prints
 */

/** All examples, in the order of their files. @returns {readonly Example[]} */
export function findExamples() {
  const pages = globSync(
    ['README.md', 'CONTRIBUTING.md', 'docs/guide/*.md', 'packages/*/README.md', 'apps/*/README.md'],
    { cwd: root },
  );
  const sources = globSync('packages/*/src/**/*.ts', { cwd: root }).filter(
    (file) => !/\.test(-d)?\.ts$/.test(file),
  );
  return [
    ...pages.toSorted().flatMap((file) => examplesOf(file, 0, readFileSync(join(root, file), 'utf8'))),
    ...sources
      .toSorted()
      .flatMap((file) =>
        docComments(readFileSync(join(root, file), 'utf8')).flatMap(({ line, text }) =>
          examplesOf(file, line - 1, text),
        ),
      ),
  ];
}

/** @returns {readonly Example[]} */
function examplesOf(file, offset, markdown) {
  const lines = markdown.split('\n');
  const blocks = fences(markdown);
  return blocks.flatMap(({ lang, info, line, code, end }, index) => {
    if (lang !== 'ts') return [];
    const next = blocks[index + 1];
    const adjacent =
      next?.lang === 'text' && lines.slice(end, next.line - 2).every((between) => between.trim() === '');
    const run = info.includes('run');
    const name = info.find((word) => word.startsWith('name='))?.slice('name='.length);
    const expected = adjacent ? next.code : printedByComments(code);
    return [{ file, line: line + offset, code, run, name, expected }];
  });
}

/** What the comments behind `console.log(…)` say: on the same line, and going on in lines of their own. */
function printedByComments(code) {
  const printed = [];
  let speaking = false;
  for (const line of code.split('\n')) {
    const said = /console\.log\(.*\);?\s*\/\/ (.*)$/.exec(line)?.[1];
    const more = /^\s*\/\/ (.*)$/.exec(line)?.[1];
    if (said !== undefined) printed.push(said);
    else if (more !== undefined && speaking) printed.push(more);
    speaking = said !== undefined || /console\.log\(/.test(line) || (speaking && more !== undefined);
  }
  return printed.length > 0 ? printed.join('\n') : undefined;
}

/**
 * Writes the examples where the workspace's packages resolve to their sources, as they do for the tests. The folder is
 * outside the repository: nothing is left behind there, whatever happens.
 * @param {readonly Example[]} examples
 */
export function layOut(examples) {
  const folder = mkdtempSync(join(tmpdir(), 'postern-examples-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const options = {
    ...JSON.parse(readFileSync(join(root, 'tsconfig.base.json'), 'utf8')).compilerOptions,
    // An example is code of a user: it declares nothing for others.
    declaration: false,
    isolatedDeclarations: false,
    moduleDetection: 'force',
  };
  const pages = [...new Set(examples.map(({ file }) => file))];
  const files = examples.map(
    ({ file, line, name }) => `page-${pages.indexOf(file)}/${name ?? `line-${line}.ts`}`,
  );
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files }));
  for (const [index, { code }] of examples.entries()) {
    const path = join(folder, files[index]);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${code}\n`);
  }
  return { folder, files, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Type errors of all examples, as `file:line: message`. Errors outside of the examples are not theirs and left out:
 * `npm run typecheck` reports them.
 */
export async function typeErrors(examples, { folder, files }) {
  const { stdout } = await execute(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    cwd: folder,
    maxBuffer: 64 * 1024 * 1024,
  }).catch((error) => error);
  const errors = [];
  let ours = false;
  for (const line of String(stdout).split('\n')) {
    const [, path, row, message] = /^([^\s(]+)\((\d+),\d+\): (.*)$/.exec(line) ?? [];
    const example = examples[files.indexOf(path)];
    if (example) {
      const { file, line: first } = example;
      errors.push(`${file}:${first + Number(row) - 1}: ${message}`);
      ours = true;
    } else if (!line.startsWith('  ')) ours = false;
    else if (ours) errors.push(`${errors.pop()} ${line.trim()}`);
  }
  return errors;
}

/**
 * Runs the examples that are marked so, and gives what each printed, by its index; without carriage returns and white space
 * at line ends.
 * @returns {Promise<ReadonlyMap<number, string>>}
 */
export async function outputs(examples, { folder, files }) {
  const running = examples.flatMap(({ run }, index) => (run ? [index] : []));
  const runner = join(import.meta.dirname, 'example-runner.mjs');
  const { stdout } = await execute(
    process.execPath,
    [
      '--conditions=@postern/source',
      '--no-warnings',
      runner,
      ...running.map((index) => join(folder, files[index])),
    ],
    { cwd: folder, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' } },
  );
  const texts = JSON.parse(stdout);
  return new Map(running.map((index, at) => [index, texts[at].replaceAll(/[ \t\r]+$/gm, '').trimEnd()]));
}

/** What an example printed in place of what it says, as one text; `undefined` where the two agree. */
export function difference({ file, line, expected }, shown) {
  if (expected === undefined) return `${file}:${line}: is run and says nowhere what it prints:\n${shown}`;
  return shown === expected ? undefined : `${file}:${line}: printed\n${shown}\n  in place of\n${expected}`;
}

if (process.argv[1] === import.meta.filename) {
  const examples = findExamples();
  const place = layOut(examples);
  try {
    const errors = await typeErrors(examples, place);
    for (const [index, shown] of await outputs(examples, place)) {
      errors.push(...[difference(examples[index], shown)].filter((text) => text !== undefined));
    }
    for (const error of errors) console.log(error);
    const running = examples.filter(({ run }) => run).length;
    console.log(`${examples.length} examples, ${running} of them run, ${errors.length} problems`);
    process.exitCode = errors.length > 0 ? 1 : 0;
  } finally {
    place.remove();
  }
}
