/**
 * What a server does with STLS, good and bad, as seen on real networks: `offered` is right; `absent` = not listed and not
 * known; `stripped` = something on the way removed it from the list, but the verb works; `masked` = the tag is overwritten with
 * X and the verb never arrives; `refused` = listed, then `-ERR`; `injected` = plaintext behind the go-ahead in the same segment;
 * `silent-after-go-ahead` = `+OK`, then nothing; `close-after-go-ahead` = `+OK`, then the end.
 */
export type StartTlsHabit =
  | 'offered'
  | 'absent'
  | 'stripped'
  | 'masked'
  | 'refused'
  | 'injected'
  | 'silent-after-go-ahead'
  | 'close-after-go-ahead';

/**
 * How a server greets: `normal`; `refused` and `refused-temporarily` = `-ERR`, then the end; `none` = accepts and stays
 * silent; a protocol's name = greets as that protocol does.
 */
export type GreetingHabit = 'normal' | 'refused' | 'refused-temporarily' | 'none' | 'smtp' | 'imap' | 'http';

/** One row per habit of STLS: whether it is listed, and what follows the verb. */
export const startTlsHabits: Readonly<
  Record<
    StartTlsHabit,
    { readonly tag: string | undefined; readonly verb: 'begin' | 'refuse' | 'inject' | 'hang' | 'close' }
  >
> = {
  offered: { tag: 'STLS', verb: 'begin' },
  absent: { tag: undefined, verb: 'refuse' },
  stripped: { tag: undefined, verb: 'begin' },
  masked: { tag: 'XXXX', verb: 'refuse' },
  refused: { tag: 'STLS', verb: 'refuse' },
  injected: { tag: 'STLS', verb: 'inject' },
  'silent-after-go-ahead': { tag: 'STLS', verb: 'hang' },
  'close-after-go-ahead': { tag: 'STLS', verb: 'close' },
};

/** The greeting of another protocol's server. */
export const otherGreetings: Readonly<Record<'smtp' | 'imap' | 'http', string>> = {
  smtp: '220 mail.example.test ESMTP',
  imap: '* OK [CAPABILITY IMAP4rev1] ready',
  http: 'HTTP/1.1 400 Bad Request',
};
