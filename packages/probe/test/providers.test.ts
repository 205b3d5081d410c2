import { describe, expect, it } from 'vitest';
import { adviseClients, printEndpoint, recommend } from '../src/index.ts';
import type { Candidate, EndpointResult } from '../src/index.ts';
import { alice, bayWind, biglobe, charter, gmx, hotmail, netease } from './providers.ts';

/** What is announced works. */
function working(candidates: readonly Candidate[]): readonly EndpointResult[] {
  return candidates.map(({ protocol, host, port, method }) => ({
    endpoint: { protocol, host, port, method },
    verdict: 'works',
    reason: 'none',
  }));
}

function answer(candidates: readonly Candidate[], results = working(candidates)): string {
  const { incoming, outgoing } = recommend({ candidates, results });
  return [incoming, outgoing].map((setting) => (setting ? printEndpoint(setting) : 'none')).join(' ');
}

describe('recommendations for real providers', () => {
  it.each([
    ['both methods everywhere', gmx, 'imaps://imap.gmx.net submissions://mail.gmx.net'],
    [
      'sending by STARTTLS only',
      hotmail,
      'imaps://outlook.office365.com submission+starttls://smtp-mail.outlook.com',
    ],
    ['STARTTLS only', alice, 'imap+starttls://in.alice.it submission+starttls://out.alice.it'],
    ['implicit TLS only', netease, 'imaps://imap.126.com submissions://smtp.126.com'],
    ['implicit TLS on 587', charter, 'imaps://mobile.charter.net submissions://mobile.charter.net:587'],
    ['no IMAP', biglobe, 'pop3s://mail.biglobe.ne.jp submissions://mail.biglobe.ne.jp'],
    ['no encryption', bayWind, 'none none'],
  ])('%s', (_, candidates, expected) => {
    expect(answer(candidates)).toBe(expected);
  });

  it('sends by 587 where the network swallows 465, and says why', () => {
    const results = working(gmx).map((result) =>
      result.endpoint.port === 465
        ? { ...result, verdict: 'silent' as const, reason: 'timeout-connect' as const }
        : result,
    );
    expect(answer(gmx, results)).toBe('imaps://imap.gmx.net submission+starttls://mail.gmx.net');
    expect(recommend({ candidates: gmx, results }, { lang: 'de' }).rejected.map(({ line }) => line)).toEqual([
      'Port 465 ist unterwegs gesperrt: keine Antwort. Port 587 mit STARTTLS funktioniert.',
    ]);
  });

  it('tells the customers of a provider without encryption what that means', () => {
    expect(
      recommend({ candidates: bayWind, results: working(bayWind) }, { lang: 'de' }).hints.at(-1),
    ).toContain('nur ohne Verschlüsselung');
  });

  it('never gives a program a setting that its switch would read as the other method', () => {
    const apple = adviseClients(recommend({ candidates: charter, results: working(charter) })).filter(
      ({ client, service }) => client === 'apple-mail' && service === 'outgoing',
    );
    expect(apple.map(({ status, because }) => `${status} ${because}`)).toMatchInlineSnapshot(`
      [
        "not-possible This pair of method and port is not possible in this program: there the port decides the method, and port 587 means the other one. Use port 465 with SSL, if the provider offers it; else another program.",
      ]
    `);
  });

  it.each([
    ['en', 'anna@hotmail.com'],
    ['de', 'anna@hotmail.com'],
  ] as const)('reads well as a whole (%s)', (lang, address) => {
    const recommendation = recommend({ candidates: hotmail, results: working(hotmail) }, { lang });
    const programs = ['thunderbird', 'outlook-new', 'outlook-2016', 'apple-mail'];
    const advice = adviseClients(recommendation, { lang, address })
      .filter(({ client }) => programs.includes(client))
      .map(({ name, service, fields, notes }) => ({
        program: `${name}, ${service}`,
        fields: fields.map(
          ({ field, choose, meaning }) =>
            `${field}: ${choose}${meaning === undefined ? '' : ` [${meaning}]`}`,
        ),
        notes,
      }));
    expect({ hints: recommendation.hints, advice }).toMatchSnapshot();
  });
});
