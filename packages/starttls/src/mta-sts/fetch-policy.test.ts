import { isUsageError, WireError } from '@postern/wire';
import type { Fault } from '@postern/wire';
import { virtualClock } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { fetchStsPolicy } from './fetch-policy.ts';
import type { StsFetch } from './fetch-policy.ts';

const text = 'version: STSv1\nmode: enforce\nmx: mx.example.test\nmax_age: 86400\n';

/** A response of the platform's own kind. */
function answering(body: ConstructorParameters<typeof Response>[0], init?: ResponseInit): StsFetch {
  return async () => new Response(body, { headers: { 'content-type': 'text/plain' }, ...init });
}

async function faultOf(fetch: StsFetch, domain = 'example.test'): Promise<Fault> {
  const clock = virtualClock();
  const error = await clock.run(fetchStsPolicy(domain, { fetch, clock }).catch((caught: unknown) => caught));
  expect(clock.alarms).toBe(0);
  if (error instanceof WireError) return error.fault;
  throw error;
}

describe('fetching a policy', () => {
  test('TLS-061 asks the policy host, follows nothing and takes nothing from a cache', async () => {
    const asked: unknown[] = [];
    const clock = virtualClock();
    const fetch: StsFetch = async (url, { signal, ...options }) => {
      asked.push(url, options, signal.aborted);
      return new Response(text, { headers: { 'content-type': 'Text/Plain; charset=utf-8' } });
    };
    expect(await fetchStsPolicy('example.test', { fetch, clock })).toEqual({
      mode: 'enforce',
      mx: ['mx.example.test'],
      maxAge: 86_400,
    });
    expect(asked).toEqual([
      'https://mta-sts.example.test/.well-known/mta-sts.txt',
      { method: 'GET', redirect: 'manual', cache: 'no-store', headers: { accept: 'text/plain' } },
      false,
    ]);
    expect(clock.alarms).toBe(0);
  });

  test.each<readonly [string, StsFetch, Partial<Fault>]>([
    ['301', answering(null, { status: 301 }), { reason: 'sts-redirect', evidence: { code: 'HTTP 301' } }],
    [
      'a redirect that a browser hides',
      async () => ({ status: 0, headers: new Headers(), body: null }),
      { reason: 'sts-redirect' },
    ],
    ['404', answering('no', { status: 404 }), { reason: 'sts-not-found', evidence: { code: 'HTTP 404' } }],
    ['503', answering('no', { status: 503 }), { reason: 'sts-not-found', evidence: { code: 'HTTP 503' } }],
    ['204', answering(null, { status: 204 }), { reason: 'sts-not-found' }],
    ['HTML', answering(text, { headers: { 'content-type': 'text/html' } }), { reason: 'sts-media-type' }],
    [
      'no media type',
      answering(new TextEncoder().encode(text), { headers: {} }),
      { reason: 'sts-media-type' },
    ],
    [
      'text/plainer',
      answering(text, { headers: { 'content-type': 'text/plainer' } }),
      { reason: 'sts-media-type' },
    ],
    [
      'a bad line',
      answering(text.replace('mode:', 'mode')),
      { reason: 'sts-syntax', evidence: { code: 'bad-line in line 2' } },
    ],
    ['nothing', answering(null), { reason: 'sts-syntax', evidence: { code: 'missing-field' } }],
  ])('TLS-061 %s', async (_, fetch, fault) => {
    expect(await faultOf(fetch)).toMatchObject({ kind: 'policy', by: 'mta-sts', phase: 'policy', ...fault });
  });

  test('TLS-061 64 KiB are fine, an octet more is not, however it is cut', async () => {
    const full = text.padEnd(65_536, '\n');
    const clock = virtualClock();
    expect((await fetchStsPolicy('example.test', { fetch: answering(full), clock })).mode).toBe('enforce');
    expect((await faultOf(answering(`${full}\n`))).reason).toBe('sts-too-large');
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        controller.enqueue(new Uint8Array(1000).fill(10));
      },
      cancel: () => {
        cancelled = true;
      },
    });
    expect((await faultOf(answering(endless))).reason).toBe('sts-too-large');
    expect(cancelled).toBe(true);
  });

  const tls = (code: string): Error =>
    new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) });
  test.each<readonly [string, unknown, string, string]>([
    ['an expired certificate', tls('CERT_HAS_EXPIRED'), 'sts-cert', 'CERT_HAS_EXPIRED'],
    [
      'a certificate for another name',
      tls('ERR_TLS_CERT_ALTNAME_INVALID'),
      'sts-cert',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    [
      'a fault of our own TLS',
      new WireError({ kind: 'tls', reason: 'cert-name-mismatch', phase: 'tls', after: 0 }),
      'sts-cert',
      'cert-name-mismatch',
    ],
    ['a host that does not exist', tls('ENOTFOUND'), 'sts-not-found', 'ENOTFOUND'],
    ['a refused connection', tls('ECONNREFUSED'), 'sts-not-found', 'ECONNREFUSED'],
    ['something thrown that is no error', 'oops', 'sts-not-found', 'unknown'],
    [
      'an error that is its own cause',
      Object.assign(new Error('ring'), {
        get cause() {
          return this;
        },
      }),
      'sts-not-found',
      'unknown',
    ],
  ])('TLS-061 %s', async (_, thrown, reason, code) => {
    expect(await faultOf(() => Promise.reject(thrown))).toMatchObject({ reason, evidence: { code } });
  });

  test('TLS-061 takes a minute at the most, also where nobody heeds the signal', async () => {
    for (const fetch of [
      () => new Promise<never>(() => undefined),
      answering(new ReadableStream({ pull: () => new Promise(() => undefined) })),
    ]) {
      expect(await faultOf(fetch)).toMatchObject({ reason: 'sts-timeout', after: 60_000, limit: 60_000 });
    }
  });

  test('TLS-061 an abort rethrows its reason, whatever it looks like', async () => {
    for (const reason of [
      new Error('enough'),
      new WireError({ kind: 'policy', reason: 'sts-timeout', phase: 'policy', after: 0 }),
    ]) {
      const clock = virtualClock();
      const controller = new AbortController();
      const fetching = fetchStsPolicy('example.test', {
        fetch: () => new Promise(() => undefined),
        clock,
        signal: controller.signal,
      }).catch((error: unknown) => error);
      controller.abort(reason);
      expect(await fetching).toBe(reason);
      expect(clock.alarms).toBe(0);
      await expect(
        fetchStsPolicy('example.test', { fetch: answering(text), clock, signal: controller.signal }),
      ).rejects.toBe(reason);
    }
  });

  test('TLS-061 what is no domain becomes no address to fetch', async () => {
    const clock = virtualClock();
    for (const domain of ['example.test/evil', 'a@b', '192.0.2.1', '', 'a b', 'evil.test#', 'MÜLLER.test']) {
      const fetch: StsFetch = () => Promise.reject(new Error('fetched'));
      await expect(fetchStsPolicy(domain, { fetch, clock })).rejects.toSatisfy(isUsageError);
    }
  });
});
