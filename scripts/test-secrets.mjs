/**
 * The passwords, tokens and keys that tests use, by a piece that nothing else has. None may turn up in what a test run
 * prints. A new one begins like one of these, or is added; words of everyday English, such as `secret`, are no use here.
 */
export const testSecrets = [
  'tanstaaf', // also tanstaaftanstaaf and tanstaaf-secret
  'pencil',
  'hunter2',
  'correct horse',
  'not-the-password',
  'xipj3plmq',
  'pässwörd',
  '-in-the-lab',
  '-token-of-the-lab',
  'ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg',
  'vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg',
  'a key that both ends of the test world know',
  'eyJhbGciOiJIUzI1NiIs', // a signed token begins so
];
