// A thousand messages through Postfix over five pooled connections: each is in the mailbox exactly once, as it was sent.
import { createHash } from 'node:crypto';
import { createPool } from '@postern/pool';
import type { OpenSmtpOptions, Smtp } from '@postern/smtp';
import { openSmtp } from '@postern/smtp';
import { requirementFor, tlsRequest } from '@postern/starttls';
import { nodeNetwork, systemClock } from '@postern/wire/node';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { argv, must } from '../command.ts';
import { samples } from '../contents.ts';
import { readEnvironment } from '../environment.ts';
import { mailbox, queueEmpty, withLf } from '../mailbox.ts';

const { account, addresses, ca } = readEnvironment();
const COUNT = 1000;
const BOX = 'bulk@good.test';
const small = samples.filter(({ content }) => content.length < 100_000);
const clock = systemClock();

/** By place in the pool, so that every manner is on the way at the same time. */
const manners: readonly Partial<OpenSmtpOptions>[] = [
  { chunking: 'never' },
  { chunking: 'always' },
  { window: true },
  { chunking: 'never' },
  { window: true },
];

const serverName = 'mx.good.test';
const tls = tlsRequest({
  serverName,
  requirement: requirementFor({ names: [serverName] }),
  wallClock: () => Date.now(),
  roots: [readFileSync(ca.root, 'utf8')],
});

async function say(smtp: Smtp): Promise<void> {
  expect(await smtp.ehlo('client.test')).toMatchObject({ ok: true });
}

test(
  'a thousand messages over five connections arrive exactly once, octet for octet',
  { timeout: 120_000 },
  async () => {
    let opened = 0;
    await using pool = createPool({
      network: nodeNetwork(),
      clock,
      key: (address: string) => address,
      candidates: async (address) => [{ endpoint: { address, port: 25 }, method: 'starttls', rank: 0 }],
      async open(connection, _candidate, { signal }) {
        const manner = manners[opened++];
        const smtp = await openSmtp(connection, { clock, signal, ...manner });
        await say(smtp);
        expect(await smtp.startTls(tls)).toMatchObject({ ok: true });
        await say(smtp);
        return smtp;
      },
    });
    const leases = await Promise.all(manners.map(() => pool.acquire(addresses.postfix)));
    const begun = performance.now();
    const results = await Promise.all(
      Array.from({ length: COUNT }, async (_, number) => {
        const { content } = small[number % small.length] ?? { content: '' };
        const lease = leases[number % leases.length];
        return lease?.value.submit({ from: `${number}@thousand.test`, to: [BOX] }, content);
      }),
    );
    const handed = performance.now() - begun;
    await Promise.all(leases.map((lease) => lease[Symbol.asyncDispose]()));
    expect(opened).toBe(manners.length);
    const refused = results
      .flatMap((result) => result?.recipients ?? [])
      .filter((r) => r.status !== 'accepted');
    expect(refused).toEqual([]);

    await queueEmpty(60);
    console.log(
      `${COUNT} messages: accepted after ${seconds(handed)}, delivered after ${seconds(performance.now() - begun)}`,
    );
    const arrived = mailbox(BOX).filter(({ from }) => from.endsWith('@thousand.test'));
    const fingerprint = (number: number | string, content: Uint8Array): string =>
      `${number} ${createHash('sha256').update(content).digest('hex')}`;
    const wanted = Array.from({ length: COUNT }, (_, number) =>
      fingerprint(number, withLf(small[number % small.length]?.arrives ?? new Uint8Array())),
    );
    const found = arrived.map(({ from, content }) => fingerprint(from.split('@')[0] ?? '', content));
    expect(found.toSorted()).toEqual(wanted.toSorted());

    // The same number by IMAP, as a mail program sees it.
    const status = await must(
      argv`curl -sS --resolve ${`imap.good.test:993:${addresses.dovecot}`} --cacert ${ca.root} --user ${`${BOX}:${account.password}`}
        -X ${'STATUS INBOX (MESSAGES)'} imaps://imap.good.test/`,
    );
    expect(status).toContain(`MESSAGES ${mailbox(BOX).length})`);
  },
);

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
