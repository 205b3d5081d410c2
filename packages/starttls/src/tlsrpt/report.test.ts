import * as fc from 'fast-check';
import { isUsageError, reasons } from '@postern/wire';
import { describe, expect, test } from 'vitest';
import { sessionCounts } from './count-sessions.ts';
import { readTlsReport } from './read-report.ts';
import { parseTlsrptRecord } from './record.ts';
import { packReport, parseReportFileName, reportFileName, unpackReport } from './report-file.ts';
import { reportMail } from './report-mail.ts';
import { reportDay, writeTlsReport } from './report.ts';
import type { TlsReport } from './report.ts';
import { tlsrptResult } from './result-type.ts';

/** A report of the shape of RFC 8460 appendix B. */
const report: TlsReport = {
  organizationName: 'Company-X',
  from: Date.UTC(2016, 3, 1),
  until: Date.UTC(2016, 3, 1, 23, 59, 59),
  contactInfo: 'sts-reporting@company-x.example',
  reportId: '5065427c-23d3-47ca-b6e0-946ea0e8c4be',
  policies: [
    {
      type: 'sts',
      strings: ['version: STSv1', 'mode: testing', 'mx: *.mail.company-y.example', 'max_age: 86400'],
      domain: 'company-y.example',
      mxHosts: ['*.mail.company-y.example'],
      successes: 5326,
      failures: 303,
      details: [
        {
          result: 'certificate-expired',
          sessions: 100,
          sendingMtaIp: '2001:db8:abcd:0012::1',
          receivingMxHostname: 'mx1.mail.company-y.example',
        },
        {
          result: 'starttls-not-supported',
          sessions: 200,
          sendingMtaIp: '2001:db8:abcd:0013::1',
          receivingMxHostname: 'mx2.mail.company-y.example',
          receivingIp: '203.0.113.56',
          additionalInformation: 'https://reports.company-x.example/report_info',
        },
        { result: 'validation-failure', sessions: 3, reasonCode: 'tls-broken', receivingMxHelo: 'mx' },
      ],
    },
  ],
};

/** The policy in the example of RFC 8460 appendix B, with `mx-host` as one text as it stands there, and its reason code of OpenSSL. */
const example = {
  policy: {
    'policy-type': 'sts',
    'policy-string': ['version: STSv1', 'mode: testing', 'mx: *.mail.company-y.example', 'max_age: 86400'],
    'policy-domain': 'company-y.example',
    'mx-host': '*.mail.company-y.example',
  },
  summary: { 'total-successful-session-count': 5326, 'total-failure-session-count': 303 },
  'failure-details': [
    {
      'result-type': 'certificate-expired',
      'sending-mta-ip': '2001:db8:abcd:0012::1',
      'receiving-mx-hostname': 'mx1.mail.company-y.example',
      'failed-session-count': 100,
    },
    {
      'result-type': 'starttls-not-supported',
      'sending-mta-ip': '2001:db8:abcd:0013::1',
      'receiving-mx-hostname': 'mx2.mail.company-y.example',
      'receiving-ip': '203.0.113.56',
      'failed-session-count': 200,
      'additional-information': 'https://reports.company-x.example/report_info',
    },
    {
      'result-type': 'validation-failure',
      'sending-mta-ip': '198.51.100.62',
      'receiving-ip': '203.0.113.58',
      'receiving-mx-hostname': 'mx-backup.mail.company-y.example',
      'failed-session-count': 3,
      'failure-reason-code': 'X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED',
    },
  ],
};

/** The example of RFC 8460 appendix B. */
const appendixB = {
  'organization-name': 'Company-X',
  'date-range': { 'start-datetime': '2016-04-01T00:00:00Z', 'end-datetime': '2016-04-01T23:59:59Z' },
  'contact-info': 'sts-reporting@company-x.example',
  'report-id': '5065427c-23d3-47ca-b6e0-946ea0e8c4be',
  policies: [example],
};

