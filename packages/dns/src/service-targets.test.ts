import { seededRandom } from '@postern/wire/testing';
import { describe, expect, it } from 'vitest';
import { sampleZone } from '../test/sample-zone.ts';
import { mailServices } from './services/mail-services.ts';
import { taggedTexts } from './records.ts';
import { serviceLabels } from './services/service-labels.ts';
import type { Resolver } from './resolver.ts';
import { orderServices, serviceTargets } from './service-targets.ts';
import { zoneResolver } from './zone-resolver.ts';

const resolver = zoneResolver(sampleZone);

describe('serviceTargets', () => {
  it('DNS-020 asks for _service._proto.domain and returns the targets', async () => {
    expect(await serviceTargets(resolver, 'imaps', 'Example.test')).toMatchObject({
      status: 'targets',
      targets: [{ priority: 0, weight: 1, port: 993, target: 'imap.example.test', needsConfirmation: false }],
    });
    const announced = await serviceTargets(resolver, '_smtp-tls', 'example.test');
    expect(
      announced.status === 'targets' && announced.targets.map(({ port, target }) => `${target}:${port}`),
    ).toEqual(['mx1.example.test:465', 'mx2.example.test:25']);
  });

  it('DNS-021 takes a lone dot for "not offered", and drops one beside others', async () => {
    expect((await serviceTargets(resolver, 'imap', 'example.test')).status).toBe('not-offered');
    expect((await serviceTargets(resolver, '_smtp-tls', 'nomail.test')).status).toBe('not-offered');
    const mixed = zoneResolver('_imap._tcp.d.test. SRV 0 0 0 .\n_imap._tcp.d.test. SRV 5 0 143 i.d.test.');
    expect(await serviceTargets(mixed, 'imap', 'd.test')).toMatchObject({
      status: 'targets',
      targets: [{ target: 'i.d.test' }],
      diagnostics: [{ type: 'srv-not-offered-ignored' }],
    });
  });

  const srv = (target: string, weight: number, priority = 0) => ({ priority, weight, port: 1, target });
  const group = [srv('d', 60), srv('b', 10), srv('a', 0), srv('c', 30)];
  const vectors: readonly (readonly [draws: readonly number[], order: string])[] = [
    [[41, 5, 17, 0], 'd b c a'],
    [[100, 40, 10, 0], 'd c b a'],
    [[0, 0, 1, 0], 'a b c d'],
    [[1, 0, 11, 0], 'b a c d'],
    [[40, 0, 60, 0], 'c a d b'],
  ];
  for (const [draws, order] of vectors) {
    it(`DNS-022 draws ${draws.join(', ')} as ${order}`, () => {
      const left = new Map(group.map(({ target, weight }) => [target, weight]));
      let at = 0;
      const sorted = [srv('a', 0), srv('b', 10), srv('c', 30), srv('d', 60)];
      const drawn = orderServices(sorted, () => {
        const sum = [...left.values()].reduce((total, weight) => total + weight, 0);
        const value = ((draws[at] ?? 0) + 0.5) / (sum + 1);
        left.delete(order.split(' ')[at] ?? '');
        at += 1;
        return value;
      });
      expect(drawn.map(({ target }) => target).join(' ')).toBe(order);
    });
  }

  it('DNS-022 draws from 0 to the sum inclusive', () => {
    const first = (value: number) =>
      orderServices([srv('heavy', 1), srv('light', 0)], () => value)[0]?.target;
    expect([0, 0.49, 0.5, 0.999].map(first)).toEqual(['light', 'light', 'heavy', 'heavy']);
  });

  it('DNS-022 goes by priority first, whatever the weights', () => {
    const records = [srv('late', 1000, 20), srv('early', 0, 10), srv('last', 1, 30)];
    expect(orderServices(records, seededRandom(1)).map(({ target }) => target)).toEqual([
      'early',
      'late',
      'last',
    ]);
    expect(orderServices(group).map(({ target }) => target)).toEqual(['d', 'c', 'b', 'a']);
  });

  it('DNS-023 picks first in proportion to the weights', () => {
    const random = seededRandom(20_250_101);
    const first = new Map<string, number>();
    for (let run = 0; run < 10_000; run += 1) {
      const target = orderServices(group, random)[0]?.target ?? '';
      first.set(target, (first.get(target) ?? 0) + 1);
    }
    const share = (target: string): number => (first.get(target) ?? 0) / 100;
    for (const [target, expected] of [
      ['d', 59.4],
      ['c', 29.7],
      ['b', 9.9],
      ['a', 1],
    ] as const) {
      expect(Math.abs(share(target) - expected)).toBeLessThan(2);
    }
    expect(first.get('a')).toBeGreaterThan(0);
  });

  it('DNS-024 uses the port as given, and never port 0', async () => {
    const odd = zoneResolver(
      '_imaps._tcp.d.test. SRV 0 1 1993 i.d.test.\n_imaps._tcp.d.test. SRV 0 1 0 j.d.test.\n_pop3._tcp.d.test. SRV 0 1 0 j.d.test.',
    );
    expect(await serviceTargets(odd, 'imaps', 'd.test')).toMatchObject({
      targets: [{ port: 1993 }],
      diagnostics: [{ type: 'srv-bad-port', target: 'j.d.test' }],
    });
    expect((await serviceTargets(odd, 'pop3', 'd.test')).status).toBe('unusable');
    expect((await serviceTargets(odd, 'imap', 'd.test')).status).toBe('no-records');
    const named = zoneResolver(
      '_imap._tcp.d.test. SRV 0 1 143 a\\ b.test.\n_imap._tcp.d.test. SRV 0 1 143 i.d.test.',
    );
    expect(await serviceTargets(named, 'imap', 'd.test')).toMatchObject({
      targets: [{ target: 'i.d.test' }],
      diagnostics: [{ type: 'srv-bad-name', target: 'a b.test' }],
    });
    expect((await serviceTargets(odd, 'imap', 'gone.test')).status).toBe('no-records');
  });

  it('DNS-022 keeps the first twenty of very many targets, by priority', async () => {
    const many = Array.from(
      { length: 3000 },
      (_, at) => `_imaps._tcp.d.test. SRV ${3000 - at} 1 993 h${at}.d.test.`,
    );
    const answer = await serviceTargets(zoneResolver(many.join('\n')), 'imaps', 'd.test');
    expect(answer).toMatchObject({ diagnostics: [{ type: 'srv-too-many', target: 'h2979.d.test' }] });
    expect(answer.status === 'targets' && answer.targets.map(({ target }) => target)).toEqual(
      Array.from({ length: 20 }, (_, at) => `h${2999 - at}.d.test`),
    );
  });

  it('DNS-025 knows the labels of mail programs', () => {
    expect(
      Object.values(serviceLabels).map(
        ({ label, protocol, method, port }) => `${label} ${protocol} ${method} ${port}`,
      ),
    ).toEqual([
      '_submissions submission implicit-tls 465',
      '_submission submission starttls 587',
      '_imaps imap implicit-tls 993',
      '_imap imap starttls 143',
      '_pop3s pop3 implicit-tls 995',
      '_pop3 pop3 starttls 110',
    ]);
  });

  it('DNS-027 has a target outside the domain confirmed unless the answer is secure', async () => {
    const text = '_imaps._tcp.d.test. SRV 0 1 993 host.other.test.';
    expect(await serviceTargets(zoneResolver(text), 'imaps', 'd.test')).toMatchObject({
      targets: [{ needsConfirmation: true }],
      diagnostics: [{ type: 'srv-other-domain', target: 'host.other.test' }],
    });
    expect(
      await serviceTargets(zoneResolver(text, { authenticated: true }), 'imaps', 'd.test'),
    ).toMatchObject({
      targets: [{ needsConfirmation: false }],
      diagnostics: [],
    });
    const untrusted = zoneResolver(text, { authenticated: true, trusted: false });
    expect(await serviceTargets(untrusted, 'imaps', 'd.test')).toMatchObject({
      targets: [{ needsConfirmation: true }],
    });
  });

  it('DNS-029 rejects where the question was not answered', async () => {
    const failing = zoneResolver(sampleZone, { failures: { '_imaps._tcp.example.test': 'dns-servfail' } });
    await expect(serviceTargets(failing, 'imaps', 'example.test')).rejects.toMatchObject({
      fault: { kind: 'dns', reason: 'dns-servfail' },
    });
  });
});

