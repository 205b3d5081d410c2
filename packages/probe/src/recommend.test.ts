import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EndpointResult } from './context.ts';
import { recommend } from './recommend.ts';
import type { Candidate } from './recommend.ts';
import type { ServiceEndpoint } from './report/endpoint.ts';
import { printEndpoint, verdictOf } from './report/index.ts';
import type { ReportReason } from './report/verdict.ts';

const host = 'mail.example.org';
const matrix: readonly ServiceEndpoint[] = [
  { protocol: 'imap', host, port: 993, method: 'implicit-tls' },
  { protocol: 'imap', host, port: 143, method: 'starttls' },
  { protocol: 'pop3', host, port: 995, method: 'implicit-tls' },
  { protocol: 'pop3', host, port: 110, method: 'starttls' },
  { protocol: 'submission', host, port: 465, method: 'implicit-tls' },
  { protocol: 'submission', host, port: 587, method: 'starttls' },
];

function seen(endpoint: ServiceEndpoint, reason: ReportReason): EndpointResult {
  return { endpoint, verdict: verdictOf(reason), reason };
}

/** The matrix with one reason per endpoint, in its order. */
function account(...reasons: readonly ReportReason[]): readonly EndpointResult[] {
  return matrix.map((endpoint, index) => seen(endpoint, reasons[index] ?? 'none'));
}

function announced(source: Candidate['source'], ...ports: readonly number[]): readonly Candidate[] {
  return matrix.flatMap((endpoint) =>
    endpoint.protocol !== 'smtp' && ports.includes(endpoint.port)
      ? [{ ...endpoint, protocol: endpoint.protocol, source, userName: 'address' as const }]
      : [],
  );
}

function chosen(results: readonly EndpointResult[], candidates: readonly Candidate[] = []): string {
  const { incoming, outgoing } = recommend({ candidates, results });
  return `${incoming ? printEndpoint(incoming) : 'none'} ${outgoing ? printEndpoint(outgoing) : 'none'}`;
}

