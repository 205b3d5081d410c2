import type { RouteHost } from '@postern/dns';
import type { Fault, PolicySource, Reason } from '@postern/wire';
import { usableTlsa } from '../dane/usable-tlsa.ts';
import { hostRequirement } from '../host-requirement.ts';
import type { HostDecision, HostFacts, PlaintextHost, PolicyType, TryHost } from '../host-requirement.ts';
import type { Method } from '../requirement.ts';
import type { DeliveryPolicy, TlsaLookup } from './facts.ts';
import type { PlanStep, Standing } from './steps.ts';

/** RFC 5321 §4.5.4.2: servers listen here. */
const SMTP = 25;
/** RFC 8314 §7.3: TLS from the first octet, for submission. */
const SUBMISSIONS = 465;

/** One way into a host. */
export interface PlannedWay {
  readonly port: number;
  readonly method: Method;
  /** What the connection must fulfil. Under `opportunistic`, STARTTLS that is not offered leads to plaintext on the same one. */
  readonly decision: TryHost | PlaintextHost;
  readonly standing: Standing;
  /** `after-failed-tls`: only once TLS was begun with this host and failed, and then on a new connection. */
  readonly when: 'at-once' | 'after-failed-tls';
}

/** A host that mail may be given to. */
export interface PlannedHost {
  /** As it stands in the MX or SRV record. */
  readonly host: string;
  /** Hosts are tried by it, lowest first; those that share one in any order. */
  readonly preference: number;
  /** What to dial. */
  readonly addresses: readonly string[];
  /** At least one; those `at-once` in order of liking, to be raced. */
  readonly ways: readonly PlannedWay[];
}

/** A host that gets no mail. */
export interface LeftOutHost {
  readonly host: string;
  readonly preference: number;
  readonly reason: Reason;
  /** Whether it may be different later. */
  readonly duration: 'temporary' | 'permanent';
  /** Whose demand it is, where a policy left it out. */
  readonly by?: PolicySource;
  /** The look-up that failed. */
  readonly fault?: Fault;
  /** Under which policy this is reported (RFC 8460 §4.4). */
  readonly policyType: PolicyType;
}

/** What all hosts of a domain have in common. */
export interface SharedFacts extends Pick<HostFacts, 'nextHop' | 'nextHopCanonical' | 'named' | 'sts'> {
  /** Whether an announcement named the hosts. */
  readonly announced: boolean;
  readonly tlsa: readonly TlsaLookup[];
  readonly policy: DeliveryPolicy;
}

/** A host's part of the plan, with the thoughts behind it. */
export interface HostPlan {
  readonly outcome: PlannedHost | LeftOutHost;
  readonly steps: readonly PlanStep[];
}

/** Decides about one host: whether it may have the mail, and by which ways. */
export function planHost(route: RouteHost, shared: SharedFacts): HostPlan {
  const { host, preference, addresses } = route;
  const { announced, policy } = shared;
  const announcedPort = announced && route.port !== undefined && route.port !== SMTP ? route.port : undefined;
  const steps: PlanStep[] = [];
  const leaveOut = (out: Omit<LeftOutHost, 'host' | 'preference'>): HostPlan => {
    const { reason, duration, by } = out;
    steps.push({ type: 'host-left-out', host, reason, duration, ...(by === undefined ? {} : { by }) });
    return { outcome: { host, preference, ...out }, steps };
  };

  const standard = look(host, SMTP, shared, steps);
  const needed =
    announcedPort === undefined ? [standard] : [look(host, announcedPort, shared, steps), standard];
  const failed = needed.find(({ lookup }) => lookup?.result.ok === false)?.lookup?.result;
  // RFC 7672 §2.1.2: "nobody answered" is what an attacker makes of "here are my TLSA records". With a level that asks for
  // none the answer does not matter.
  if (failed?.ok === false && asksForTlsa(policy)) {
    const { fault } = failed;
    return leaveOut({ reason: fault.reason, duration: 'temporary', fault, policyType: 'tlsa' });
  }

  const decisions = needed.map(({ port, lookup }) => ({ port, decision: decide(route, shared, lookup) }));
  const refused = decisions.find(({ decision }) => decision.status === 'pass-over')?.decision;
  if (refused?.status === 'pass-over') {
    const { reason, by } = refused.fault;
    // RFC 8689 §4.2.1 bounces; RFC 7672 §2.2.1 and RFC 8461 §5 wait. A name that is none will be none tomorrow either.
    const duration = by === 'requiretls' || reason === 'dns-bad-name' ? 'permanent' : 'temporary';
    return leaveOut({ reason, duration, by, policyType: refused.policyType });
  }

  let ways: readonly PlannedWay[] = decisions.flatMap(({ port, decision }): readonly PlannedWay[] => {
    if (decision.status === 'pass-over') return [];
    // Whatever port was announced: in the clear there is only 25.
    if (decision.status === 'plaintext' && port !== SMTP) return [];
    const standing = announced ? 'announced' : 'standard';
    return [{ port, method: methodAt(port, decision), decision, standing, when: 'at-once' }];
  });
  ways = withoutWeaker(host, ways, steps);
  const [at25] = ways;
  if (policy.try465 === true && !announced && at25?.decision.status === 'try') {
    const extra = extraWay(route, shared, at25, steps);
    if (extra) ways = [extra, ...ways];
  }
  if (ways.some(({ port, decision }) => port === SMTP && isOpportunistic(decision))) {
    const standing = announced ? 'announced' : 'standard';
    const { policyType, notes } = ways.find(({ port }) => port === SMTP)?.decision ?? {
      policyType: 'no-policy-found',
      notes: [],
    };
    const decision: PlaintextHost = { status: 'plaintext', policyType, notes };
    ways = [...ways, { port: SMTP, method: 'plaintext', decision, standing, when: 'after-failed-tls' }];
  }
  for (const way of ways) steps.push(wayStep(host, way));
  return { outcome: { host, preference, addresses, ways }, steps };
}

