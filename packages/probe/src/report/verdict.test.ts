import { reasons } from '@postern/wire';
import { describe, expect, it } from 'vitest';
import { verdictOf } from './verdict.ts';

describe('verdictOf', () => {
  it('calls silent exactly what waited in vain for the endpoint', () => {
    expect(reasons.filter((reason) => verdictOf(reason) === 'silent')).toEqual([
      'timeout-connect',
      'timeout-greeting',
      'timeout-starttls-reply',
      'timeout-tls-handshake',
      'timeout-reply',
    ]);
  });

  it('cannot tell where the resolver or the own network was in the way', () => {
    expect(reasons.filter((reason) => verdictOf(reason) === 'could-not-tell')).toMatchInlineSnapshot(`
      [
        "dns-nxdomain",
        "dns-nodata",
        "dns-servfail",
        "dns-bogus",
        "dns-refused",
        "dns-formerr",
        "dns-notimp",
        "dns-unreachable",
        "dns-timeout",
        "dns-malformed",
        "dns-cname-loop",
        "dns-bad-name",
        "ad-untrusted",
        "unreachable",
        "prohibited",
        "local-block",
        "connect-failed",
        "sts-timeout",
      ]
    `);
  });

  it('works only for none, and unverified only for certificates that were waived', () => {
    expect(verdictOf('none')).toBe('works');
    expect(reasons.map((reason) => verdictOf(reason))).not.toContain('works');
    expect(reasons.filter((reason) => verdictOf(reason, { unverified: true }) === 'works-unverified'))
      .toMatchInlineSnapshot(`
        [
          "cert-expired",
          "cert-not-yet-valid",
          "cert-self-signed",
          "cert-untrusted",
          "cert-chain-incomplete",
          "cert-name-mismatch",
          "cert-purpose",
          "cert-name-constraint",
          "cert-key-too-small",
          "cert-weak-signature",
          "cert-must-staple",
          "cert-fingerprint-mismatch",
          "cert-malformed",
          "dane-mismatch",
          "tlsa-unusable",
        ]
      `);
    expect(verdictOf('cert-expired')).toBe('refused');
  });
});
