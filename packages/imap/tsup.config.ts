import base from '../../tsup.base.ts';

export default { ...base, entry: { index: 'src/index.ts', 'server/index': 'src/server/index.ts' } };
