// The DANE matrix (TLS-059): what our relay, a Postfix that sends, and posttls-finger make of the same zones and servers.
import type { Delivered } from '@postern/relay';
import { describe, expect, test, vi } from 'vitest';
import { argv, must, runCommand } from '../command.ts';
import { domainOf, sameAs } from '../dane/row.ts';
import type { DaneRow, PostfixVerdict, TheirVerdict } from '../dane/row.ts';
import { daneRows } from '../dane/rows.ts';
import { readEnvironment } from '../environment.ts';
import { deliveriesIn } from '../postfix-log.ts';
import { failureOf, inParallel, openRelay, tlsOf } from '../relay.ts';

const { directory, place, sender } = readEnvironment();

/** A message through the relay, under the level of the row. */
async function ours(rows: readonly DaneRow[]): Promise<readonly string[]> {
  await using relay = openRelay();
  return await inParallel(8, rows, async (row) => {
    const policy = { level: row.level ?? 'dane' } as const;
    const content = 'Subject: DANE\r\n\r\nOne of many.\r\n';
    return ourVerdict(
      await relay.deliver({
        sender: 'ann@sender.test',
        recipients: [recipientOf(row)],
        content,
        policy,
      }),
    );
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

function recipientOf(row: DaneRow): string {
  return `${row.recipient ?? 'postmaster'}@${domainOf(row)}`;
}

/** One message for all of them, handed to Postfix. */
async function handToPostfix(rows: readonly DaneRow[]): Promise<void> {
  const letter = { input: 'Subject: DANE\n\nOne of many.\n', cwd: directory };
  const recipients = rows.map(recipientOf);
  await must(argv`${place.exec} sendmail -C ${sender.config} -i -f ann@sender.test ${recipients}`, letter);
}

/** What became of it, once Postfix has tried each domain. */
async function postfixVerdicts(rows: readonly DaneRow[]): Promise<readonly PostfixVerdict[]> {
  const log = await vi.waitFor(
    () => {
      const deliveries = deliveriesIn(sender.log);
      expect(rows.map(recipientOf).filter((recipient) => !deliveries.has(recipient))).toEqual([]);
      return deliveries;
    },
    { timeout: 30_000, interval: 100 },
  );
  return rows.map((row) => {
    const { status, trust } = log.get(recipientOf(row)) ?? {};
    if (status === 'sent') return SENT[trust ?? ''] ?? 'TLS';
    return status === 'bounced' ? 'refused' : 'deferred';
  });
}

/** By what Postfix calls the connection; every other word is a peer that nobody has proved. */
const SENT: Readonly<Record<string, PostfixVerdict>> = {
  Verified: 'verified',
  Trusted: 'host verified',
  '': 'plaintext',
};

describe('the DANE matrix', async () => {
  await handToPostfix(daneRows);
  const verdicts = await ours(daneRows);
  const fingers = await inParallel(3, daneRows, theirs);
  const sent = await postfixVerdicts(daneRows);
  const rows = daneRows.map((row, index) => ({ row, index }));

  test.each(rows)('$row.ids $row.name: $row.shows', ({ row, index }) => {
    const { postern, postfix = sameAs(postern).postfix, finger } = row;
    expect([verdicts[index], sent[index], fingers[index]]).toEqual([postern, postfix, finger]);
  });

  test('TLS-059 no difference is left unexplained', () => {
    const table = rows.map(({ row, index }) => ({
      domain: domainOf(row),
      postern: verdicts[index],
      Postfix: sent[index],
      'posttls-finger': fingers[index],
    }));
    console.table(table);
    for (const { row, index } of rows) {
      const { name, because } = row;
      if (because !== undefined) console.log(`${name}: ${because}`);
      const same = sameAs(verdicts[index] ?? '');
      const agree = same.postfix === sent[index] && same.finger === fingers[index];
      // A row that needs no explanation any more must lose it.
      expect({ name, explained: because !== undefined }).toEqual({ name, explained: !agree });
    }
  });
});
