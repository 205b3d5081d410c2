import { addresses, announcedRoute, tlsaName, tlsaRecords } from '@postern/dns';
import type { NoTlsa, Resolver, TlsaAnswer } from '@postern/dns';
import { fetchStsPolicy, parseStsRecord } from '@postern/starttls';
import { parseTlsrptRecord } from '@postern/starttls/tlsrpt';
import { deadline, DeadlineExceeded, isWireError } from '@postern/wire';
import type { Milliseconds } from '@postern/wire';
import type { AnnouncementReport, StsReport, TlsrptReport } from '../report/published-report.ts';
import type { ReportReason } from '../report/verdict.ts';
import type { ProbeEnvironment } from '../run/environment.ts';

/**
 * How long is waited for what a domain publishes. Ours: a check is over when its slowest probe is, and that is the one that waits
 * 10 s for a greeting; a policy host that is slower must not hold up the answer. (Senders give it a minute, RFC 8461 §3.3.)
 */
const PATIENCE: Milliseconds = 10_000;

/** The TLSA records of a host, or why nobody knows. */
export type TlsaFact = TlsaFound | Failed;

/** What was found; `ignored` counts the records of a host whose zone is not signed. */
type TlsaFound = TlsaAnswer & { readonly ignored: number };

interface Failed {
  readonly status: 'failed';
  readonly reason: ReportReason;
}

/** What a domain and its hosts publish about their own protection. */
export interface Published {
  readonly sts: StsReport;
  readonly tlsrpt: TlsrptReport;
  readonly announcement: AnnouncementReport;
  /** By host. */
  readonly tlsa: ReadonlyMap<string, TlsaFact>;
}

/**
 * Looks up what a domain and its exchangers publish. Each answer fails for itself, with its reason, and none is taken for an
 * absence; what is not known after ten seconds failed too. Rejects only with the reason of `signal`, where that is no deadline.
 */
export async function findPublished(
  domain: string,
  exchangers: readonly string[],
  environment: ProbeEnvironment,
  signal: AbortSignal,
  announced: Promise<AnnouncementReport> = findAnnouncement(domain, environment, signal),
): Promise<Published> {
  using patience = deadline(environment.clock, PATIENCE, { signal });
  const limited = patience.signal;
  const { resolver } = environment;
  const [sts, tlsrpt, announcementFound, tlsa] = await Promise.all([
    findSts(domain, environment, limited),
    orFailed('dns-timeout', limited, () => findTlsrpt(domain, resolver, limited)),
    announced,
    Promise.all(
      exchangers.map(
        async (host) =>
          [host, await orFailed('dns-timeout', limited, () => findTlsa(host, resolver, limited))] as const,
      ),
    ),
  ]);
  return { sts, tlsrpt, announcement: announcementFound, tlsa: new Map(tlsa) };
}

/** What the domain announces to other servers; a look-up of its own, because it names hosts to be probed. Rejects as {@link findPublished}. */
export async function findAnnouncement(
  domain: string,
  { resolver, clock }: ProbeEnvironment,
  signal: AbortSignal,
): Promise<AnnouncementReport> {
  using patience = deadline(clock, PATIENCE, { signal });
  const limited = patience.signal;
  return await orFailed('dns-timeout', limited, () => announcement(domain, resolver, limited));
}

/** A look-up with its failure as a value. `late` says what it is called where the time ran out. */
async function orFailed<T>(
  late: ReportReason,
  signal: AbortSignal,
  find: () => Promise<T>,
): Promise<T | (Failed & { readonly detail?: string })> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof DeadlineExceeded) return { status: 'failed', reason: late };
    signal.throwIfAborted();
    if (!isWireError(error)) throw error;
    const { code } = error.fault.evidence ?? {};
    return { status: 'failed', reason: error.code, ...(code !== undefined && { detail: code }) };
  }
}

/** RFC 8461 §3.1: the record first; without one nobody fetches a policy. */
async function findSts(
  domain: string,
  { resolver, fetch, clock }: ProbeEnvironment,
  signal: AbortSignal,
): Promise<StsReport> {
  const record = await orFailed('dns-timeout', signal, async () => {
    const answer = await resolver.query(`_mta-sts.${domain}`, 'TXT', { signal });
    const parsed = parseStsRecord(answer.status === 'records' ? answer.records : []);
    return { status: 'answered', parsed } as const;
  });
  if (record.status === 'failed') return { status: 'failed', at: 'record', reason: record.reason };
  const { parsed } = record;
  if (!parsed.ok) {
    // RFC 8461 §3.1: several records, or a bad one, count as none; but a mistake it is.
    return parsed.problem === 'no-record'
      ? { status: 'absent' }
      : { status: 'failed', at: 'record', reason: 'sts-syntax', detail: parsed.problem };
  }
  const { id } = parsed;
  if (!fetch) return { status: 'not-fetched', id };
  const policy = await orFailed('sts-timeout', signal, async () => ({
    status: 'policy' as const,
    id,
    ...(await fetchStsPolicy(domain, { fetch, clock, signal })),
  }));
  return policy.status === 'failed' ? { ...policy, at: 'policy' } : policy;
}

/** RFC 8460 §3. */
async function findTlsrpt(domain: string, resolver: Resolver, signal: AbortSignal): Promise<TlsrptReport> {
  const answer = await resolver.query(`_smtp._tls.${domain}`, 'TXT', { signal });
  const record = parseTlsrptRecord(answer.status === 'records' ? answer.records : []);
  if (record.ok) return { status: 'present', targets: record.targets };
  return record.problem === 'no-record'
    ? { status: 'absent' }
    : { status: 'broken', problem: record.problem };
}

async function announcement(
  domain: string,
  resolver: Resolver,
  signal: AbortSignal,
): Promise<AnnouncementReport> {
  const found = await announcedRoute(resolver, domain, { signal });
  switch (found.status) {
    case 'announced':
      return {
        status: 'announced',
        hosts: found.hosts.map(({ exchange, port, preference }) => ({ host: exchange, port, preference })),
      };
    case 'no-records':
      return { status: 'absent' };
    case 'not-offered':
    case 'unusable':
      return { status: found.status };
  }
}

/** RFC 7672 §2.2: the addresses first, which say whether the zone of the host is signed. */
async function findTlsa(host: string, resolver: Resolver, signal: AbortSignal): Promise<TlsaFound> {
  const found = await addresses(resolver, host, { signal, allowSpecial: true });
  const answer = await tlsaRecords(resolver, found, 25, { signal });
  const ignored = answer.status === 'none' ? await ignoredRecords(host, answer, resolver, signal) : 0;
  return { ...answer, ignored };
}

/** Senders do not ask here (RFC 7672 §2.2.2); whoever published the records wants to know that they do nothing. */
async function ignoredRecords(
  host: string,
  { reason }: NoTlsa,
  resolver: Resolver,
  signal: AbortSignal,
): Promise<number> {
  if (reason === undefined) return 0;
  try {
    const answer = await resolver.query(tlsaName(host, 25), 'TLSA', { signal });
    return answer.status === 'records' ? answer.records.length : 0;
  } catch (error) {
    // An answer that no sender asks for may fail: servers of unsigned zones often choke on this type.
    if (isWireError(error)) return 0;
    throw error;
  }
}
