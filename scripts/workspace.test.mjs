// What must agree between files that no single tool reads together.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const packages = globSync('packages/*', { cwd: root }).toSorted();
const apps = globSync('apps/*', { cwd: root }).toSorted();

/** CONTRIBUTING: at most 20 values per entry, and a few more for the two that all mail protocols stand on. */
const mostExports = { 'packages/wire/src/index.ts': 30, 'packages/sasl/src/index.ts': 25 };

it('runs on a Node that the project supports', () => {
  expect(Number(process.versions.node.split('.')[0])).toBeGreaterThanOrEqual(22);
});

it('keeps registry hosts out of the lock, and its integrity hashes in', () => {
  const entries = Object.entries(read('package-lock.json').packages);
  const installed = entries.filter(
    ([path, entry]) => path.includes('node_modules/') && !entry.link && !entry.inBundle,
  );
  expect(installed.filter(([, entry]) => entry.resolved !== undefined || !entry.integrity)).toEqual([]);
});

it('gives every package the same version', () => {
  const versions = [...packages, ...apps].map((folder) => read(`${folder}/package.json`).version);
  expect(new Set(versions).size).toBe(1);
});

describe.each(packages)('%s', (folder) => {
  const manifest = read(`${folder}/package.json`);
  const targets = Object.values(manifest.exports).filter((target) => typeof target === 'object');
  const sources = targets.map((target) => target['@postern/source']);

  it('builds each public entry from its source', async () => {
    const { default: options } = await import(join(root, folder, 'tsup.config.ts'));
    expect(Object.values(options.entry).map((entry) => `./${entry}`)).toEqual(sources);
    for (const target of targets) {
      const output = target['@postern/source'].replace('./src/', './dist/').replace(/\.ts$/, '');
      expect(target).toMatchObject({ types: `${output}.d.ts`, default: `${output}.js` });
    }
  });

  it('exports no more values than a reader can take in', async () => {
    for (const source of sources) {
      const entry = `${folder}/${source.replace('./', '')}`;
      const names = Object.keys(await import(join(root, entry)));
      expect(names.length, `${entry} exports ${names.join(', ')}`).toBeLessThanOrEqual(
        mostExports[entry] ?? 20,
      );
    }
  });

  it('documents each public entry', () => {
    expect(read(`${folder}/typedoc.json`).entryPoints.map((entry) => `./${entry}`)).toEqual(sources);
  });
});
