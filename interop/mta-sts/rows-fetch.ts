// What can go wrong on the way to a policy: the host's certificate, its answers, the policy's text, and the record.
import { policy } from './row.ts';
import type { PolicyAnswer, StsRow } from './row.ts';

const LIMIT = 65_536;
/** Answers resolvers only, and refuses to be asked as a name server. */
const REFUSING = '127.0.1.53';
const KEPT = 'deferred sts-mx-not-listed';

/** A policy of exactly so many octets. */
function padded(octets: number): string {
  const text = policy({});
  return `${text}x: ${'y'.repeat(octets - text.length - 5)}\r\n`;
}

/** A fetch that fails: no policy, unless one is kept. */
function failing(
  name: string,
  shows: string,
  failure: string,
  answer: PolicyAnswer,
  more: Partial<StsRow> = {},
): StsRow {
  const reported = failure === 'sts-cert' ? 'sts-webpki-invalid' : 'sts-policy-fetch-error';
  return {
    name,
    ids: 'TLS-061, TLS-066, TLS-068',
    shows,
    answer: { body: policy({}), ...answer },
    found: 'absent',
    failure,
    delivery: 'opportunistic',
    kept: KEPT,
    reported: [failure === 'sts-syntax' ? 'sts-policy-invalid' : reported],
    ...more,
  };
}

/** A policy that cannot be read. */
function unreadable(name: string, shows: string, body: string): StsRow {
  return failing(
    name,
    shows,
    'sts-syntax',
    { body },
    {
      ids: 'TLS-062, TLS-066',
      curl: 'fetched',
      because: 'RFC 8461 §3.2: curl fetches files and does not read policies',
    },
  );
}

/** A record that does not count: nothing is fetched, and what is kept stays. */
function unrecorded(name: string, shows: string, texts: readonly string[], failure?: string): StsRow {
  return {
    name,
    ids: 'TLS-060, TLS-066',
    shows,
    texts,
    found: 'absent',
    ...(failure && { failure }),
    delivery: 'opportunistic',
    kept: KEPT,
    curl: 'fetched',
    because: 'RFC 8461 §3.1: without a record that counts nobody has to ask for the file; curl does',
  };
}

/** A policy that is fetched and applies. */
function applied(name: string, shows: string, row: Partial<StsRow>): StsRow {
  return { name, ids: 'TLS-061, TLS-062', shows, found: 'enforce', delivery: 'verified', ...row };
}

