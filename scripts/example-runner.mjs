// Runs example modules one after another in one process, which loads the packages only once, and prints what each of them
// printed as JSON: `node --conditions=@postern/source example-runner.mjs FILE…`. Started by examples.mjs.
import { format } from 'node:util';

const PATIENCE = 20_000;
const results = [];
const speak = console.log;

for (const file of process.argv.slice(2)) {
  const printed = [];
  console.log = (...values) => printed.push(format(...values));
  let timer;
  try {
    await Promise.race([
      import(file),
      new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`not done after ${PATIENCE} ms`)), PATIENCE);
      }),
    ]);
  } catch (error) {
    printed.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  clearTimeout(timer);
  results.push(printed.join('\n'));
}

speak(JSON.stringify(results));
// An example may leave a socket open; nobody waits for it.
process.exit(0);