/** Our report as it stands on the wire: the same, but `mx-host` is a list, as the text of the RFC has it, and the third failure is ours. */
const written = {
  ...appendixB,
  policies: [
    {
      ...example,
      policy: { ...example.policy, 'mx-host': [example.policy['mx-host']] },
      'failure-details': [
        ...example['failure-details'].slice(0, 2),
        {
          'result-type': 'validation-failure',
          'receiving-mx-helo': 'mx',
          'failed-session-count': 3,
          'failure-reason-code': 'tls-broken',
        },
      ],
    },
  ],
};

describe('the record', () => {
  test.each<readonly [readonly string[], readonly string[]]>([
    [['v=TLSRPTv1; rua=mailto:a@x.test,https://y.test/r'], ['mailto:a@x.test', 'https://y.test/r']],
    [['v=TLSRPTv1;rua=mailto:a@x.test;'], ['mailto:a@x.test']],
    [['v=TLSRPTv1; ext=1; rua=mailto:a%2Cb@x.test'], ['mailto:a%2Cb@x.test']],
    [['v=TLSRPTv1; rua=ftp://x.test/,mailto:a@x.test'], ['mailto:a@x.test']],
    [['v=TLSRPTv2; rua=mailto:b@x.test', 'v=TLSRPTv1; rua=mailto:a@x.test', 'v=spf1'], ['mailto:a@x.test']],
    [['v=TLSRPTv1; rua=https://x.test/?a=b'], ['https://x.test/?a=b']],
    [['v=TLSRPTv1; rua=mailto:a@x.test ,\tmailto:b@x.test ;'], ['mailto:a@x.test', 'mailto:b@x.test']],
  ])('TLS-070 %j', (texts, targets) => {
    expect(parseTlsrptRecord(texts)).toEqual({ ok: true, targets });
  });

  test.each<readonly [readonly string[], string]>([
    [[], 'no-record'],
    [['v=TLSRPTv1; rua=mailto:a@x.test', 'v=TLSRPTv1; rua=mailto:b@x.test'], 'several-records'],
    [['v=TLSRPTv1; rua='], 'bad-record'],
    [['v=TLSRPTv1;'], 'bad-record'],
    [['v=TLSRPTv1; rua=ftp://x.test'], 'bad-record'],
    [['v=TLSRPTv1; rua=mailto:nobody'], 'bad-record'],
    [['v=TLSRPTv1; rua=mailto:a@x.test\r\nBcc: y'], 'bad-record'],
  ])('TLS-070 %j is none', (texts, problem) => {
    expect(parseTlsrptRecord(texts)).toEqual({ ok: false, problem });
  });

  test('TLS-070 an address full of blanks does not cost quadratic time', () => {
    const blanks = ' '.repeat(65_000);
    // Once takes a second where each blank is tried again.
    for (let round = 0; round < 8; round += 1) {
      const record = parseTlsrptRecord([`v=TLSRPTv1; rua=mailto:a@b${blanks}c , mailto:d@e`]);
      expect(record).toEqual({ ok: true, targets: [`mailto:a@b${blanks}c`, 'mailto:d@e'] });
    }
  });

  test('TLS-070 keeps ten addresses of very many', () => {
    const many = Array.from({ length: 500 }, (_, at) => `mailto:a${at}@x.test`).join(',');
    const record = parseTlsrptRecord([`v=TLSRPTv1; rua=${many}`]);
    expect(record.ok && record.targets.length).toBe(10);
  });
});

