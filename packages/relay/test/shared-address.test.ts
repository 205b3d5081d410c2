import { memoryStsStore, stsPolicies } from '@postern/starttls';
import { sessionCounts } from '@postern/starttls/tlsrpt';
import { expect, test } from 'vitest';
import { one, town, words } from './town.ts';
import type { Town } from './town.ts';

/** Two names of one machine, equally liked. */
const twoNames = `
example.test. MX 10 mx1.example.test.
example.test. MX 10 mx2.example.test.
mx1.example.test. A ${one}
mx2.example.test. A ${one}
`;
const otherKey = `TLSA 3 1 1 ${'00'.repeat(32)}`;

/** A tried connection in a few words. */
function attempts(delivered: Awaited<ReturnType<Town['deliver']>>): readonly string[] {
  return delivered.domains.flatMap((domain) =>
    domain.attempts.map(({ host, reason, outcome }) => `${host} ${reason ?? outcome}`),
  );
}

test.each([
  ['mx1', 'mx2'],
  ['mx2', 'mx1'],
])(
  'TLS-057 of two hosts at one address the one without TLSA records takes what the key of %s keeps back',
  async (bound, free) => {
    const counts = sessionCounts();
    const scene = await town(`${twoNames}_25._tcp.${bound}.example.test. ${otherKey}`, {
      secure: true,
      more: { counts },
    });
    await scene.serve(one, 25, 'starttls');
    const delivered = await scene.deliver({});
    expect(delivered.recipients.map(words)).toEqual([`delivered to ${free}.example.test by starttls`]);
    expect(scene.taken.map(({ secured }) => secured)).toEqual([true]);
    // The policy of each was applied to its own attempt, and the report says whose it was.
    const details = counts.policies('example.test').flatMap((report) => report.details);
    const failed = bound === 'mx1' ? [`${bound}.example.test`] : [];
    expect(details.map(({ receivingMxHostname }) => receivingMxHostname)).toEqual(failed);
  },
);

test('TLS-057 the host without TLSA records goes in the clear, the one with them never', async () => {
  const scene = await town(`${twoNames}_25._tcp.mx1.example.test. ${otherKey}`, { secure: true });
  await scene.serve(one, 25, 'broken-starttls');
  const delivered = await scene.deliver({});
  expect(delivered.recipients.map(words)).toEqual([
    'delivered to mx2.example.test by plaintext (closed-during-tls)',
  ]);
  expect(attempts(delivered)).toEqual([
    'mx1.example.test closed-during-tls',
    'mx2.example.test closed-during-tls',
    'mx2.example.test granted',
  ]);
});

test('TLS-064 a certificate is good for the name it has, whichever name of the machine is tried first', async () => {
  const store = memoryStsStore();
  const policy = { mode: 'enforce', mx: ['*.example.test'], maxAge: 86_400 } as const;
  await store.set('example.test', { id: 'a', policy, fetchedAt: Date.now() });
  const scene = await town(twoNames, { certificateFor: 'mx2.example.test' });
  const fetch = (): Promise<never> => Promise.reject(new Error('no web'));
  Object.assign(scene.environment, { sts: stsPolicies({ ...scene.environment, store, fetch }) });
  await scene.serve(one, 25, 'starttls');
  const delivered = await scene.deliver({});
  expect(delivered.recipients.map(words)).toEqual(['delivered to mx2.example.test by starttls']);
  expect(attempts(delivered)).toEqual(['mx1.example.test cert-name-mismatch', 'mx2.example.test granted']);
});

test('TLS-063 the name that the MTA-STS policy lists is tried, the other one not', async () => {
  const store = memoryStsStore();
  const policy = { mode: 'enforce', mx: ['mx2.example.test'], maxAge: 86_400 } as const;
  await store.set('example.test', { id: 'a', policy, fetchedAt: Date.now() });
  const scene = await town(twoNames, { certificateFor: 'mx2.example.test' });
  const fetch = (): Promise<never> => Promise.reject(new Error('no web'));
  Object.assign(scene.environment, { sts: stsPolicies({ ...scene.environment, store, fetch }) });
  await scene.serve(one, 25, 'starttls');
  expect(attempts(await scene.deliver({}))).toEqual(['mx2.example.test granted']);
});

test('two names of one machine of which the same is demanded are one connection', async () => {
  const scene = await town(twoNames);
  await scene.serve(one, 25, 'starttls', { greeting: { type: 'refused', code: 554 } });
  const delivered = await scene.deliver({});
  expect(attempts(delivered)).toHaveLength(1);
});

test('TLS-057 neither of two names is served in the clear where both have TLSA records', async () => {
  const zone = `${twoNames}_25._tcp.mx1.example.test. ${otherKey}\n_25._tcp.mx2.example.test. ${otherKey}`;
  const scene = await town(zone, { secure: true });
  await scene.serve(one, 25, 'starttls');
  const delivered = await scene.deliver({});
  expect(delivered.recipients.map(words)).toEqual(['deferred dane-mismatch']);
  expect(attempts(delivered)).toEqual(['mx1.example.test dane-mismatch', 'mx2.example.test dane-mismatch']);
  expect(scene.taken).toEqual([]);
});
