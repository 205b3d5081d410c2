import { localBlockWatch } from '@postern/pool';
import type { EpochMilliseconds } from '@postern/starttls';
import { deadline, DeadlineExceeded } from '@postern/wire';
import type { Milliseconds, TlsPeer } from '@postern/wire';
import { adviseClients } from '../advice/advise-clients.ts';
import { explain } from '../advice/explain.ts';
import { factsAround } from '../context.ts';
import { findingsOf, gravestFirst } from '../findings.ts';
import { recommend } from '../recommend.ts';
import type {
  AccountReport,
  AskedPlace,
  DomainReport,
  Finding,
  WebSource,
} from '../report/account-report.ts';
import type { Protocol, ServiceEndpoint } from '../report/endpoint.ts';
import type { Lang } from '../report/explanation.ts';
import type { ControlReport, ProbeReport } from '../report/probe-report.ts';
import { askControls } from '../run/controls.ts';
import type { ProbeEnvironment } from '../run/environment.ts';
import { judgeOwnNetwork } from '../run/own-network.ts';
import { probeEndpoint } from '../run/probe-endpoint.ts';
import type { MailAccount } from './address.ts';
import { domainFindings } from './domain-findings.ts';
import { domainReport, exchangerEndpoints, exchangersOf } from './domain.ts';
import { find } from './find.ts';
import { freshEndpoints } from './fresh-endpoints.ts';
import type { Found } from './find.ts';
import { probeOtherAddresses } from './other-addresses.ts';
import type { SeenAddress } from './other-addresses.ts';
import { announcedEndpoints } from './announced-hosts.ts';
import { findConfig } from './autoconfig/find-config.ts';
import { findAnnouncement, findPublished } from './published.ts';

/** Options of {@link checkAccount}. */
export interface CheckOptions {
  /** Numbers from 0 to below 1, for the choice among equal servers (RFC 2782). */
  readonly random: () => number;
  /** For everything, one budget. Default 30 s. Endpoints that are not done by then are reported as they stand. */
  readonly deadline?: Milliseconds;
  /** Gives up; rejects with `signal.reason` untouched. */
  readonly signal?: AbortSignal;
  /**
   * Stops waiting: what is known by then is reported, and the endpoints that are not done are listed as `unfinished`. Rejects
   * with its reason where not even the endpoints are known.
   */
  readonly stop?: AbortSignal;
  /**
   * Sources of settings that are not to be asked: each learns from the question that somebody cares for the domain. Default: all
   * are asked, where the environment has a `fetch`.
   */
  readonly without?: readonly WebSource[];
  /** Hears about each endpoint when its probe is over. Must not throw. */
  readonly onProbe?: (report: ProbeReport, done: number, all: number) => void;
}

/**
 * Checks a mail account: finds the services of its domain, tries both TLS methods on every one at the same time, and says
 * which works, why the others do not, and what to type. For the domain it also shows how it receives mail.
 *
 * What DNS and the servers do is in the report, also where nothing can be found out: `domain.reason` says why then. It rejects
 * for an abort and for mistakes of the caller only.
 */
