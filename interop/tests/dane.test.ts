// The DANE matrix (TLS-059): what our relay and Postfix's posttls-finger make of the same zones and servers, row by row.
import { readFileSync } from 'node:fs';
import { cachedResolver, stubResolver } from '@postern/dns';
import { createRelay } from '@postern/relay';
import type { Delivered } from '@postern/relay';
import { nodeNetwork, systemClock } from '@postern/wire/node';
import { describe, expect, test } from 'vitest';
import { argv, runCommand } from '../command.ts';
import { agree, domainOf } from '../dane/row.ts';
import type { DaneRow, TheirVerdict } from '../dane/row.ts';
import { daneRows } from '../dane/rows.ts';
import { readEnvironment } from '../environment.ts';

const { ca, directory, place, resolver: server } = readEnvironment();
const network = nodeNetwork();
const clock = systemClock();

/** A message through the relay, under the level of the row. */
async function ours(rows: readonly DaneRow[]): Promise<readonly string[]> {
  const stub = stubResolver({
    network,
    clock,
    servers: [{ ...server, trusted: true }],
    random: Math.random,
  });
  await using relay = createRelay({
    network,
    clock,
    resolver: cachedResolver(stub, { clock }),
    wallClock: () => Date.now(),
    domain: 'sender.test',
    roots: [readFileSync(ca.root, 'utf8')],
    allowSpecial: true,
    timing: { deadline: 10_000 },
  });
  return await inParallel(8, rows, async (row) => {
    const recipient = `${row.recipient ?? 'postmaster'}@${domainOf(row)}`;
    const policy = { level: row.level ?? 'dane' } as const;
    const content = 'Subject: DANE\r\n\r\nOne of many.\r\n';
    return ourVerdict(
      await relay.deliver({ sender: 'ann@sender.test', recipients: [recipient], content, policy }),
    );
  });
}

function ourVerdict({ recipients: [result], domains: [domain] }: Delivered): string {
  if (result?.status !== 'delivered') {
    const reason = result && 'reason' in result ? result.reason : 'nothing';
    return `${result?.status} ${reason}`;
  }
  const { protection, host } = result;
  if (protection.method === 'plaintext') return 'plaintext';
  const hosts = domain?.plan.status === 'deliver' ? domain.plan.hosts : [];
  const decision = hosts.find((one) => one.host === host)?.ways[0]?.decision;
  if (decision?.status !== 'try') return 'no decision';
  const { verification } = protection.tls;
  if (verification?.status === 'verified' && verification.by === 'dane')
    return decision.hostIsKnown ? 'verified' : 'host verified';
  return decision.requirement.level;
}

/** The same domain by posttls-finger. */
async function theirs(row: DaneRow): Promise<TheirVerdict> {
  const finger = await runCommand(
    argv`${place.exec} posttls-finger -v -c -l ${row.level ?? 'dane'} -L summary,certmatch -T 5 -o inet_protocols=ipv4 ${domainOf(row)}`,
    { timeout: 14_000, cwd: directory },
  );
  return theirVerdict(`${finger.stdout}${finger.stderr}`);
}

/** What its lines mean; the last one that says how a connection was made counts. */
function theirVerdict(said: string): TheirVerdict {
  if (said.includes('does not accept mail (nullMX)')) return 'no mail';
  const [, trust] = /^posttls-finger: (\w+) TLS connection established/m.exec(said) ?? [];
  // Without records that it can use it judges by names and authorities, as for the level `secure`.
  const withoutRecords = /no (?:usable )?TLSA records found|all TLSA records unusable/.test(said);
  if (trust !== undefined && withoutRecords) return 'no DANE';
  if (trust === 'Verified') return 'verified';
  if (trust === 'Trusted') return 'host verified';
  if (trust === 'Untrusted') return 'mismatch';
  return /Name service error|TLSA lookup error/.test(said) ? 'look-up failed' : 'no TLS';
}

/** So many at a time, the answers in order. */
async function inParallel<T, R>(
  width: number,
  all: readonly T[],
  work: (one: T) => Promise<R>,
): Promise<readonly R[]> {
  const done: R[] = [];
  const next = all.entries();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const [index, one] of next) done[index] = await work(one);
    }),
  );
  return done;
}

describe('the DANE matrix', async () => {
  const verdicts = await ours(daneRows);
  const fingers = await inParallel(3, daneRows, theirs);

  test.each(daneRows.map((row, index) => ({ row, index })))(
    '$row.ids $row.name: $row.shows',
    ({ row, index }) => {
      expect([verdicts[index], fingers[index]]).toEqual([row.postern, row.finger]);
    },
  );

  test('TLS-059 no difference is left unexplained', () => {
    const table = daneRows.map((row, index) => ({
      domain: domainOf(row),
      postern: verdicts[index],
      'posttls-finger': fingers[index],
    }));
    console.table(table);
    for (const [index, { name, because }] of daneRows.entries()) {
      if (because !== undefined) console.log(`${name}: ${because}`);
      const same = agree(verdicts[index] ?? '', fingers[index] ?? '');
      expect({ name, explained: same || because !== undefined }).toEqual({ name, explained: true });
    }
  });
});