describe('mailServices', () => {
  it('DNS-026 prefers the protocol with the lower priority, and chooses it before the host', async () => {
    const both = (imap: number, pop3: number) =>
      mailServices(
        zoneResolver(
          `_imap._tcp.d.test. SRV ${imap} 1 143 imap.d.test.\n_pop3._tcp.d.test. SRV ${pop3} 99 110 pop.d.test.`,
        ),
        'd.test',
      );
    expect((await both(0, 10)).preferred).toBe('imap');
    expect((await both(10, 0)).preferred).toBe('pop3');
    expect((await both(5, 5)).preferred).toBe('either');
    const one = async (zone: string): Promise<unknown> =>
      (await mailServices(zoneResolver(zone), 'd.test')).preferred;
    expect(await one('_imap._tcp.d.test. SRV 9 1 143 imap.d.test.')).toBe('imap');
    expect(await one('_pop3._tcp.d.test. SRV 9 1 110 pop.d.test.')).toBe('pop3');
    // The best of a protocol counts, not its worst.
    const spread = '_imap._tcp.d.test. SRV 0 1 143 a.d.test.\n_imap._tcp.d.test. SRV 20 1 143 b.d.test.\n';
    expect(await one(`${spread}_pop3._tcp.d.test. SRV 10 1 110 pop.d.test.`)).toBe('imap');
    expect((await mailServices(zoneResolver('d.test. A 192.0.2.1'), 'd.test')).preferred).toBeUndefined();
    expect(await mailServices(resolver, 'example.test')).toMatchObject({
      preferred: 'imap',
      notOffered: ['imap', 'pop3'],
      couldNotTell: [],
      submission: [
        { service: 'submissions', port: 465 },
        { service: 'submission', port: 587 },
      ],
    });
  });

  it('DNS-027, TLS-003 puts implicit TLS before STARTTLS whatever the priorities', async () => {
    const zone = zoneResolver(
      '_imap._tcp.d.test. SRV 0 1 143 a.d.test.\n_imaps._tcp.d.test. SRV 10 1 993 b.d.test.',
    );
    const { imap } = await mailServices(zone, 'd.test');
    expect(imap.map(({ method, port }) => `${method} ${port}`)).toEqual(['implicit-tls 993', 'starttls 143']);
  });

  it('rethrows the reason of an abort untouched, whatever the resolver says then', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    const failing = zoneResolver(sampleZone, { failures: { '_imaps._tcp.example.test': 'dns-servfail' } });
    let asked = 0;
    const leaving: Resolver = {
      query: (...question) => {
        asked += 1;
        if (asked === 6) controller.abort(reason);
        return failing.query(...question);
      },
    };
    const found = mailServices(leaving, 'example.test', { signal: controller.signal });
    await expect(found).rejects.toBe(reason);
  });

  it('DNS-029 says that it could not tell, unless errors are tolerated; silence never is', async () => {
    const failures = {
      '_imaps._tcp.example.test': 'dns-servfail',
      '_pop3s._tcp.example.test': 'dns-timeout',
    } as const;
    const failing = zoneResolver(sampleZone, { failures });
    await expect(mailServices(failing, 'a b.test')).rejects.toMatchObject({ code: 'dns-bad-name' });
    expect(await mailServices(failing, 'example.test')).toMatchObject({
      couldNotTell: ['imaps', 'pop3s'],
      results: { imaps: { ok: false, fault: { reason: 'dns-servfail' } } },
    });
    expect((await mailServices(failing, 'example.test', { tolerateErrors: true })).couldNotTell).toEqual([
      'pop3s',
    ]);
  });
});

describe('taggedTexts', () => {
  it('DNS-032 picks records by their tag with its semicolon', () => {
    const texts = [
      ' v=STSv1; id=a',
      'v=STSv10; id=b',
      'v=STSv1',
      'V=STSv1; id=c',
      'v=TLSRPTv1; rua=mailto:x',
    ];
    expect(taggedTexts(texts, 'v=STSv1;')).toEqual(['v=STSv1; id=a']);
  });
});