describe('recommend', () => {
  const outcomes = ['none', 'timeout-connect', 'connection-refused', 'tls-version-too-old'] as const;
  const rows = Array.from({ length: 4 ** 6 }, (_, row) =>
    matrix.map((_endpoint, column) => outcomes[Math.floor(row / 4 ** column) % 4] ?? 'none'),
  );

  it('SETUP-020 decides all 4096 outcomes of the six endpoints by the same rules', () => {
    const counts: Record<string, number> = {};
    for (const row of rows) {
      const results = account(...row);
      const { incoming, outgoing, alternatives, rejected } = recommend({ candidates: [], results });
      const works = (index: number): boolean => row[index] === 'none';
      const expectIn = [0, 1, 2, 3].find(works);
      const expectOut = [4, 5].find(works);
      expect(incoming?.port).toBe(expectIn === undefined ? undefined : matrix[expectIn]?.port);
      expect(outgoing?.port).toBe(expectOut === undefined ? undefined : matrix[expectOut]?.port);
      const settings =
        [incoming, outgoing].filter((setting) => setting !== null).length + alternatives.length;
      expect(settings + rejected.length).toBe(6);
      const key = `${incoming ? incoming.port : 'none'} ${outgoing ? outgoing.port : 'none'}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    expect(counts).toMatchInlineSnapshot(`
      {
        "110 465": 108,
        "110 587": 81,
        "110 none": 243,
        "143 465": 192,
        "143 587": 144,
        "143 none": 432,
        "993 465": 256,
        "993 587": 192,
        "993 none": 576,
        "995 465": 144,
        "995 587": 108,
        "995 none": 324,
        "none 465": 324,
        "none 587": 243,
        "none none": 729,
      }
    `);
  });

  it('SETUP-020 gives the same answer whatever the order of results and candidates from one source', () => {
    const outcome = fc.constantFrom(...outcomes, 'cert-expired' as const, 'starttls-masked' as const);
    fc.assert(
      fc.property(
        fc.tuple(outcome, outcome, outcome, outcome, outcome, outcome),
        fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }),
        (row, order) => {
          const results = account(...row);
          const shuffled = order.map((index) => results[index]).filter((result) => result !== undefined);
          const straight = recommend({ candidates: announced('ispdb', 993, 587), results });
          const other = recommend({ candidates: announced('ispdb', 993, 587), results: shuffled });
          expect({
            ...other,
            rejected: other.rejected.toSorted((a, b) => a.endpoint.port - b.endpoint.port),
          }).toEqual({
            ...straight,
            rejected: straight.rejected.toSorted((a, b) => a.endpoint.port - b.endpoint.port),
          });
        },
      ),
    );
  });

  it('SETUP-021 tells port 465 filtered, port 465 refused and everything filtered apart, in both languages', () => {
    const filtered = account('none', 'none', 'none', 'none', 'timeout-connect');
    const refused = account('none', 'none', 'none', 'none', 'connection-refused');
    const everything = account(...Array.from({ length: 6 }, () => 'timeout-connect' as const));
    const line = (results: readonly EndpointResult[], lang: 'en' | 'de'): string | undefined =>
      recommend({ candidates: [], results }, { lang }).rejected.find(({ endpoint }) => endpoint.port === 465)
        ?.line;
    expect([filtered, refused, everything].flatMap((results) => [line(results, 'en'), line(results, 'de')]))
      .toMatchInlineSnapshot(`
        [
          "Port 465 is blocked on the way: no reply. Port 587 with STARTTLS works.",
          "Port 465 ist unterwegs gesperrt: keine Antwort. Port 587 mit STARTTLS funktioniert.",
          "mail.example.org refuses port 465: it does not offer this method.",
          "Der Server mail.example.org lehnt Port 465 ab: Dieses Verfahren bietet er nicht an.",
          "No port of any mail server answers; port 465 is only one of them.",
          "Kein Port irgendeines Mailservers antwortet; Port 465 ist nur einer davon.",
        ]
      `);
    expect(recommend({ candidates: [], results: everything }).hints).toMatchInlineSnapshot(`
      [
        "When every port of every host stays silent, the block is most likely close to you: a firewall or antivirus program on this computer, or a network that lets no mail through (guest Wi-Fi, company, VPN). Switch off the mail scanning of your antivirus program for a test, check the firewall and the VPN, or try another network. Your account data are not the problem.",
      ]
    `);
  });

  it('SETUP-021 takes a blocked port 25 for what it usually is', () => {
    const results = [
      ...account(),
      seen({ protocol: 'smtp', host: 'mx.example.org', port: 25, method: 'starttls' }, 'timeout-connect'),
    ];
    const decided = recommend({ candidates: [], results });
    expect(decided.rejected).toEqual([]);
    expect(chosen(results)).toBe('imaps://mail.example.org submissions://mail.example.org');
  });

  it('SETUP-022 uses one method for both where both offer both, and does not force it where they do not', () => {
    expect(chosen(account())).toBe('imaps://mail.example.org submissions://mail.example.org');
    expect(chosen(account('connection-refused', 'none', 'connection-refused'))).toBe(
      'imap+starttls://mail.example.org submissions://mail.example.org',
    );
  });

  it('believes the provider before a guess, autoconfig before ISPDB before SRV before MX', () => {
    expect(chosen(account(), announced('autoconfig', 143, 587))).toBe(
      'imap+starttls://mail.example.org submission+starttls://mail.example.org',
    );
    const both = [...announced('srv', 993), ...announced('ispdb', 143), ...announced('mx', 995)];
    expect(recommend({ candidates: both, results: account() }).incoming).toMatchObject({
      port: 143,
      source: 'ispdb',
    });
  });

  it('falls back from what the provider states to what works', () => {
    const results = account('none', 'none', 'none', 'none', 'none', 'timeout-connect');
    expect(recommend({ candidates: announced('autoconfig', 993, 587), results }).outgoing).toMatchObject({
      port: 465,
      source: 'guess',
      needsConfirmation: false,
    });
  });

  it('keeps IMAP where only its STARTTLS works, before POP3 with implicit TLS', () => {
    expect(chosen(account('connection-refused'))).toContain('imap+starttls://');
  });

  it('finds implicit TLS on port 587, seen by a re-probe', () => {
    const odd: ServiceEndpoint = { protocol: 'submission', host, port: 587, method: 'implicit-tls' };
    const results = [
      ...account('none', 'none', 'none', 'none', 'connection-refused', 'tls-on-plaintext-port'),
      seen(odd, 'none'),
    ];
    const { outgoing, rejected } = recommend({ candidates: announced('ispdb', 993, 587), results });
    expect(outgoing).toMatchObject({ port: 587, method: 'implicit-tls', source: 'guess' });
    expect(rejected.find(({ endpoint }) => endpoint.port === 587)?.line).toBe(
      'The server keeps silent on port 587 because it waits for encryption to begin.',
    );
  });

  it('prefers the registered port, then the one reached over both families', () => {
    const at = (port: number, ...addresses: readonly string[]): EndpointResult => ({
      ...seen({ protocol: 'submission', host, port, method: 'starttls' }, 'none'),
      attempts: addresses.map((address) => ({
        address,
        port,
        method: 'starttls',
        verdict: 'works',
        reason: 'none',
        ms: 1,
      })),
    });
    expect(
      recommend({ candidates: [], results: [at(2525, '192.0.2.1', '2001:db8::1'), at(587, '192.0.2.1')] })
        .outgoing?.port,
    ).toBe(587);
    expect(
      recommend({ candidates: [], results: [at(2525, '192.0.2.1'), at(2526, '192.0.2.1', '2001:db8::1')] })
        .outgoing?.port,
    ).toBe(2526);
  });

  it('never recommends plain text or a certificate that does not count, and says what would have worked', () => {
    const results: readonly EndpointResult[] = [
      seen({ protocol: 'submission', host, port: 587, method: 'plaintext' }, 'none'),
      {
        endpoint: { protocol: 'imap', host, port: 993, method: 'implicit-tls' },
        verdict: 'works-unverified',
        reason: 'cert-expired',
      },
    ];
    const { incoming, outgoing, rejected, hints } = recommend({ candidates: [], results });
    expect([incoming, outgoing]).toEqual([null, null]);
    expect(rejected.map(({ line }) => line)).toMatchInlineSnapshot(`
      [
        "Works only without encryption. No password should ever travel like that.",
        "Would work, but: The certificate of mail.example.org has expired.",
      ]
    `);
    expect(hints).toMatchInlineSnapshot(`
      [
        "The provider offers mail only without encryption: anyone on the way can read password and mail. Ask it for SSL/TLS, or look for another provider.",
      ]
    `);
  });

  it('hints at a browser login where no password will do', () => {
    const candidates = announced('ispdb', 993, 587).map((candidate) => ({
      ...candidate,
      authentication: ['OAuth2'],
    }));
    const { incoming, hints } = recommend({
      candidates,
      results: account('none', 'none', 'none', 'none', 'connection-refused'),
    });
    expect(incoming?.login).toBe('oauth-only');
    expect(hints.join(' ')).toContain('app password');

    const offers = (insideTls: readonly string[]): string | undefined => {
      const result = {
        ...seen({ protocol: 'submission', host, port: 465, method: 'implicit-tls' }, 'none'),
        capabilities: { beforeTls: null, insideTls },
      };
      return recommend({ candidates: [], results: [result] }).outgoing?.login;
    };
    expect(offers(['SIZE', 'AUTH XOAUTH2 OAUTHBEARER'])).toBe('oauth-only');
    expect(offers(['AUTH PLAIN XOAUTH2'])).toBe('password');
    expect(offers(['SIZE'])).toBe('unknown');
  });

  it('SETUP-018 names the whole host and its source before a password goes to a guessed one', () => {
    const results = account().map((result) => ({
      ...result,
      endpoint: { ...result.endpoint, host: 'imap.evil.example' },
    }));
    expect(recommend({ candidates: [], results }).hints).toEqual([
      'Before you enter a password, check that this server belongs to your provider: imap.evil.example (guessed).',
    ]);
  });

  it('takes the user name from the same service on the same host', () => {
    const candidates: readonly Candidate[] = [
      {
        protocol: 'imap',
        host,
        port: 993,
        method: 'implicit-tls',
        source: 'ispdb',
        userName: 'template',
        userNameTemplate: '%EMAILLOCALPART%.%EMAILDOMAIN%',
      },
    ];
    const { incoming } = recommend({ candidates, results: account('timeout-connect') });
    expect(incoming).toMatchObject({
      port: 143,
      userName: 'template',
      userNameTemplate: '%EMAILLOCALPART%.%EMAILDOMAIN%',
    });
  });
});
