import { inspect } from 'node:util';
import { isUsageError, latin1, utf8 } from '@postern/wire';
import { array, assert, property, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import type { PasswordCredentials } from '../credentials.ts';
import type { ClientMechanism, ClientStep } from '../mechanism.ts';
import { prepareCredentials } from '../prepare.ts';
import type { BindingUse } from './channel-binding.ts';
import { scramClient } from './client.ts';
import { saltedPassword } from './keys.ts';
import type { ScramHash } from './keys.ts';

const nonce = 'rOprNGfwEbeRWgbNEkqO';
const serverFirst = `r=${nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;

interface Given extends Partial<PasswordCredentials> {
  readonly hash?: ScramHash;
  readonly nonce?: string;
  readonly binding?: BindingUse;
}

function client(given: Given = {}): ClientMechanism {
  const { hash = 'sha256', binding = { flag: 'n' }, nonce: own = nonce, ...credentials } = given;
  return scramClient(
    { type: 'password', user: 'user', password: 'pencil', ...credentials },
    { hash, binding, nonce: own },
  );
}

/** Does the work that a step waits for. */
async function done(mechanism: ClientMechanism, step: ClientStep): Promise<ClientStep> {
  return step.type === 'wait' ? mechanism.resume(await step.work.run()) : step;
}

function said(step: ClientStep): string {
  return step.type === 'respond' ? latin1(step.response) : step.type;
}

/** What a client says to a whole exchange, and whether it believes it. */
async function exchange(mechanism: ClientMechanism, first: string, last: string): Promise<string[]> {
  const begin = latin1(mechanism.start() ?? new Uint8Array());
  const final = said(await done(mechanism, mechanism.next(utf8(first))));
  const answer = said(mechanism.next(utf8(last)));
  return [begin, final, answer, mechanism.succeed().type];
}

const ownBinding: BindingUse = {
  flag: 'p',
  binding: { type: 'tls-exporter', data: Uint8Array.from({ length: 32 }, (_, at) => at) },
};

test('SASL-042 speaks the exchange of RFC 5802 §5 (SHA-1) to the octet', async () => {
  const sha1 = client({ hash: 'sha1', nonce: 'fyko+d2lbbFgONRv9qkxdawL' });
  const full = 'fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j';
  const words = await exchange(sha1, `r=${full},s=QSXCR+Q6sek8bf92,i=4096`, 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=');
  expect(words).toEqual([
    'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
    `c=biws,r=${full},p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=`,
    '',
    'done',
  ]);
});

test.each<[string, Given, string, string, string, string]>([
  [
    'of RFC 7677 §3',
    {},
    'n,,n=user',
    'c=biws',
    'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  ],
  [
    'with a comma and an equals sign in the user',
    { user: 'a,b=c' },
    'n,,n=a=2Cb=3Dc',
    'c=biws',
    'SZPNPeS9o66WjPx3GO+3ry3VEj0oTmhDA8jaGvHNN0g=',
    'qQFrXBHbHp99TSlxiDo0Wi+5Uc2kduey2yh8Wv7jYyw=',
  ],
  [
    'where the server could not bind',
    { binding: { flag: 'y' } },
    'y,,n=user',
    'c=eSws',
    'FoqiHTtQEDE8lz1CdaEe3tK4mS+iMDTl77SPyDS53DY=',
    'dI4KpiQJwBr1+V+K6U1dA6l6I4I9DUNXWND4pcpRU3U=',
  ],
  [
    'tied to the connection',
    { binding: ownBinding },
    'p=tls-exporter,,n=user',
    'c=cD10bHMtZXhwb3J0ZXIsLAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f',
    'QC6CS20quADQRb3mT99YUH+n3VJxUvzuK0K0E1Vrs2M=',
    '2GiAgapEppLVlUXbxUDksL3VgYHzuqiK5tR4mhJGgvs=',
  ],
])('SASL-042 SASL-044 speaks the exchange %s', async (_, given, begin, channel, proof, signature) => {
  expect(await exchange(client(given), serverFirst, `v=${signature}`)).toEqual([
    `${begin},r=${nonce}`,
    `${channel},r=${nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=${proof}`,
    '',
    'done',
  ]);
});

test('SASL-040 names who to act as', () => {
  const begin = client({ authorizationId: 'u=1,x' }).start();
  expect(latin1(begin ?? new Uint8Array())).toBe(`n,a=u=3D1=2Cx,n=user,r=${nonce}`);
});

test.each(['short', 'has,a,comma,and,is,long,enough', 'has a blank and is long enough', ''])(
  'SASL-040 refuses the nonce %j',
  (own) => {
    expect(() => client({ nonce: own })).toThrow(/nonce/);
  },
);

test.each([
  ['a nonce that is not ours', `r=x${nonce},s=QSXCR+Q6sek8bf92,i=4096`],
  ['our nonce alone', `r=${nonce},s=QSXCR+Q6sek8bf92,i=4096`],
  ['no iterations', `r=${nonce}x,s=QSXCR+Q6sek8bf92,i=0`],
  ['iterations with a leading zero', `r=${nonce}x,s=QSXCR+Q6sek8bf92,i=04096`],
  ['iterations that are no number', `r=${nonce}x,s=QSXCR+Q6sek8bf92,i=abc`],
  ['too few iterations', `r=${nonce}x,s=QSXCR+Q6sek8bf92,i=4095`],
  ['a thousand million iterations', `r=${nonce}x,s=QSXCR+Q6sek8bf92,i=1000000000`],
  ['more iterations than a number holds', `r=${nonce}x,s=QSXCR+Q6sek8bf92,i=99999999999999999999`],
  ['no salt', `r=${nonce}x,i=4096`],
  ['an empty salt', `r=${nonce}x,s=,i=4096`],
  ['a salt that is no base64', `r=${nonce}x,s=AAA,i=4096`],
  ['an extension that must be understood', `m=x,r=${nonce}x,s=QSXCR+Q6sek8bf92,i=4096`],
  ['such an extension at the end', `r=${nonce}x,s=QSXCR+Q6sek8bf92,i=4096,m=x`],
  ['another order', `s=QSXCR+Q6sek8bf92,r=${nonce}x,i=4096`],
  ['a line end', `r=${nonce}x,s=QSXCR+Q6sek8bf92,i=4096\r\n`],
  ['nothing', ''],
])('SASL-041 refuses a first message with %s', (_, first) => {
  const scram = client();
  scram.start();
  expect(scram.next(utf8(first))).toEqual({ type: 'failed', reason: 'protocol-error' });
  expect(scram.succeed()).toEqual({ type: 'failed', reason: 'server-not-verified' });
});

test('SASL-041 does ten million iterations and no more', () => {
  const begin = (iterations: number): string => {
    const scram = client();
    scram.start();
    return scram.next(utf8(`r=${nonce}x,s=QSXCR+Q6sek8bf92,i=${iterations}`)).type;
  };
  expect(begin(10_000_000)).toBe('wait');
  expect(begin(10_000_001)).toBe('failed');
});

test('SASL-041 ignores an attribute it does not know', () => {
  const scram = client();
  scram.start();
  expect(scram.next(utf8(`${serverFirst},x=1`)).type).toBe('wait');
});

/** What proves the server in the exchange above. */
const signature = '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=';

test.each([
  ['a flipped bit in the signature', 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G8=', 'server-not-verified'],
  ['half a signature', 'v=6rriTRBi23WpRR/wtup+mA==', 'server-not-verified'],
  ['a wrong proof', 'e=invalid-proof', 'auth-failed'],
  ['an unknown user', 'e=unknown-user', 'auth-failed'],
  ['an error nobody knows', 'e=the-moon-is-full', 'auth-failed'],
  ['no resources', 'e=no-resources', 'auth-temporary'],
  ['a binding that differs', 'e=channel-bindings-dont-match', 'channel-binding-mismatch'],
  ['a list that was shortened', 'e=server-does-support-channel-binding', 'channel-binding-mismatch'],
  ['an extension that must be understood', `v=${signature},m=x`, 'protocol-error'],
  ['nothing', '', 'protocol-error'],
])('SASL-043 ends after %s with its reason', async (_, last, reason) => {
  const scram = client();
  scram.start();
  await done(scram, scram.next(utf8(serverFirst)));
  expect(scram.next(utf8(last))).toEqual({ type: 'failed', reason });
  expect(scram.succeed()).toEqual({ type: 'failed', reason: 'server-not-verified' });
});

test('SASL-004 believes no success before the signature', async () => {
  const early = client();
  early.start();
  expect(early.succeed()).toEqual({ type: 'failed', reason: 'server-not-verified' });
  const later = client();
  later.start();
  await done(later, later.next(utf8(serverFirst)));
  expect(later.succeed()).toEqual({ type: 'failed', reason: 'server-not-verified' });
});

test('SASL-004 takes one signature and no more', async () => {
  const scram = client();
  scram.start();
  await done(scram, scram.next(utf8(serverFirst)));
  scram.next(utf8(`v=${signature}`));
  expect(scram.next(utf8(`v=${signature}`))).toEqual({ type: 'failed', reason: 'protocol-error' });
});

test('SASL-046 says that a type of binding was refused', () => {
  const scram = client({ binding: ownBinding });
  scram.start();
  expect(scram.bindingRefused).toBe(false);
  const step = scram.next(utf8('e=unsupported-channel-binding-type'));
  expect(step).toEqual({ type: 'failed', reason: 'channel-binding-mismatch' });
  expect(scram.bindingRefused).toBe(true);
});

test('SASL-010 refuses a password outside ASCII that was not prepared, and takes it prepared', async () => {
  const typed = { type: 'password', user: 'user', password: 'I\u00ADX' } as const;
  let thrown: unknown;
  try {
    client(typed);
  } catch (error) {
    thrown = error;
  }
  expect(isUsageError(thrown) && thrown.code).toBe('argument-refused');
  const salts = new Set<string>();
  for (const password of ['I\u00ADX', '\u2168', 'IX']) {
    const prepared = await prepareCredentials({ ...typed, password });
    if (prepared.type !== 'password') throw new Error('no password');
    const scram = scramClient(prepared, { hash: 'sha256', binding: { flag: 'n' }, nonce });
    scram.start();
    const step = scram.next(utf8(serverFirst));
    if (step.type === 'wait') salts.add(latin1(await step.work.run()));
  }
  expect(salts.size).toBe(1);
});

test('SASL-047 derives 600,000 rounds without holding up the loop', async () => {
  let turns = 0;
  const work = saltedPassword('sha256', 'pencil', new Uint8Array(16), 600_000);
  let running = true;
  void work.finally(() => {
    running = false;
  });
  while (running) {
    turns += 1;
    await new Promise(setImmediate);
  }
  // Done on the main thread it would be finished before the first turn.
  expect(turns).toBeGreaterThan(2);
});

test('SASL-009 shows the password neither to inspect nor to JSON', async () => {
  const scram = client({ password: 'hunter2' });
  scram.start();
  const step = scram.next(utf8(serverFirst));
  for (const value of [scram, step]) {
    expect(inspect(value, { depth: 9, showHidden: true }) + JSON.stringify(value)).not.toContain('hunter2');
  }
});

test('SASL-001 never throws, whatever the server says', () => {
  assert(
    property(array(uint8Array({ maxLength: 80 }), { maxLength: 4 }), (challenges) => {
      const scram = client();
      scram.start();
      for (const challenge of challenges) scram.next(challenge);
      scram.resume(new Uint8Array(32));
      expect(scram.succeed().type).toBe('failed');
    }),
  );
});
