import base from '../../tsup.base.ts';

export default { ...base, entry: { main: 'src/main.ts' } };