describe('reports', () => {
  test('TLS-072 are written as RFC 8460 has them, and read back', () => {
    expect(JSON.parse(writeTlsReport(report))).toEqual(written);
    expect(readTlsReport(writeTlsReport(report))).toEqual({ ok: true, report });
  });

  test('TLS-072 the shape of appendix B is read, and written again with mx-host as a list', () => {
    const read = readTlsReport(JSON.stringify(appendixB));
    if (!read.ok) throw new Error(read.problem);
    const policies = appendixB.policies.map((one) => ({
      ...one,
      policy: { ...one.policy, 'mx-host': [one.policy['mx-host']] },
    }));
    expect(JSON.parse(writeTlsReport(read.report))).toEqual({ ...appendixB, policies });
  });

  test('TLS-072 are read where mx-host and policy-string are one text, or empty texts stand for nothing', () => {
    const [policy] = written.policies;
    const loose = {
      ...written,
      'unknown-member': 1,
      policies: [
        {
          ...policy,
          policy: {
            ...policy?.policy,
            'mx-host': '*.mail.company-y.example',
            'policy-string': 'version: STSv1',
          },
          'failure-details': [{ 'result-type': 'new-type', 'failed-session-count': 1, 'receiving-ip': '' }],
        },
      ],
    };
    expect(readTlsReport(JSON.stringify(loose))).toMatchObject({
      ok: true,
      report: {
        policies: [
          {
            mxHosts: ['*.mail.company-y.example'],
            strings: ['version: STSv1'],
            details: [{ result: 'new-type', sessions: 1 }],
          },
        ],
      },
    });
    const offset = JSON.stringify(written).replace('2016-04-01T00:00:00Z', '2016-04-01T02:00:00.5+02:00');
    expect(readTlsReport(offset)).toMatchObject({ ok: true, report: { from: report.from + 500 } });
  });

  test('TLS-072 leave out what there is not', () => {
    const policies = [
      {
        type: 'no-policy-found',
        strings: [],
        domain: 'd.test',
        mxHosts: [],
        successes: 1,
        failures: 0,
        details: [],
      },
    ] as const;
    expect(JSON.parse(writeTlsReport({ ...report, policies }))).toMatchObject({
      policies: [
        {
          policy: { 'policy-type': 'no-policy-found', 'policy-string': [], 'policy-domain': 'd.test' },
          summary: { 'total-successful-session-count': 1, 'total-failure-session-count': 0 },
        },
      ],
    });
    expect(writeTlsReport({ ...report, policies })).not.toMatch(/failure-details|mx-host/);
  });

  test.each<readonly [string, (text: string) => string]>([
    ['JSON', () => '{'],
    ['JSON', () => '[]'],
    ['JSON', () => 'null'],
    ['organization-name', (text) => text.replace('"Company-X"', '1')],
    ['date-range.end-datetime', (text) => text.replace('2016-04-01T23:59:59Z', '2016-04-01')],
    ['date-range.start-datetime', (text) => text.replace('2016-04-01T00:00:00Z', '2016-13-01T00:00:00Z')],
    ['date-range', (text) => text.replace('2016-04-01T00:00:00Z', '2017-04-01T00:00:00Z')],
    ['contact-info', (text) => text.replace('contact-info', 'contact')],
    ['policies', (text) => text.replace('"policies":[', '"policies":[],"x":[')],
    ['policies', (text) => text.replace('"policies":[', '"policies":1,"x":[')],
    ['policies[0].policy.policy-type', (text) => text.replace('"policy-type":"sts"', '"policy-type":"dane"')],
    [
      'policies[0].policy.mx-host[0]',
      (text) => text.replace('"mx-host":["*.mail.company-y.example"]', '"mx-host":[1]'),
    ],
    ['policies[0].summary.total-failure-session-count', (text) => text.replace('303', '-1')],
    ['policies[0].summary.total-failure-session-count', (text) => text.replace('303', '1.5')],
    ['policies[0].summary.total-failure-session-count', (text) => text.replace('303', '1e300')],
    ['policies[0].failure-details[1].failed-session-count', (text) => text.replace(':200,', ':"200",')],
    [
      'policies[0].failure-details',
      (text) => text.replace(/"failure-details":\[.*\]\}\]/, '"failure-details":{}}]'),
    ],
  ])('TLS-072 are refused with the place: %s', (problem, change) => {
    expect(readTlsReport(change(JSON.stringify(written)))).toEqual({ ok: false, problem });
  });

  test('TLS-072 any text is a report or a problem', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        expect(readTlsReport(text).ok).toBe(false);
      }),
    );
    expect(
      readTlsReport(JSON.stringify({ ...written, policies: Array.from({ length: 10_001 }, () => 0) })),
    ).toEqual({
      ok: false,
      problem: 'policies',
    });
  });

  test('TLS-072 are not written with counts, times or contacts that are none', () => {
    const [policy] = report.policies;
    for (const change of [
      { contactInfo: 'nobody' },
      { contactInfo: 'a@b\r\nBcc: c@d' },
      { from: Number.NaN },
      { from: -1 },
      { until: Date.UTC(10_000, 0) },
      { policies: policy ? [{ ...policy, failures: -1 }] : [] },
    ]) {
      expect(() => writeTlsReport({ ...report, ...change })).toThrow(expect.toSatisfy(isUsageError));
    }
  });

  test('TLS-072 cover a UTC day', () => {
    const { from, until } = report;
    for (const moment of [from, from + 1, until, until + 999])
      expect(reportDay(moment)).toEqual({ from, until });
    expect(reportDay(until + 1000).from).toBe(from + 86_400_000);
  });
});

