import base from '../../tsup.base.ts';

export default {
  ...base,
  entry: {
    index: 'src/index.ts',
    'offers/index': 'src/offers/index.ts',
    'tlsrpt/index': 'src/tlsrpt/index.ts',
  },
};
