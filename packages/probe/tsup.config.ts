import base from '../../tsup.base.ts';

export default { ...base, entry: { index: 'src/index.ts', 'report/index': 'src/report/index.ts' } };
