// The MTA-STS matrix: what our relay makes of policies, policy hosts and exchangers of every kind; curl and posttls-finger
// beside it.
import type { Delivered } from '@postern/relay';
import { memoryStsStore, stsPolicies } from '@postern/starttls';
import type { StsStore } from '@postern/starttls';
import { sessionCounts } from '@postern/starttls/tlsrpt';
import type { Clock } from '@postern/wire';
import { describe, expect, test } from 'vitest';
import { policyFetch } from '../../apps/postern/src/policy-fetch.ts';
import { argv, runCommand } from '../command.ts';
import { readEnvironment } from '../environment.ts';
import { domainOf } from '../mta-sts/row.ts';
import type { StsRow } from '../mta-sts/row.ts';
import { stsRows } from '../mta-sts/rows.ts';
import { clock, failureOf, inParallel, openRelay, roots, tlsOf, worldResolver } from '../relay.ts';

const { ca, directory, place } = readEnvironment();

/** In seconds: what the minute of RFC 8461 §3.3 lasts here, for curl and for us. */
const MINUTE = 1;

/** A clock on which a minute is over sooner. */
const hurried: Clock = {
  now: () => (clock.now() * 60) / MINUTE,
  alarm: (at, ring) => clock.alarm((at * MINUTE) / 60, ring),
};

interface Seen {
  readonly found: string;
  readonly failure: string | undefined;
  readonly delivery: string;
  readonly reported: readonly string[];
}

/** A message to each domain, with what is kept of policies from before. */
async function ours(store: StsStore): Promise<readonly Seen[]> {
  const resolver = worldResolver();
  const fetch = policyFetch({ resolver, roots });
  const wallClock = (): number => Date.now();
  const sts = stsPolicies({ resolver, fetch, store, clock: hurried, wallClock });
  const counts = sessionCounts();
  await using relay = openRelay({ resolver, sts, counts });
  return await inParallel(16, stsRows, async (row) => {
    const recipients = [`postmaster@${domainOf(row)}`];
    const content = 'Subject: MTA-STS\r\n\r\nOne of many.\r\n';
    const delivered = await relay.deliver({ sender: 'ann@sender.test', recipients, content });
    const step = delivered.domains[0]?.plan.trace.find(({ type }) => type === 'mta-sts');
    // What has no policy, or one of mode none, may be reported as such too (RFC 8460 §4.4); here only what a policy asks for.
    const reports = counts.policies(domainOf(row)).filter(({ type }) => type === 'sts');
    const results = reports.flatMap(({ details }) => details.map(({ result }) => result));
    return {
      found: step?.type === 'mta-sts' ? step.found : 'nothing',
      failure: step?.type === 'mta-sts' ? step.failure : undefined,
      delivery: deliveryOf(delivered),
      reported: [...new Set(results)],
    };
  });
}

function deliveryOf(delivered: Delivered): string {
  const failure = failureOf(delivered);
  if (failure !== undefined) return failure;
  const tls = tlsOf(delivered);
  if (tls === undefined) return 'plaintext';
  const { level } = tls.decision.requirement;
  return level === 'authenticated' ? 'verified' : level;
}

/** An older policy of each domain, under which nobody gets mail. */
async function storeWithOlder(): Promise<StsStore> {
  const store = memoryStsStore();
  const policy = { mode: 'enforce', mx: ['nobody.test'], maxAge: 86_400 } as const;
  for (const row of stsRows) await store.set(domainOf(row), { id: 'older', policy, fetchedAt: Date.now() });
  return store;
}

/** What curl says about the policy host, in our words. */
async function curl(row: StsRow): Promise<string> {
  const url = `https://mta-sts.${domainOf(row)}/.well-known/mta-sts.txt`;
  const { status, stdout } = await runCommand(
    argv`${place.exec} curl -sS --cacert ${ca.root} --max-filesize 65536 --max-time ${MINUTE} -o /dev/null
      -w ${'%{http_code} %{content_type}'} ${url}`,
    { cwd: directory },
  );
  if (status !== 0) return CURL_FAILURES[String(status)] ?? 'sts-not-found';
  const [code = '', type = ''] = stdout.toLowerCase().split(/[ ;]+/);
  if (code.startsWith('3')) return 'sts-redirect';
  if (code !== '200') return 'sts-not-found';
  return type === 'text/plain' ? 'fetched' : 'sts-media-type';
}

/** Exit statuses of curl. */
const CURL_FAILURES: Readonly<Record<string, string>> = {
  28: 'sts-timeout',
  60: 'sts-cert',
  63: 'sts-too-large',
};

/** What posttls-finger says about an exchanger that a policy in force demands: RFC 8461 §4.2, its name and our authority. */
async function finger(row: StsRow): Promise<string> {
  if (row.found !== 'enforce' || row.delivery === 'deferred sts-mx-not-listed') return '';
  const host = row.mx ?? `mx-${row.name}.sts.test`;
  const { stdout, stderr } = await runCommand(
    argv`${place.exec} posttls-finger -c -l secure -F ${ca.root} -L summary -o inet_protocols=ipv4 [${host}] ${host}`,
    { cwd: directory },
  );
  const [, trust] = /(\w+) TLS connection established/.exec(stdout + stderr) ?? [];
  return trust?.toLowerCase() ?? 'no tls';
}

/** What it has to say for our verdict. */
function fingerWanted({ found, delivery }: StsRow): RegExp {
  if (found !== 'enforce' || delivery === 'deferred sts-mx-not-listed') return /^$/;
  if (delivery === 'verified') return /^verified$/;
  return delivery.includes('cert-') ? /^(untrusted|trusted)$/ : /^no tls$/;
}

describe('the MTA-STS matrix', async () => {
  const [fresh, kept] = [await ours(memoryStsStore()), await ours(await storeWithOlder())];
  const curls = await inParallel(4, stsRows, curl);
  const fingers = await inParallel(4, stsRows, finger);
  const rows = stsRows.map((row, index) => ({ row, index }));

  test.each(rows)('$row.ids $row.name: $row.shows', ({ row, index }) => {
    const { found, failure, delivery, reported = [] } = row;
    expect(fresh[index]).toEqual({ found, failure, delivery, reported });
    const without = kept[index];
    expect(without?.delivery).toBe(row.kept ?? delivery);
    // TLS-066 what is kept does not become "no policy".
    expect(without?.found).toBe(row.kept === undefined ? found : 'enforce');
    expect(fingers[index]).toMatch(fingerWanted(row));
  });

  test('TLS-061 no difference from curl is left unexplained', () => {
    console.table(
      stsRows.map((row, index) => ({
        domain: domainOf(row),
        policy: fresh[index]?.found,
        failure: fresh[index]?.failure ?? '',
        curl: curls[index],
        delivery: fresh[index]?.delivery,
        'with one kept': kept[index]?.delivery,
        'posttls-finger': fingers[index],
        reported: fresh[index]?.reported.join(' '),
      })),
    );
    const explained = new Map(stsRows.flatMap(({ name, because }) => (because ? [[because, name]] : [])));
    for (const because of explained.keys()) {
      const names = stsRows.filter((row) => row.because === because).map(({ name }) => name);
      console.log(`${names.join(', ')}: ${because}`);
    }
    for (const [index, { name, failure = 'fetched', curl: word = failure, because }] of stsRows.entries()) {
      expect({ name, curl: curls[index] }).toEqual({ name, curl: word });
      expect({ name, explained: word === failure || because !== undefined }).toEqual({
        name,
        explained: true,
      });
    }
  });
});
