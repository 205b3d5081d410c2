import { describe, expect, it } from 'vitest';
import { watched } from '../test/watched.ts';
import { addresses } from './addresses.ts';
import type { HostAddresses } from './addresses.ts';
import { isSecure } from './resolver.ts';
import { serviceTargets } from './service-targets.ts';
import { tlsaRecords } from './tlsa-records.ts';
import type { TlsaAnswer } from './tlsa-records.ts';
import type { ZoneResolverOptions } from './zone-resolver.ts';

const tlsa = (name: string, hex = '00ff'): string => `_25._tcp.${name}. TLSA 3 1 1 ${hex}`;
const zone = [
  'mx.test. A 192.0.2.1',
  'mx.test. AAAA 2001:db8::1',
  tlsa('mx.test'),
  'alias.test. CNAME middle.test.',
  'middle.test. CNAME end.test.',
  'end.test. A 192.0.2.2',
  'bare.test. A 192.0.2.3',
].join('\n');

async function look(
  host: string,
  options?: ZoneResolverOptions & { readonly zone?: string; readonly port?: number },
): Promise<{ readonly answer: TlsaAnswer; readonly asked: readonly string[] }> {
  const resolver = watched(options?.zone ?? zone, { authenticated: true, ...options });
  const found: HostAddresses = await addresses(resolver, host, { allowSpecial: true });
  return { answer: await tlsaRecords(resolver, found, options?.port ?? 25), asked: resolver.asked };
}