export async function checkAccount(
  account: MailAccount,
  given: ProbeEnvironment,
  options: CheckOptions,
): Promise<AccountReport> {
  const { clock } = given;
  const environment: ProbeEnvironment = { ...given, blocks: given.blocks ?? localBlockWatch() };
  const began = clock.now();
  const ends = [options.signal, options.stop].filter((end) => end !== undefined);
  using budget = deadline(clock, options.deadline ?? 30_000, { signal: AbortSignal.any(ends) });
  const { signal } = budget;
  const lang = environment.lang ?? 'en';
  const finding = find(account.domain, environment, options.random, signal);
  const exchanger = finding.then(
    ({ route }) => exchangersOf(route)[0]?.exchange,
    () => undefined,
  );
  const { without = [] } = options;
  const asked: AskedPlace[] = [];
  const config = findConfig(account, exchanger, environment, signal, {
    without,
    onAsk: (place) => {
      asked.push(place);
    },
  });
  // It is waited for below; until then a rejection has somebody who listens.
  config.catch(() => undefined);
  const found = await finding;
  const endpoints: readonly ServiceEndpoint[] = [
    ...found.candidates.map(({ protocol, host, port, method }) => ({ protocol, host, port, method })),
    ...exchangersOf(found.route).flatMap(exchangerEndpoints),
  ];
  const unlessStopped = async <T>(work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work;
    } catch (error) {
      if (options.stop?.aborted !== true || error !== options.stop.reason) throw error;
      return undefined;
    }
  };
  const peers = new Map<string, TlsPeer>();
  const others = new Map<string, readonly SeenAddress[]>();
  const probesBegan = clock.now() - began;
  const exchangers = exchangersOf(found.route).map(({ exchange }) => exchange);
  const probe = probing(environment, { ...options, peers, others }, signal, unlessStopped);
  const announcement = findAnnouncement(account.domain, environment, signal);
  const announced = async (): Promise<Probed> => {
    const known = await unlessStopped(announcement);
    return probe(announcedEndpoints(known, endpoints));
  };
  const listed = async (): Promise<Probed & Pick<Found, 'candidates'>> => {
    const candidates = (await unlessStopped(config)) ?? [];
    return { ...(await probe(freshEndpoints(candidates, endpoints))), candidates };
  };
  const [first, provider, more, published] = await Promise.all([
    probe(endpoints),
    listed(),
    announced(),
    unlessStopped(findPublished(account.domain, exchangers, environment, signal, announcement)),
  ]);
  const seen = [...first.probes, ...provider.probes, ...more.probes];
  const controls = await controlsFor(seen, environment, signal, unlessStopped);
  // What one probe showed, or a control, says something about those that ended before it.
  const probes = seen.map((result) => judgeOwnNetwork(result, environment));
  const unfinished = [...first.unfinished, ...provider.unfinished, ...more.unfinished];
  const candidates = [...provider.candidates, ...found.candidates];
  const { wallClock, roots } = environment;
  const judging = { wallClock, ...(roots && { roots }) };
  const domain = domainReport(account.domain, found, { probes, published, peers, others }, judging, lang);
  return {
    ...worded(account, lang, candidates, probes, { domain, now: wallClock() }),
    domain,
    asked,
    ...(controls.length > 0 && { controls }),
    ...(without.length > 0 && { notAsked: without }),
    ...(unfinished.length > 0 && { unfinished }),
    usableAfterMs: {
      incoming: firstUsable(probes, ['imap', 'pop3'], probesBegan),
      outgoing: firstUsable(probes, ['submission'], probesBegan),
    },
    elapsedMs: clock.now() - began,
  };
}

/** What the controls say of the ports that were silent. Nothing where the time is over: what was seen counts all the same. */
async function controlsFor(
  probes: readonly ProbeReport[],
  environment: ProbeEnvironment,
  signal: AbortSignal,
  unlessStopped: <T>(work: Promise<T>) => Promise<T | undefined>,
): Promise<readonly ControlReport[]> {
  const silent = probes.filter(({ reason }) => reason === 'timeout-connect');
  const ports = silent.map(({ endpoint }) => endpoint.port);
  try {
    return (await unlessStopped(askControls(ports, environment, signal))) ?? [];
  } catch (error) {
    if (error instanceof DeadlineExceeded) return [];
    throw error;
  }
}

/** When the first endpoint of these protocols was seen to work; all probes began at `began`. */
function firstUsable(
  probes: readonly ProbeReport[],
  protocols: readonly Protocol[],
  began: Milliseconds,
): Milliseconds | null {
  const ends = probes
    .filter(({ verdict, endpoint }) => verdict === 'works' && protocols.includes(endpoint.protocol))
    .flatMap(({ timeline }) => timeline.find(({ event }) => event === 'end')?.ms ?? []);
  return ends.length > 0 ? began + Math.min(...ends) : null;
}