interface Looked {
  readonly port: number;
  readonly lookup: TlsaLookup | undefined;
}

/** The TLSA look-up for a port, if one was made, put into the trace. */
function look(host: string, port: number, { tlsa, named }: SharedFacts, steps: PlanStep[]): Looked {
  const lookup = tlsa.find((one) => one.host === host && one.port === port);
  // RFC 7672 §2.2: nothing of it applies to an address literal.
  if (lookup === undefined || named === 'literal') return { port, lookup: undefined };
  const { result } = lookup;
  if (!result.ok) {
    steps.push({ type: 'tlsa', host, port, found: 'failed', reason: result.fault.reason });
  } else if (result.answer.status === 'records') {
    const usable = usableTlsa(result.answer.records).length > 0;
    steps.push({ type: 'tlsa', host, port, found: usable ? 'usable' : 'unusable' });
  } else {
    const reason = result.answer.reason === 'ad-untrusted' ? { reason: 'ad-untrusted' as const } : {};
    steps.push({ type: 'tlsa', host, port, found: 'none', ...reason });
  }
  return { port, lookup };
}

/** Whether TLSA records count: not under a level that somebody set without them, nor where the sender waived them (RFC 8689 §3). */
function asksForTlsa({ level, sender }: DeliveryPolicy): boolean {
  if (level === undefined) return sender !== 'tls-required-no';
  return level === 'dane' || level === 'dane-only';
}

function decide({ host }: RouteHost, shared: SharedFacts, lookup: TlsaLookup | undefined): HostDecision {
  const { nextHop, nextHopCanonical, named, sts, announced, policy } = shared;
  const { level, fingerprints, sender, policies, serverName } = policy;
  return hostRequirement({
    host,
    nextHop,
    named,
    announced,
    ...(sts === undefined ? {} : { sts }),
    ...(nextHopCanonical === undefined ? {} : { nextHopCanonical }),
    ...(lookup?.result.ok === true ? { tlsa: lookup.result.answer } : {}),
    ...(level === undefined ? {} : { level }),
    ...(fingerprints === undefined ? {} : { fingerprints }),
    ...(sender === undefined ? {} : { sender }),
    ...(policies === undefined ? {} : { policies }),
    ...(serverName === undefined ? {} : { serverName }),
  });
}

function methodAt(port: number, { status }: TryHost | PlaintextHost): Method {
  if (status === 'plaintext') return 'plaintext';
  return port === SMTP ? 'starttls' : 'implicit-tls';
}

function isOpportunistic(decision: TryHost | PlaintextHost): boolean {
  return decision.status === 'try' && decision.requirement.level === 'opportunistic';
}

/** How much is demanded. TLSA records count above authorities: these must not save a host that fails those (RFC 8461 §2). */
function weight(decision: TryHost | PlaintextHost): number {
  if (decision.status === 'plaintext') return 0;
  const { requirement } = decision;
  if (requirement.level === 'opportunistic') return 1;
  if (requirement.level === 'encrypted') return 2;
  return requirement.tlsa === undefined ? 3 : 4;
}

/** Falling from one port to the other must not lower what is demanded: whoever can silence a port would choose. */
function withoutWeaker(host: string, ways: readonly PlannedWay[], steps: PlanStep[]): readonly PlannedWay[] {
  const most = Math.max(...ways.map(({ decision }) => weight(decision)));
  return ways.filter((way) => {
    if (weight(way.decision) === most) return true;
    steps.push({ type: 'way-left-out', host, port: way.port, method: way.method, why: 'weaker' });
    return false;
  });
}

/** Port 465 beside 25, where the same is demanded there: it may make a delivery quicker, and neither safer nor laxer. */
function extraWay(
  route: RouteHost,
  shared: SharedFacts,
  at25: PlannedWay,
  steps: PlanStep[],
): PlannedWay | undefined {
  const { host } = route;
  const { lookup } = look(host, SUBMISSIONS, shared, steps);
  const leftOut = { type: 'way-left-out', host, port: SUBMISSIONS, method: 'implicit-tls' } as const;
  if (lookup?.result.ok === false && asksForTlsa(shared.policy)) {
    steps.push({ ...leftOut, why: 'look-up-failed', reason: lookup.result.fault.reason });
    return undefined;
  }
  const decision = decide(route, shared, lookup);
  if (decision.status !== 'try' || weight(decision) !== weight(at25.decision)) {
    steps.push({ ...leftOut, why: 'unlike-25' });
    return undefined;
  }
  return {
    port: SUBMISSIONS,
    method: 'implicit-tls',
    decision,
    standing: 'nonstandard',
    when: 'at-once',
  };
}

function wayStep(host: string, { port, method, decision, standing, when }: PlannedWay): PlanStep {
  const way = { type: 'way', host, port, method, standing, when } as const;
  if (decision.status === 'plaintext') return { ...way, demand: 'nothing' };
  const { requirement } = decision;
  if (requirement.level === 'opportunistic') return { ...way, demand: 'opportunistic' };
  return { ...way, demand: requirement.level, by: requirement.by };
}