describe('tlsaRecords', () => {
  it('DNS-031 asks for addresses first, and for TLSA at the port that is dialled', async () => {
    const { answer, asked } = await look('MX.test.');
    expect(asked).toEqual(['mx.test AAAA', 'mx.test A', '_25._tcp.mx.test TLSA']);
    expect(answer).toMatchObject({ status: 'records', base: 'mx.test', records: [{ usage: 3 }] });
    expect((await look('mx.test', { port: 465 })).asked.at(-1)).toBe('_465._tcp.mx.test TLSA');
    const bare = await look('bare.test');
    expect(bare.answer).toEqual({ status: 'none', reason: undefined });
    expect(bare.asked.filter((question) => question.endsWith('TLSA'))).toEqual(['_25._tcp.bare.test TLSA']);
  });

  it('DNS-031, TLS-053 asks for no TLSA where the addresses are insecure', async () => {
    const { answer, asked } = await look('mx.test', { authenticated: false });
    expect(answer).toEqual({ status: 'none', reason: 'insecure' });
    expect(asked).toEqual(['mx.test AAAA', 'mx.test A']);
  });

  it('DNS-042, TLS-050 counts an AD bit of a resolver nobody vouches for as none, and says so', async () => {
    const { answer, asked } = await look('mx.test', { trusted: false });
    expect(answer).toEqual({ status: 'none', reason: 'ad-untrusted' });
    expect(asked).toEqual(['mx.test AAAA', 'mx.test A']);
  });

  it('TLS-053 asks at the end of a secure alias, then at its own name, never in between', async () => {
    const neither = await look('alias.test', { zone: `${zone}\n${tlsa('middle.test')}` });
    expect(neither.answer).toEqual({ status: 'none', reason: undefined });
    expect(neither.asked.slice(2)).toEqual(['_25._tcp.end.test TLSA', '_25._tcp.alias.test TLSA']);
    const own = await look('alias.test', { zone: `${zone}\n${tlsa('alias.test')}` });
    expect(own.answer).toMatchObject({ base: 'alias.test' });
    const both = await look('alias.test', { zone: `${zone}\n${tlsa('alias.test')}\n${tlsa('end.test')}` });
    expect(both.answer).toMatchObject({ base: 'end.test' });
  });

  it('DNS-038, TLS-053 asks at the own name of a secure alias that leads into an insecure zone', async () => {
    const text = `${zone}\n${tlsa('alias.test')}\n${tlsa('end.test')}`;
    const signed = (...plain: readonly string[]) => ({
      zone: text,
      authenticated: (name: string) => !plain.some((one) => name.endsWith(one)),
    });
    const ends = await look('alias.test', signed('end.test'));
    expect(ends.answer).toMatchObject({ status: 'records', base: 'alias.test' });
    expect(ends.asked.slice(2)).toEqual(['alias.test CNAME', '_25._tcp.alias.test TLSA']);
    const begins = await look('alias.test', signed('alias.test'));
    expect(begins.answer).toEqual({ status: 'none', reason: 'insecure' });
    expect(begins.asked.slice(2)).toEqual(['alias.test CNAME']);
  });

  it('TLS-053 follows a TLSA name that is an alias, and keeps the base; an insecure link counts for nothing', async () => {
    const text = 'mx.test. A 192.0.2.1\n_25._tcp.mx.test. CNAME tlsa.other.\ntlsa.other. TLSA 3 1 1 00ff';
    expect((await look('mx.test', { zone: text })).answer).toMatchObject({
      status: 'records',
      base: 'mx.test',
    });
    const insecure = await look('mx.test', { zone: text, authenticated: (name) => name.endsWith('test') });
    expect(insecure.answer).toEqual({ status: 'none', reason: 'insecure' });
  });

  it('TLS-051 takes a failure for a failure, never for "no TLSA"', async () => {
    for (const reason of [
      'dns-servfail',
      'dns-timeout',
      'dns-bogus',
      'dns-refused',
      'dns-malformed',
    ] as const) {
      await expect(look('mx.test', { failures: { '_25._tcp.mx.test': reason } })).rejects.toMatchObject({
        code: reason,
      });
    }
    const half = {
      zone: `${zone}\n${tlsa('alias.test')}`,
      failures: { '_25._tcp.end.test': 'dns-servfail' },
    } as const;
    await expect(look('alias.test', half)).rejects.toMatchObject({ code: 'dns-servfail' });
  });

  it('DNS-030 has none for a host whose name leaves no room for them, nor asks for what is no name', async () => {
    const host = `${['a', 'b', 'c'].map((letter) => letter.repeat(63)).join('.')}.${'d'.repeat(46)}.test`;
    const owner = `_25._tcp.${host}`;
    expect(owner).toHaveLength(252);
    const fits = await look(host, { zone: `${host}. A 192.0.2.1` });
    expect(fits.asked.at(-1)).toBe(`${owner} TLSA`);
    const long = await look(host, { zone: `${host}. A 192.0.2.1`, port: 2525 });
    expect(long.answer).toEqual({ status: 'none', reason: undefined });
    expect(long.asked).toEqual([`${host} AAAA`, `${host} A`]);
  });

  it('TLS-044 asks for nothing where the host is an address', async () => {
    const { answer, asked } = await look('[192.0.2.1]');
    expect(answer).toEqual({ status: 'none', reason: 'insecure' });
    expect(asked).toEqual([]);
  });

  it('DNS-037 takes port and host from a secure SRV record', async () => {
    const text = [
      '_imap._tcp.example.net. SRV 10 0 9143 imap.example.net.',
      'imap.example.net. A 192.0.2.4',
      '_9143._tcp.imap.example.net. TLSA 3 1 1 00ff',
    ].join('\n');
    const lookUp = async (authenticated: boolean): Promise<TlsaAnswer | 'not asked'> => {
      const resolver = watched(text, { authenticated });
      const answer = await serviceTargets(resolver, 'imap', 'example.net');
      if (answer.status !== 'targets' || !isSecure(answer)) return 'not asked';
      const { target = '', port = 0 } = answer.targets[0] ?? {};
      return tlsaRecords(resolver, await addresses(resolver, target, { allowSpecial: true }), port);
    };
    expect(await lookUp(true)).toMatchObject({ status: 'records', base: 'imap.example.net' });
    expect(await lookUp(false)).toBe('not asked');
  });

  it('rethrows the reason of an abort untouched', async () => {
    const resolver = watched(zone, { authenticated: true });
    const found = await addresses(resolver, 'mx.test', { allowSpecial: true });
    const reason = new Error('enough');
    await expect(tlsaRecords(resolver, found, 25, { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });
});
