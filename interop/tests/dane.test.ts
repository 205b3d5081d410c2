// The DANE matrix (TLS-059): what our relay and Postfix's posttls-finger make of the same zones and servers, row by row.
import type { Delivered } from '@postern/relay';
import { describe, expect, test } from 'vitest';
import { argv, runCommand } from '../command.ts';
import { agree, domainOf } from '../dane/row.ts';
import type { DaneRow, TheirVerdict } from '../dane/row.ts';
import { daneRows } from '../dane/rows.ts';
import { readEnvironment } from '../environment.ts';
import { failureOf, inParallel, openRelay, tlsOf } from '../relay.ts';

const { directory, place } = readEnvironment();

/** A message through the relay, under the level of the row. */
async function ours(rows: readonly DaneRow[]): Promise<readonly string[]> {
  await using relay = openRelay();
  return await inParallel(8, rows, async (row) => {
    const recipients = [`${row.recipient ?? 'postmaster'}@${domainOf(row)}`];
    const policy = { level: row.level ?? 'dane' } as const;
    const content = 'Subject: DANE\r\n\r\nOne of many.\r\n';
    return ourVerdict(await relay.deliver({ sender: 'ann@sender.test', recipients, content, policy }));
  });
}

function ourVerdict(delivered: Delivered): string {
  const failure = failureOf(delivered);
  if (failure !== undefined) return failure;
  const tls = tlsOf(delivered);
  if (tls === undefined) return 'plaintext';
  const { decision, verifiedBy } = tls;
  if (verifiedBy !== 'dane') return decision.requirement.level;
  return decision.hostIsKnown ? 'verified' : 'host verified';
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