/** What is learnt about exchangers on the way. */
interface Exchanged {
  readonly peers: Map<string, TlsPeer>;
  readonly others: Map<string, readonly SeenAddress[]>;
}

/** What became of some endpoints. */
interface Probed {
  readonly probes: readonly ProbeReport[];
  readonly unfinished: readonly ServiceEndpoint[];
}

/** Probes endpoints, all at the same time: they are different ports, and waiting for one says nothing about the next. */
function probing(
  environment: ProbeEnvironment,
  { onProbe, deadline: limit, peers, others }: CheckOptions & Exchanged,
  signal: AbortSignal,
  unlessStopped: <T>(work: Promise<T>) => Promise<T | undefined>,
): (endpoints: readonly ServiceEndpoint[]) => Promise<Probed> {
  let done = 0;
  let all = 0;
  // No password is needed to see which method works, and none goes to a host that was only guessed.
  // The controls are asked once, for all of them.
  const { credentials: _unused, controls: _later, ...rest } = environment;
  const budget = limit === undefined ? {} : { deadline: limit };
  const one = async (endpoint: ServiceEndpoint): Promise<ProbeReport | undefined> => {
    const exchanges = endpoint.protocol === 'smtp';
    const onPeer = (peer: TlsPeer): void => {
      if (exchanges) peers.set(`${endpoint.host} ${endpoint.port}`, peer);
    };
    const report = await unlessStopped(probeEndpoint(endpoint, rest, { signal, onPeer, ...budget }));
    if (!report) return undefined;
    done += 1;
    onProbe?.(report, done, all);
    const more = exchanges && (await unlessStopped(probeOtherAddresses(report, rest, { signal, ...budget })));
    if (more) others.set(endpoint.host, [...(others.get(endpoint.host) ?? []), ...more]);
    return report;
  };
  return async (endpoints) => {
    all += endpoints.length;
    const results = await Promise.all(endpoints.map(one));
    return {
      probes: results.filter((result) => result !== undefined),
      unfinished: endpoints.filter((_, index) => results[index] === undefined),
    };
  };
}

/** RFC 7672 §3.1: a certificate that its TLSA record vouches for needs nobody else who does. */
function unlessVouched(finding: Finding, { exchangers }: DomainReport): readonly Finding[] {
  if (finding.name !== 'certificate') return [finding];
  const vouched = exchangers.filter(({ dane }) => dane?.verdict === 'passes').map(({ host }) => host);
  const endpoints = finding.endpoints.filter(
    ({ protocol, host }) => protocol !== 'smtp' || !vouched.includes(host),
  );
  return endpoints.length > 0 ? [{ ...finding, endpoints }] : [];
}

/** The sentences: each result is explained by what the others showed. */
function worded(
  { address }: MailAccount,
  lang: Lang,
  candidates: Found['candidates'],
  results: readonly ProbeReport[],
  { domain, now }: { readonly domain: DomainReport; readonly now: EpochMilliseconds },
): Omit<AccountReport, 'domain' | 'asked' | 'usableAfterMs' | 'elapsedMs'> {
  const probes = results.map((probe) => ({
    ...probe,
    explanation: explain(probe.reason, { lang, facts: factsAround(probe, results) }),
  }));
  const recommendation = recommend({ candidates, results: probes }, { lang });
  const elsewhere = domain.exchangers.flatMap(({ others = [] }) => others.map(({ probe }) => probe));
  const { incoming, outgoing, alternatives } = recommendation;
  const settings = [incoming, outgoing, ...alternatives].filter((setting) => setting !== null);
  return {
    schema: 'postern.check/1',
    address: address ?? null,
    lang,
    probes,
    recommendation,
    clients: adviseClients(recommendation, { lang, ...(address === undefined ? {} : { address }) }),
    findings: gravestFirst([
      ...findingsOf([...probes, ...elsewhere], { lang }).flatMap((finding) => unlessVouched(finding, domain)),
      ...domainFindings(domain, { settings, now, lang }),
    ]),
  };
}
