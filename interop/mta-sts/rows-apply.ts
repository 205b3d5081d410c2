// What a policy that is there demands: modes, patterns, and hosts that do not fulfil it.
import { policy } from './row.ts';
import type { StsDelivery, StsRow } from './row.ts';

/** The same host under each mode: refused, used and reported, used. */
function modes(
  name: string,
  shows: string,
  server: string,
  without: StsDelivery,
  refused: StsDelivery,
  reported: string,
): readonly StsRow[] {
  const row = (mode: 'enforce' | 'testing' | 'none'): StsRow => ({
    name: `${name}-${mode}`,
    ids: 'TLS-064, TLS-065, TLS-068',
    shows: `${mode}: ${shows}`,
    server,
    answer: { body: policy({ mode }) },
    found: mode,
    delivery: mode === 'enforce' ? refused : without,
    ...(mode === 'none' ? {} : { reported: [reported] }),
  });
  return [row('enforce'), row('testing'), row('none')];
}

function patterns(
  name: string,
  shows: string,
  mx: readonly string[],
  delivery: StsDelivery,
  more: Partial<StsRow> = {},
): StsRow {
  return {
    name,
    ids: 'TLS-063',
    shows,
    answer: { body: policy({ mx }) },
    found: 'enforce',
    delivery,
    ...(delivery === 'verified' ? {} : { reported: ['validation-failure'] }),
    ...more,
  };
}

export const applyRows: readonly StsRow[] = [
  ...(['enforce', 'testing', 'none'] as const).map((mode): StsRow => ({
    name: mode,
    ids: 'TLS-065',
    shows: `${mode}: a host that fulfils the policy`,
    answer: { body: policy({ mode }) },
    found: mode,
    delivery: mode === 'enforce' ? 'verified' : 'opportunistic',
  })),
  ...modes(
    'mx-elsewhere',
    'a certificate for another name',
    'elsewhere',
    'opportunistic',
    'deferred cert-name-mismatch',
    'certificate-host-mismatch',
  ),
  ...modes(
    'mx-expired',
    'a certificate that ran out',
    'expired',
    'opportunistic',
    'deferred cert-expired',
    'certificate-expired',
  ),
  ...modes(
    'mx-itself',
    'a certificate that vouches for itself',
    'itself',
    'opportunistic',
    'deferred cert-self-signed',
    'certificate-not-trusted',
  ),
  ...modes(
    'mx-no-tls',
    'no STARTTLS',
    'no-tls',
    'plaintext',
    'deferred starttls-not-offered',
    'starttls-not-supported',
  ),
  ...modes(
    'mx-old-tls',
    'a handshake that fails',
    'old-tls',
    'plaintext',
    'deferred tls-version-too-old',
    'validation-failure',
  ),
  patterns('pattern-exact', 'the very name, in another case', ['MX-pattern-exact.STS.test'], 'verified'),
  patterns('pattern-star', 'a star for one label', ['other.test', '*.sts.test'], 'verified'),
  patterns(
    'pattern-deep',
    'a star stands for one label, not for two',
    ['*.test'],
    'deferred sts-mx-not-listed',
  ),
  patterns(
    'pattern-parent',
    'a star stands for one label, not for none',
    ['*.mx-pattern-parent.sts.test'],
    'deferred sts-mx-not-listed',
  ),
  patterns('not-listed', 'another host is listed', ['mx.elsewhere.test'], 'deferred sts-mx-not-listed'),
  patterns(
    'second-listed',
    'the second exchanger is listed, the first is not',
    ['mx2-second-listed.sts.test'],
    'verified',
    {
      zone: '@ MX 20 mx2-second-listed.sts.test.\nmx2-second-listed.sts.test. A good',
      mx: 'mx2-second-listed.sts.test',
      reported: ['validation-failure'],
    },
  ),
  patterns(
    'alias-listed',
    'the name in the MX record counts, not the end of its alias',
    ['mx-alias-listed.sts.test'],
    'verified',
    {
      zone: '@ MX 5 end-alias-listed.sts.test.\nend-alias-listed.sts.test. CNAME mx-enforce.sts.test.',
      reported: ['validation-failure'],
    },
  ),
];
