import type { AccountReport, ProbeReport } from '@postern/probe/report';
import { verdictOf } from '@postern/probe/report';
import type { ReportReason } from '@postern/probe/report';
import { describe, expect, it } from 'vitest';
import { accountStatus, exitStatus, probeStatus } from './exit.ts';

describe('probeStatus', () => {
  it.each<readonly [ReportReason, number]>([
    ['none', 0],
    ['starttls-not-offered', 1],
    ['cert-expired', 1],
    ['connection-refused', 1],
    ['auth-failed', 1],
    ['timeout-connect', 3],
    ['timeout-greeting', 3],
    ['dns-nxdomain', 3],
    ['unreachable', 3],
    ['local-block', 4],
    ['prohibited', 4],
  ])('%s is %d', (reason, status) => {
    expect(probeStatus({ verdict: verdictOf(reason), reason })).toBe(status);
  });

  it('counts an untrusted certificate as a finding', () => {
    expect(probeStatus({ verdict: 'works-unverified', reason: 'cert-expired' })).toBe(exitStatus.findings);
  });
});

describe('accountStatus', () => {
  const endpoint = { host: 'h.example' } as const;
  const imap = { ...endpoint, protocol: 'imap', port: 993, method: 'implicit-tls' } as const;
  const submission = { ...endpoint, protocol: 'submission', port: 465, method: 'implicit-tls' } as const;
  const pop3 = { ...endpoint, protocol: 'pop3', port: 995, method: 'implicit-tls' } as const;
  type Known = Pick<AccountReport, 'probes' | 'recommendation' | 'findings' | 'domain'>;

  function report(
    reasons: readonly (readonly [ProbeReport['endpoint'], ReportReason])[],
    { recommendation = {}, ...more }: { readonly recommendation?: object } & Record<string, unknown> = {},
  ): AccountReport {
    const known = {
      probes: reasons.map(([at, reason]) => ({ endpoint: at, reason, verdict: verdictOf(reason) })),
      recommendation: { incoming: {}, outgoing: {}, rejected: [], ...recommendation },
      findings: [],
      domain: { route: 'exchangers', announced: [] },
      ...more,
    };
    return known as unknown as Known as AccountReport;
  }
  const works = [
    [imap, 'none'],
    [submission, 'none'],
  ] as const;
  const announced = [{ ...pop3, service: '_pop3s._tcp' }];

  it.each<readonly [string, AccountReport, number]>([
    ['everything works', report(works), 0],
    ['a guess fails', report([...works, [pop3, 'connection-refused']]), 0],
    [
      'something in the own file of the provider fails',
      report([...works, [pop3, 'connection-refused']], {
        recommendation: { rejected: [{ endpoint: pop3, source: 'autoconfig' }] },
      }),
      1,
    ],
    [
      'something in the public database fails',
      report([...works, [pop3, 'connection-refused']], {
        recommendation: { rejected: [{ endpoint: pop3, source: 'ispdb' }] },
      }),
      0,
    ],
    [
      'something announced fails',
      report([...works, [pop3, 'connection-refused']], { domain: { route: 'exchangers', announced } }),
      1,
    ],
    ['a warning', report(works, { findings: [{ severity: 'warning' }] }), 1],
    ['a note', report(works, { findings: [{ severity: 'note' }] }), 0],
    ['no way to send', report([[imap, 'none']], { recommendation: { incoming: {}, outgoing: null } }), 1],
    [
      'everything silent',
      report([
        [imap, 'timeout-connect'],
        [submission, 'timeout-connect'],
      ]),
      3,
    ],
    ['the own network blocks', report([...works, [pop3, 'local-block']]), 4],
    ['nothing found', report([], { recommendation: { incoming: null, outgoing: null } }), 1],
    [
      'the search failed',
      report([], {
        recommendation: { incoming: null, outgoing: null },
        domain: { route: 'failed', reason: 'dns-timeout', announced: [] },
      }),
      3,
    ],
    [
      'no such domain',
      report([], {
        recommendation: { incoming: null, outgoing: null },
        domain: { route: 'no-such-domain', reason: 'dns-nxdomain', announced: [] },
      }),
      3,
    ],
    [
      'no way to send, but a name that could not be looked up',
      report(
        [
          [imap, 'none'],
          [submission, 'dns-servfail'],
        ],
        { recommendation: { incoming: {}, outgoing: null } },
      ),
      3,
    ],
    [
      'no way to send, and only a name for receiving could not be looked up',
      report(
        [
          [imap, 'none'],
          [pop3, 'dns-servfail'],
          [submission, 'connection-refused'],
        ],
        { recommendation: { incoming: {}, outgoing: null } },
      ),
      1,
    ],
    ['a guess could not be looked up', report([...works, [pop3, 'dns-servfail']]), 0],
    [
      'something announced could not be looked up',
      report([...works, [pop3, 'dns-servfail']], { domain: { route: 'exchangers', announced } }),
      3,
    ],
    [
      'whether something is announced could not be looked up',
      report(works, {
        domain: { route: 'exchangers', announced: [], unanswered: [{ service: '_pop3s._tcp' }] },
      }),
      3,
    ],
    [
      'takes no mail',
      report([], {
        recommendation: { incoming: null, outgoing: null },
        domain: { route: 'null-mx', announced: [] },
      }),
      1,
    ],
  ])('%s', (_, account, status) => {
    expect(accountStatus(account)).toBe(status);
  });
});
