import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';

// One project per folder, so that `vitest run --project smtp` runs one package. They are listed here and not by
// glob because vitest lets only inline projects inherit these settings. The bench is no project, because it takes long:
// `npm run test:bench`.
const roots = globSync(['packages/*', 'apps/*', 'scripts'], { cwd: import.meta.dirname }).toSorted();

export default defineConfig({
  // Tests run on the sources of every package; no build is needed and none can be stale. For the node environment
  // only the conditions under `ssr` count.
  ssr: { resolve: { conditions: ['@postern/source', 'node', 'import', 'module', 'default'] } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', '*.test.mjs'],
    benchmark: { include: ['test/**/*.bench.ts'] },
    // For what hangs. A property over a thousand cases takes seconds on a busy machine, and that is no failure.
    testTimeout: 20_000,
    projects: roots.map((root) => ({ extends: true as const, test: { name: basename(root), root } })),
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts', 'apps/*/src/**/*.ts'],
      reporter: ['text', 'json-summary'],
    },
  },
});
