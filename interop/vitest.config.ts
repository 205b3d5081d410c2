import { defineConfig } from 'vitest/config';
import type { ViteUserConfig } from 'vitest/config';

// The tests need the servers that run.mjs starts, so they are no project of the root config: `npm test` skips them.
const config: ViteUserConfig = defineConfig({
  root: import.meta.dirname,
  // As in the root config: the sources of the packages, not a build of them.
  ssr: { resolve: { conditions: ['@postern/source', 'node', 'import', 'module', 'default'] } },
  test: {
    name: 'interop',
    include: ['tests/**/*.test.ts'],
    testTimeout: 15_000,
    // One file after the other: waits are measured, and processes started side by side would be measured instead.
    fileParallelism: false,
    // Where no wait is measured, two processes keep two cores busy.
    maxConcurrency: 2,
  },
});

export default config;
