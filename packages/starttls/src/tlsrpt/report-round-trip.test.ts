import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTlsReport } from './read-report.ts';
import { packReport, parseReportFileName, reportFileName, unpackReport } from './report-file.ts';
import { writeTlsReport } from './report.ts';
import type { FailureDetail, PolicyReport, TlsReport } from './report.ts';

/** Seconds, because a report has no smaller ones, and as many digits as the name of a file has. */
const moment = fc.integer({ min: 0, max: 99_999_999_999 }).map((seconds) => seconds * 1000);
const label = fc.stringMatching(/^[a-z\d]{1,10}$/);
const domain = fc.tuple(label, label).map((labels) => labels.join('.'));
/** An empty text stands for nothing. */
const text = fc.string({ minLength: 1, unit: 'grapheme' });
const count = fc.nat();

const detail: fc.Arbitrary<FailureDetail> = fc.record(
  {
    result: text,
    sessions: count,
    sendingMtaIp: text,
    receivingMxHostname: text,
    receivingMxHelo: text,
    receivingIp: text,
    additionalInformation: text,
    reasonCode: text,
  },
  { requiredKeys: ['result', 'sessions'] },
);

const policy: fc.Arbitrary<PolicyReport> = fc
  .record({
    type: fc.constantFrom('tlsa', 'sts', 'no-policy-found'),
    strings: fc.array(text, { maxLength: 3 }),
    domain,
    mxHosts: fc.array(text, { maxLength: 3 }),
    successes: count,
    failures: count,
    details: fc.array(detail, { maxLength: 3 }),
  })
  // RFC 8460 §4.4: only these have hosts.
  .map((one) => (one.type === 'sts' ? one : { ...one, mxHosts: [] }));

const report: fc.Arbitrary<TlsReport> = fc
  .record({
    organizationName: text,
    from: moment,
    until: moment,
    contactInfo: domain.map((name) => `reports@${name}`),
    reportId: text,
    policies: fc.array(policy, { minLength: 1, maxLength: 3 }),
  })
  .map((one) => ({ ...one, from: Math.min(one.from, one.until), until: Math.max(one.from, one.until) }));

test('TLS-072 what was written reads back the same, packed and unpacked', async () => {
  await fc.assert(
    fc.asyncProperty(report, async (written) => {
      const json = await unpackReport(await packReport(writeTlsReport(written)));
      expect(readTlsReport(json)).toEqual({ ok: true, report: written });
    }),
  );
});

test('TLS-073 a file name reads back the same', () => {
  fc.assert(
    fc.property(
      report,
      domain,
      fc.option(fc.stringMatching(/^[a-z\d]{1,5}$/)),
      fc.boolean(),
      (written, to, unique, gzip) => {
        const options = { gzip, ...(unique === null ? {} : { unique }) };
        const { from, until, contactInfo } = written;
        expect(parseReportFileName(reportFileName(written, to, options))).toEqual({
          submitter: contactInfo.split('@')[1],
          domain: to,
          from,
          until,
          ...options,
        });
      },
    ),
  );
});
