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
 * The command line of a generator: `--write` (the default) or `--check`.
 * @param {string} module `import.meta` of the generator
 * @param {() => Promise<ReadonlyMap<string, string>>} pages path → wanted text
 * @param {(text: string) => string} [essence] what must agree; default: all of it
 */
export async function generator(module, pages, essence = (text) => text) {
  if (process.argv[1] !== module.filename) return;
  const check = process.argv.includes('--check');
  for (const [path, text] of await pages()) {
    if (essence(current(path)) === essence(text)) continue;
    if (check) {
      console.log(`${path} is out of date: node ${module.filename.slice(root.length + 1)}`);
      process.exitCode = 1;
    } else {
      writeFileSync(join(root, path), text);
      console.log(`wrote ${path}`);
    }
  }
}
