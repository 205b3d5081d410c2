import { describe, expect, it } from 'vitest';
import type { EndpointResult } from './context.ts';
import { findingsOf } from './findings.ts';
import type { ServiceEndpoint } from './report/endpoint.ts';
import { verdictOf } from './report/verdict.ts';
import type { ReportReason } from './report/verdict.ts';

const imap143: ServiceEndpoint = { protocol: 'imap', host: 'h.example', port: 143, method: 'starttls' };
const pop110: ServiceEndpoint = { protocol: 'pop3', host: 'h.example', port: 110, method: 'starttls' };
const smtp587: ServiceEndpoint = { protocol: 'submission', host: 'h.example', port: 587, method: 'starttls' };
const imap993: ServiceEndpoint = { protocol: 'imap', host: 'h.example', port: 993, method: 'implicit-tls' };

function seen(
  endpoint: ServiceEndpoint,
  reason: ReportReason,
  more: Partial<EndpointResult> = {},
): EndpointResult {
  return { endpoint, verdict: verdictOf(reason), reason, ...more };
}

function clear(endpoint: ServiceEndpoint, ...beforeTls: readonly string[]): EndpointResult {
  return seen(endpoint, 'none', { capabilities: { beforeTls, insideTls: ['X'] } });
}

function names(...results: readonly EndpointResult[]): readonly string[] {
  return findingsOf(results).map(({ name, severity }) => `${severity} ${name}`);
}

describe('findingsOf', () => {
  it('has nothing to say about servers that work', () => {
    expect(
      findingsOf([
        clear(imap143, 'IMAP4rev1', 'LOGINDISABLED', 'STARTTLS'),
        clear(smtp587, 'STARTTLS', 'SIZE 1000'),
      ]),
    ).toEqual([]);
    expect(names(seen(imap993, 'timeout-connect'), seen(smtp587, 'connection-refused'))).toEqual([]);
  });

  it.each([
    ['IMAP without LOGINDISABLED', clear(imap143, 'IMAP4rev1', 'STARTTLS')],
    ['IMAP with AUTH=PLAIN', clear(imap143, 'IMAP4rev1', 'LOGINDISABLED', 'AUTH=PLAIN')],
    ['SMTP with AUTH LOGIN', clear(smtp587, 'STARTTLS', 'AUTH CRAM-MD5 LOGIN')],
    ['POP3 with USER', clear(pop110, 'STLS', 'USER')],
    ['POP3 with SASL PLAIN', clear(pop110, 'STLS', 'SASL PLAIN')],
  ])('warns of a login offered before encryption: %s', (_, result) => {
    expect(names(result)).toEqual(['warning login-in-the-clear']);
  });

  it('does not warn of a login that hides the password', () => {
    expect(names(clear(smtp587, 'AUTH SCRAM-SHA-256'), clear(pop110, 'STLS', 'SASL SCRAM-SHA-1'))).toEqual(
      [],
    );
  });

  it('puts problems first and one certificate finding per host', () => {
    const found = findingsOf([
      clear(imap143, 'IMAP4rev1', 'STARTTLS'),
      seen(imap993, 'cert-expired'),
      seen(pop110, 'cert-expired'),
      seen(smtp587, 'starttls-masked'),
    ]);
    expect(found.map(({ name, endpoints }) => `${name} ${endpoints.map(({ port }) => port).join()}`)).toEqual(
      ['certificate 993,110', 'starttls-masked 587', 'login-in-the-clear 143'],
    );
  });

  it('tells once what one port does, seen as submission and as an exchanger', () => {
    const exchanger: ServiceEndpoint = { ...smtp587, protocol: 'smtp' };
    const found = findingsOf([seen(smtp587, 'starttls-masked'), seen(exchanger, 'starttls-masked')]);
    expect(found.map(({ endpoints }) => endpoints)).toEqual([[smtp587, exchanger]]);
  });

  it('notices a dead address family', () => {
    const attempts = [
      {
        address: '2001:db8::1',
        port: 993,
        method: 'implicit-tls',
        verdict: 'silent',
        reason: 'timeout-connect',
        ms: 5000,
      },
      { address: '192.0.2.1', port: 993, method: 'implicit-tls', verdict: 'works', reason: 'none', ms: 30 },
    ] as const;
    expect(findingsOf([seen(imap993, 'none', { attempts })], { lang: 'de' })[0]?.explanation.summary).toBe(
      'Der Server h.example antwortet auf Port 993 nur über IPv4; über IPv6 schweigt er.',
    );
    const swapped = attempts.map((attempt) => ({
      ...attempt,
      address: attempt.address.includes(':') ? '192.0.2.1' : '2001:db8::1',
    }));
    expect(findingsOf([seen(imap993, 'none', { attempts: swapped })])[0]?.explanation.summary).toBe(
      'h.example answers on port 993 over IPv6 only; over IPv4 it stays silent.',
    );
  });
});