export const fetchRows: readonly StsRow[] = [
  failing('cert-elsewhere', 'the certificate is for another name', 'sts-cert', { certificate: 'elsewhere' }),
  failing('cert-expired', 'the certificate ran out', 'sts-cert', { certificate: 'expired' }),
  failing('cert-itself', 'the certificate vouches for itself', 'sts-cert', { certificate: 'itself' }),
  failing(
    'cert-common-name',
    'the certificate has the name as its common name only',
    'sts-cert',
    { certificate: 'common-name' },
    {
      curl: 'fetched',
      because: 'RFC 9525 §2: a common name is no name, as for ours; curl with OpenSSL still takes one',
    },
  ),
  failing('redirect', 'a redirect to a good policy is not followed', 'sts-redirect', {
    status: 301,
    headers: { location: 'https://mta-sts.enforce.sts.test/.well-known/mta-sts.txt' },
  }),
  failing('redirect-later', 'nor is a temporary one', 'sts-redirect', {
    status: 307,
    headers: { location: 'https://mta-sts.enforce.sts.test/.well-known/mta-sts.txt' },
  }),
  failing('status-404', 'not found', 'sts-not-found', { status: 404 }),
  failing('status-500', 'an error of the server', 'sts-not-found', { status: 500 }),
  failing('status-203', 'a status that is nearly right', 'sts-not-found', { status: 203 }),
  failing('type-html', 'another media type', 'sts-media-type', { headers: { 'content-type': 'text/html' } }),
  failing('type-none', 'no media type', 'sts-media-type', { headers: {} }),
  failing('too-large', 'one octet more than 64 KiB', 'sts-too-large', { body: padded(LIMIT + 1) }),
  failing(
    'too-large-unannounced',
    'the same, and it does not say so before',
    'sts-too-large',
    { body: padded(LIMIT + 1), manner: 'unannounced' },
    {
      curl: 'fetched',
      because: 'RFC 8461 §3.3: ours counts what comes; this curl believes announced lengths only',
    },
  ),
  failing('slow', 'an octet now and then, for longer than a minute', 'sts-timeout', { manner: 'slow' }),
  failing('silent', 'no answer', 'sts-timeout', { manner: 'never' }),
  failing('broken', 'the connection breaks in the middle', 'sts-not-found', { manner: 'broken' }),
  failing(
    'no-host',
    'the policy host has no address',
    'sts-not-found',
    {},
    { zone: 'mta-sts TXT "nothing"' },
  ),
  failing(
    'host-failed',
    'the policy host cannot be looked up',
    'sts-not-found',
    {},
    { zone: `mta-sts NS ns.mta-sts\nns.mta-sts A ${REFUSING}` },
  ),
  failing('down', 'nobody listens at the policy host', 'sts-not-found', {}, { zone: 'mta-sts A closed' }),

  unreadable('cr-only', 'lines that end with CR alone', policy({}).replaceAll('\n', '')),
  unreadable('capital-key', 'a key in another case', policy({}).replace('mode', 'Mode')),
  unreadable('capital-value', 'a mode in another case', policy({ mode: 'Enforce' })),
  unreadable('no-mx', 'no mx', policy({ mx: [] })),
  unreadable('age-missing', 'no max_age', policy({}).replace('max_age', 'age')),
  unreadable('age-overflow', 'a max_age of eleven digits', policy({ maxAge: '99999999999' })),
  unreadable('age-negative', 'a max_age below zero', policy({ maxAge: '-1' })),
  unreadable('version-2', 'another version', policy({}).replace('STSv1', 'STSv2')),
  unreadable('mx-deep-star', 'a star that is no whole left-most label', policy({ mx: ['mx-*.sts.test'] })),
  unreadable('empty', 'nothing', ''),
  unreadable('page', 'a page in place of a policy', '<!doctype html>\n<title>Hello</title>\n'),

  unrecorded('record-none', 'no record', []),
  unrecorded('record-two', 'two records', ['v=STSv1; id=a;', 'v=STSv1; id=b;'], 'sts-syntax'),
  unrecorded('record-version', 'a record of another version', ['v=STSv2; id=a;']),
  unrecorded('record-no-id', 'a record without id', ['v=STSv1;'], 'sts-syntax'),
  unrecorded('record-bad-id', 'an id with a hyphen', ['v=STSv1; id=a-b;'], 'sts-syntax'),
  unrecorded('record-case', 'a version in another case', ['v=stsv1; id=a;']),

  {
    ...unrecorded('record-failed', 'the record cannot be looked up', [], 'dns-servfail'),
    zone: `_mta-sts NS ns._mta-sts\nns._mta-sts A ${REFUSING}`,
  },
  {
    ...unrecorded('sub.enforce', 'a subdomain of a domain with a policy has none', []),
    ids: 'TLS-067',
  },

  applied('record-parts', 'a record in two strings', { ids: 'TLS-060', texts: ['v=STSv1; " "id=a;'] }),
  applied('record-beside', 'a record beside one of another version', {
    ids: 'TLS-060',
    texts: ['v=STSv2; id=a;', 'v=STSv1; id=b;', 'v=spf1 -all'],
  }),
  applied('record-alias', 'the record is an alias', {
    ids: 'TLS-060',
    texts: [],
    zone: '_mta-sts CNAME _mta-sts.enforce.sts.test.',
  }),
  applied('host-alias', 'the policy host is an alias', { zone: 'mta-sts CNAME policy-host.sts.test.' }),
  applied('exactly-64-kib', 'exactly 64 KiB', { answer: { body: padded(LIMIT) } }),
  applied('type-parameters', 'a media type with parameters', {
    answer: { body: policy({}), headers: { 'content-type': 'Text/Plain; charset=us-ascii' } },
  }),
  applied('lf-only', 'lines that end with LF, the last with nothing', {
    answer: { body: policy({}).replaceAll('\r', '').trimEnd() },
  }),
  applied('spaces', 'spaces at the ends, none behind the colon', {
    answer: { body: policy({}).replaceAll('\r', '  \r').replace(': ', ':') },
  }),
  applied('duplicate-mode', 'a mode that stands twice: the first counts', {
    answer: { body: `${policy({})}mode: none\r\n` },
  }),
  applied('age-capped', 'a max_age of more than a year is a year', {
    answer: { body: policy({ maxAge: '9999999999' }) },
  }),
  applied('unknown-field', 'a field that nobody knows', {
    answer: { body: `${policy({})}colour: blue\r\n` },
  }),
];