describe('files', () => {
  test('TLS-073 have a name that says whose and when', () => {
    const times = { from: 1_470_013_207_000, until: 1_470_186_007_000 };
    const name = 'mail.sndr.example.com!example.net!1470013207!1470186007!001.json.gz';
    const contactInfo = 'tls@mail.sndr.example.com';
    expect(reportFileName({ contactInfo, ...times }, 'example.net', { unique: '001' })).toBe(name);
    expect(parseReportFileName(name)).toEqual({
      submitter: 'mail.sndr.example.com',
      domain: 'example.net',
      ...times,
      unique: '001',
      gzip: true,
    });
    const plain = reportFileName({ contactInfo, ...times }, 'example.net', { gzip: false });
    expect(parseReportFileName(plain)).toEqual({
      submitter: 'mail.sndr.example.com',
      domain: 'example.net',
      ...times,
      gzip: false,
    });
  });

  test.each([
    '',
    'a.test!b.test!1.json',
    'a.test!b.test!1!2.txt',
    'a.test!b.test!1!2!x-y.json',
    '../a!b.test!1!2.json',
    'a.test!b/c!1!2.json',
    'a.test!b.test!1!2!3!4.json',
    `${'a'.repeat(600)}!b.test!1!2.json`,
  ])('TLS-073 %j is no such name', (name) => {
    expect(parseReportFileName(name)).toBeUndefined();
  });

  test('TLS-073 take no name that could be a path or break a header', () => {
    for (const [domain, unique] of [
      ['a/b', '1'],
      ['a!b', '1'],
      ['b.test', '../x'],
      ['b.test', 'a"b'],
    ] as const) {
      expect(() => reportFileName(report, domain, { unique })).toThrow(expect.toSatisfy(isUsageError));
    }
  });

  test('TLS-073 are packed and unpacked, and a bomb is not', async () => {
    const json = writeTlsReport(report);
    const packed = await packReport(json);
    expect([...packed.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
    expect(await unpackReport(packed)).toBe(json);
    const bomb = await packReport(' '.repeat(17 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(100_000);
    await expect(unpackReport(bomb)).rejects.toThrow(RangeError);
    await expect(unpackReport(packed.subarray(0, 50))).rejects.toBeInstanceOf(TypeError);
    await expect(unpackReport(Uint8Array.of(1, 2, 3))).rejects.toBeInstanceOf(TypeError);
  });
});

describe('mail', () => {
  const options = {
    domain: 'company-y.example',
    to: 'reports@company-y.example',
    date: Date.UTC(2016, 3, 2, 6),
  };

  test('TLS-075 carries the report so that it can be read back', async () => {
    const mail = await reportMail(report, options);
    const [head = '', ...parts] = mail.split('\r\n--=_tlsrpt');
    expect(head.split('\r\n')).toEqual([
      'From: <sts-reporting@company-x.example>',
      'To: <reports@company-y.example>',
      'Date: Sat, 02 Apr 2016 06:00:00 +0000',
      'Subject: Report Domain: company-y.example Submitter: company-x.example',
      ' Report-ID: <5065427c-23d3-47ca-b6e0-946ea0e8c4be@company-x.example>',
      'Message-ID: <5065427c-23d3-47ca-b6e0-946ea0e8c4be@company-x.example>',
      'TLS-Report-Domain: company-y.example',
      'TLS-Report-Submitter: company-x.example',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type="tlsrpt"; boundary="=_tlsrpt"',
      '',
    ]);
    expect(parts.length).toBe(3);
    expect(parts[0]).toContain('Content-Type: text/plain');
    const [headers = '', body = ''] = (parts[1] ?? '').split('\r\n\r\n');
    expect(headers).toContain('Content-Type: application/tlsrpt+gzip');
    expect(headers).toContain('filename="company-x.example!company-y.example!1459468800!1459555199.json.gz"');
    const packed = Uint8Array.from(Buffer.from(body, 'base64'));
    expect(readTlsReport(await unpackReport(packed))).toEqual({ ok: true, report });
    expect(parts[2]).toBe('--\r\n');
    expect(mail.split('\r\n').every((line) => line.length <= 120 && !line.includes('\n'))).toBe(true);
  });

  test('TLS-075 takes nothing that could break a header', async () => {
    for (const change of [
      { to: 'a@b\r\nBcc: c@d' },
      { domain: 'x\r\ny' },
      { to: 'nobody' },
      // A stranger's record says where to: it must not become two addresses.
      { to: 'a>,<b@example.org' },
      { to: 'a,b@example.org' },
      { to: '"a@b@example.org' },
      { to: '.a@example.org' },
    ]) {
      await expect(reportMail(report, { ...options, ...change })).rejects.toSatisfy(isUsageError);
    }
    await expect(reportMail({ ...report, reportId: 'a\r\nb' }, options)).rejects.toSatisfy(isUsageError);
  });
});

describe('counting sessions', () => {
  const policy = {
    type: 'sts',
    strings: ['mode: enforce'],
    domain: 'd.test',
    mxHosts: ['mx.d.test'],
  } as const;
  const peer = { receivingMxHostname: 'mx.d.test', receivingIp: '192.0.2.1' };

  test('TLS-068, TLS-071 counts by domain, policy and way of failing', () => {
    const counts = sessionCounts();
    counts.add({ policy });
    counts.add({ policy });
    for (let session = 0; session < 3; session += 1) {
      counts.add({ policy, fault: { reason: 'cert-self-signed' }, peer });
    }
    counts.add({ policy, fault: { reason: 'cert-expired' }, peer });
    counts.add({ policy: { ...policy, type: 'tlsa' } });
    counts.add({ policy: { ...policy, domain: 'e.test' } });
    // That nobody answered is no matter of TLS (RFC 8460 §4.3.4).
    counts.add({ policy, fault: { reason: 'timeout-connect' } });
    expect(counts.domains()).toEqual(['d.test', 'e.test']);
    expect(counts.policies('d.test')).toEqual([
      {
        ...policy,
        successes: 2,
        failures: 4,
        details: [
          { result: 'certificate-not-trusted', reasonCode: 'cert-self-signed', ...peer, sessions: 3 },
          { result: 'certificate-expired', ...peer, sessions: 1 },
        ],
      },
      { ...policy, type: 'tlsa', successes: 1, failures: 0, details: [] },
    ]);
    counts.clear('d.test');
    expect(counts.policies('d.test')).toEqual([]);
    expect(counts.domains()).toEqual(['e.test']);
  });

  test('TLS-071 makes a report of every reason that has a type', () => {
    const counts = sessionCounts();
    for (const reason of reasons) counts.add({ policy, fault: { reason } });
    const reportable = reasons.filter((reason) => tlsrptResult({ reason }) !== undefined);
    const policies = counts.policies('d.test');
    expect(policies[0]?.failures).toBe(reportable.length);
    expect(readTlsReport(writeTlsReport({ ...report, policies })).ok).toBe(true);
  });

  test('TLS-071 keeps what it remembers bounded, and loses no session', () => {
    const counts = sessionCounts();
    for (let session = 0; session < 3000; session += 1) {
      counts.add({ policy, fault: { reason: 'cert-expired' }, peer: { receivingMxHelo: `h${session}` } });
    }
    const [only] = counts.policies('d.test');
    expect(only?.failures).toBe(3000);
    expect(only?.details.length).toBe(1001);
    expect(only?.details.reduce((sum, { sessions }) => sum + sessions, 0)).toBe(3000);
  });
});
