/** Servers that answer anything, to several messages at once: nothing is lost, mixed up, or called what it is not. */
import { array, assert, asyncProperty, constantFrom, integer, record } from 'fast-check';
import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { endpoint, greeted, lmtpEndpoint } from './mail-scene.ts';
import { MailServer } from './mail-server.ts';

/** What may stand in place of a good reply. The good one comes most often. */
const bad: Readonly<Record<string, readonly (string | undefined)[]>> = {
  MAIL: ['550 5.7.1 no', '451 4.3.0 later', '421 4.3.2 bye|CLOSE', '|RESET', '|CLOSE'],
  RCPT: [
    '550 5.1.1 no',
    '451 4.3.0 later',
    '452 4.5.3 too many',
    '552 full',
    '421 bye|CLOSE',
    '|RESET',
    '251 fwd',
  ],
  DATA: ['554 no', '451 later', '250 odd', '421 bye|CLOSE', '|RESET'],
  BDAT: ['554 no', '452 4.3.1 space', '421 bye|CLOSE', '|CLOSE'],
  '.': ['554 no', '452 4.3.1 space', '421 bye|CLOSE'],
  RSET: ['502 5.5.1 no', '421 bye|CLOSE', '|CLOSE'],
};

const modes = [
  { options: {}, keywords: ['PIPELINING'], lmtp: false },
  { options: {}, keywords: ['SIZE'], lmtp: false },
  { options: { chunking: 'always' }, keywords: ['PIPELINING', 'CHUNKING'], lmtp: false },
  { options: { chunking: 'always' }, keywords: ['CHUNKING'], lmtp: false },
  { options: { window: true }, keywords: ['PIPELINING', 'CHUNKING'], lmtp: false },
  { options: {}, keywords: ['PIPELINING', 'CHUNKING', 'LIMITS RCPTMAX=2'], lmtp: true },
  { options: { chunking: 'always', window: true }, keywords: ['PIPELINING', 'CHUNKING'], lmtp: true },
] as const;

const message = record({
  recipients: integer({ min: 1, max: 4 }),
  kind: constantFrom('text', 'stream', 'function', 'eight bits'),
});

test('SMTP-039 SMTP-043 whatever a server answers: what is accepted is there once, with its own sender; the rest is not', async () => {
  const seen = new Set<string>();
  await assert(
    asyncProperty(
      constantFrom(...modes),
      array(message, { minLength: 1, maxLength: 5 }),
      array(integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 40 }),
      async ({ options, keywords, lmtp }, messages, choices) => {
        let turn = 0;
        const reply = (line: string): string | undefined => {
          const verb = line.split(' ')[0] ?? '';
          const choice = choices[turn % choices.length] ?? 0;
          turn += 1;
          return bad[verb]?.[choice];
        };
        const clock = virtualClock();
        const network = simulatedNetwork({ clock, path: { latency: 1 } });
        const server = new MailServer({ reply, keywords, lmtp });
        const here = lmtp ? lmtpEndpoint : endpoint;
        await network.listen(here, (connection) => server.serve(connection));
        const submissions = await clock.run(async () => {
          const smtp = await greeted(lmtp, await network.connect(here), { clock, ...options });
          const all = await Promise.all(
            messages.map(({ recipients, kind }, at) => {
              const text = `Subject: ${at}\r\n\r\n${'x'.repeat(at * 20_000)}\r\n`;
              const stream = (): Iterable<string> => [text.slice(0, 12), text.slice(12)].values();
              // Nobody here offers 8BITMIME, and that it is needed is found out late.
              const eightBits = [text.slice(0, 12), text.slice(12), 'ü\r\n'].values();
              const to = Array.from({ length: recipients }, (_none, order) => `r${order}@m${at}.example`);
              const content = { text, stream: stream(), function: stream, 'eight bits': eightBits }[kind];
              return smtp.submit({ from: `s${at}@example.org`, to }, content);
            }),
          );
          await smtp[Symbol.asyncDispose]();
          return all;
        });
        await clock.advance(5_000);
        expect(network.counts.open).toBe(0);
        for (const [at, { recipients }] of submissions.entries()) {
          expect(recipients).toHaveLength(messages[at]?.recipients ?? 0);
          for (const { recipient, status } of recipients) {
            seen.add(status);
            const copies = server.messages.filter(({ to }) => to.includes(recipient));
            const wrong = copies.filter(
              ({ from, content }) =>
                from !== `s${at}@example.org` || !content.startsWith(`Subject: ${at}\r\n`),
            );
            expect(wrong).toEqual([]);
            const most = status === 'accepted' || status === 'uncertain' ? 1 : 0;
            const least = status === 'accepted' ? 1 : 0;
            expect([recipient, status, copies.length >= least && copies.length <= most]).toEqual([
              recipient,
              status,
              true,
            ]);
          }
        }
      },
    ),
    { numRuns: 150 },
  );
  expect(seen).toContain('accepted');
  expect(seen).toContain('refused');
  expect(seen).toContain('retry-later');
});
