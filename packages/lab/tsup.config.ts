import base from '../../tsup.base.ts';

export default {
  ...base,
  entry: { index: 'src/index.ts', 'node/index': 'src/node/index.ts' },
};
