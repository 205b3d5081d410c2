import { zoneResolver } from '@postern/dns';
import type { Resolver } from '@postern/dns';
import { memoryStsStore, stsPolicies } from '@postern/starttls';
import { expect, test } from 'vitest';
import { one, town, two, words } from './town.ts';

const hosts = `
example.test. MX 10 mx1.example.test.
mx1.example.test. A ${one}
mx2.example.test. A ${two}
`;

/** A resolver that notes what it is asked. */
function noting(zone: string, failures = {}): Resolver & { readonly asked: readonly string[] } {
  const inner = zoneResolver(zone, { failures });
  const asked: string[] = [];
  return {
    asked,
    query(name, type, options) {
      asked.push(`${name} ${type}`);
      return inner.query(name, type, options);
    },
  };
}

test('DNS-028 a domain that announces no mail is asked for no MX record', async () => {
  const resolver = noting(`${hosts}_smtp-tls._tcp.example.test. SRV 0 0 0 .`);
  const scene = await town(hosts, { resolver });
  await scene.serve(one, 25, 'starttls');
  const { recipients } = await scene.deliver({ policy: { announce: 'use' } });
  expect(recipients.map(words)).toEqual(['refused srv-not-offered']);
  expect(resolver.asked).toEqual(['_smtp-tls._tcp.example.test SRV']);
  // Noted, and of no effect, where nobody decided to use it.
  const noted = await scene.deliver({ policy: { announce: 'report' } });
  expect(noted.recipients.map(words)).toEqual(['delivered to mx1.example.test by starttls']);
});

test('DNS-028 an announcement that cannot be looked up makes the mail wait', async () => {
  const resolver = noting(hosts, { '_smtp-tls._tcp.example.test': 'dns-servfail' });
  const scene = await town(hosts, { resolver });
  await scene.serve(one, 25, 'starttls');
  const { recipients } = await scene.deliver({ policy: { announce: 'use' } });
  expect(recipients.map(words)).toEqual(['deferred dns-servfail']);
  expect(resolver.asked).not.toContain('example.test MX');
});

test('DNS-028 records under another label change nothing', async () => {
  const scene = await town(`${hosts}_smtp._tcp.example.test. SRV 0 0 465 mx2.example.test.`);
  await scene.serve(one, 25, 'starttls');
  const { recipients } = await scene.deliver({ policy: { announce: 'use' } });
  expect(recipients.map(words)).toEqual(['delivered to mx1.example.test by starttls']);
});

test('DNS-028 further labels are asked for in order, until one has records', async () => {
  const resolver = noting(`${hosts}_smtps._tcp.example.test. SRV 0 0 465 mx2.example.test.`);
  const scene = await town(hosts, {
    resolver,
    more: { announcementLabels: ['_smtp-tls', '_smtps', '_more'] },
  });
  await scene.serve(one, 25, 'starttls');
  await scene.serve(two, 465, 'implicit-tls');
  const { recipients } = await scene.deliver({ policy: { announce: 'use' } });
  expect(recipients.map(words)).toEqual(['delivered to mx2.example.test by implicit-tls']);
  const srv = resolver.asked.filter((question) => question.endsWith(' SRV'));
  expect(srv).toEqual(['_smtp-tls._tcp.example.test SRV', '_smtps._tcp.example.test SRV']);
  expect(resolver.asked).not.toContain('example.test MX');
});

test('DNS-010 an address literal can announce nothing, and gets its mail', async () => {
  const scene = await town(hosts);
  await scene.serve(one, 25, 'starttls');
  const { recipients } = await scene.deliver({ recipients: [`ben@[${one}]`], policy: { announce: 'use' } });
  expect(recipients.map(words)).toEqual([`delivered to ${one} by starttls`]);
});

test('DNS-039 an announced host that the MTA-STS policy does not list gets nothing, and the MX route stays closed', async () => {
  const zone = `${hosts}_smtp-tls._tcp.example.test. SRV 0 0 465 mx2.example.test.`;
  const store = memoryStsStore();
  const policy = { mode: 'enforce', mx: ['mx1.example.test'], maxAge: 86_400 } as const;
  await store.set('example.test', { id: 'a', policy, fetchedAt: Date.now() });
  const scene = await town(zone);
  const sts = stsPolicies({
    ...scene.environment,
    store,
    fetch: () => Promise.reject(new Error('no web')),
  });
  const policed = await town(zone, { more: { sts } });
  await policed.serve(one, 25, 'starttls');
  await policed.serve(two, 465, 'implicit-tls');
  const { recipients } = await policed.deliver({ policy: { announce: 'use' } });
  expect(recipients.map(words)).toEqual(['deferred sts-mx-not-listed']);
  expect(policed.taken).toEqual([]);
});
