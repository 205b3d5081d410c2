// Writing and checking generated pages: the frame that all generators share.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

export const root = join(import.meta.dirname, '..');

/** Formats a page as `npm run format` would, so that the two never argue. */
export async function formatted(path, text) {
  const file = join(root, path);
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}

export function current(path) {
  const file = join(root, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/**
 * Writes pages; with `--check` on the command line it only says which are out of date.
 * @param {() => Promise<ReadonlyMap<string, string>>} pages path → wanted text
 * @param {(text: string) => string} [essence] what must agree; default: all of it
 */
export async function writePages(pages, essence = (text) => text) {
  const check = process.argv.includes('--check');
  for (const [path, text] of await pages()) {
    if (essence(current(path)) === essence(text) && (check || current(path) === text)) continue;
    if (check) {
      console.log(`${path} is out of date: npm run pages`);
      process.exitCode = 1;
    } else {
      writeFileSync(join(root, path), text);
      console.log(`wrote ${path}`);
    }
  }
}

/** The command line of a generator that is started by itself. */
export async function generator(module, pages, essence) {
  if (process.argv[1] === module.filename) await writePages(pages, essence);
}
