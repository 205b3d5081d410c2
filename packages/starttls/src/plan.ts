/**
 * How a message to a domain may be sent: which hosts, by which ports and methods, in which order, under which requirement, and
 * which rule forced what. The order of the thoughts, and why:
 *
 * 1. *Where the mail goes.* An announcement that is in use, else the MX records. A question that nobody answered means later,
 *    never "no records" (RFC 5321 §5.1): whoever can make a look-up fail would choose the route.
 * 2. *What is demanded of each host* (`hostRequirement`): local policy, then the strictest of what others publish. A host whose
 *    TLSA look-up failed is left out, and the others are used (RFC 7672 §2.1.2).
 * 3. *By which ways.* Falling from one to the other never lowers what is demanded, and plaintext comes last, on a connection of
 *    its own, and only where nothing demands more.
 *
 * Hosts keep the domain's order; security never changes it (RFC 7672 §2.2.1).
 */
import type { Announcement, MailRoute } from '@postern/dns';
import type { Fault, Reason } from '@postern/wire';
import type { HostFacts } from './host-requirement.ts';
import type { DeliveryFacts, DeliveryPolicy, Lookup } from './plan/facts.ts';
import { withoutRepeatedAddresses } from './plan/shared-addresses.ts';
import type { PlanStep } from './plan/steps.ts';
import { planHost } from './plan/ways.ts';
import type { LeftOutHost, PlannedHost } from './plan/ways.ts';

/** What all plans say. */
export interface PlanMarks {
  readonly domain: string;
  /** Hosts that get no mail. */
  readonly leftOut: readonly LeftOutHost[];
  /** Every rule that was applied, in order. */
  readonly trace: readonly PlanStep[];
}

/** There is a way. */
export interface DeliverPlan extends PlanMarks {
  readonly status: 'deliver';
  /** In the order to be tried; at least one. */
  readonly hosts: readonly PlannedHost[];
}

/** There is no way now, and may be one later. */
export interface DeferPlan extends PlanMarks {
  readonly status: 'defer';
  readonly reason: Reason;
  /** The look-up that failed, where one is why. */
  readonly fault?: Fault;
}

/** There is no way, and will be none: the sender has to be told. */
export interface RefusePlan extends PlanMarks {
  readonly status: 'refuse';
  readonly reason: Reason;
}

/** How a message to a domain may be sent. */
export type DeliveryPlan = DeliverPlan | DeferPlan | RefusePlan;

/**
 * Makes the plan. Pure: all look-ups have been made. Throws a `UsageError` for the level `fingerprint` without digests.
 *
 * @example
 * ```ts run
 * import { mailRoute, routeHosts, zoneResolver } from '@postern/dns';
 * import { deliveryPlan } from '@postern/starttls';
 *
 * const resolver = zoneResolver('example.test. MX 10 mx1.example.test.\nmx1.example.test. A 192.0.2.1');
 * const route = await mailRoute(resolver, 'example.test');
 * if (route.status !== 'exchangers') throw new Error('no MX records');
 * const hosts = await routeHosts(resolver, route, { allowSpecial: true });
 * const facts = { domain: 'example.test', route: { ok: true, answer: route }, hosts } as const;
 * const plan = deliveryPlan(facts, { level: 'encrypt' });
 * console.log(plan.status === 'deliver' && plan.hosts[0]?.ways.map(({ port, method }) => `${port} ${method}`)); // [ '25 starttls' ]
 * ```
 */
export function deliveryPlan(facts: DeliveryFacts, policy: DeliveryPolicy = {}): DeliveryPlan {
  const { domain } = facts;
  const trace: PlanStep[] = [policyStep(policy)];
  const leftOut: LeftOutHost[] = [];
  const conclude = (plan: Ending): DeliveryPlan => {
    const { status } = plan;
    trace.push(
      status === 'deliver'
        ? { type: 'conclusion', status }
        : { type: 'conclusion', status, reason: plan.reason },
    );
    return { ...plan, domain, leftOut, trace };
  };

  const destination = destinationOf(facts, policy, trace);
  if (destination.status !== 'hosts') return conclude(destination);
  // RFC 8461 §3.4: an address literal has no policy.
  const sts = destination.named === 'literal' ? undefined : facts.sts;
  if (sts !== undefined) {
    const { policy: found, failure } = sts;
    const reason = failure === undefined ? {} : { failure: failure.reason };
    trace.push({ type: 'mta-sts', found: found?.mode ?? 'absent', ...reason });
  }
  for (const { host, preference, reason, temporary, fault } of facts.hosts?.passedOver ?? []) {
    const duration = temporary ? 'temporary' : 'permanent';
    const evidence = fault === undefined ? {} : { fault };
    leftOut.push({ host, preference, reason, duration, ...evidence, policyType: 'no-policy-found' });
    trace.push({ type: 'host-left-out', host, reason, duration });
  }
  const hosts: PlannedHost[] = [];
  const found = facts.hosts?.status === 'hosts' ? facts.hosts.hosts : [];
  for (const route of found) {
    const { outcome, steps } = planHost(route, {
      ...destination,
      nextHop: domain,
      sts: sts?.policy,
      tlsa: facts.tlsa ?? [],
      policy,
    });
    trace.push(...steps);
    if ('ways' in outcome) hosts.push(outcome);
    else leftOut.push(outcome);
  }
  if (hosts.length > 0) return conclude({ status: 'deliver', hosts: withoutRepeatedAddresses(hosts) });
  // RFC 5321 §5.1, RFC 7672 §2.1.2: one host that may be there later is enough to wait for.
  const later = leftOut.find(({ duration }) => duration === 'temporary');
  if (later) {
    const { reason, fault } = later;
    return conclude({ status: 'defer', reason, ...(fault === undefined ? {} : { fault }) });
  }
  return conclude({ status: 'refuse', reason: leftOut[0]?.reason ?? 'dns-nodata' });
}

type Ending =
  | Pick<DeliverPlan, 'status' | 'hosts'>
  | Pick<DeferPlan, 'status' | 'reason' | 'fault'>
  | Pick<RefusePlan, 'status' | 'reason'>;

/** Who named the hosts, or why there are none. */
type Destination =
  | (Pick<HostFacts, 'named' | 'nextHopCanonical'> & {
      readonly status: 'hosts';
      readonly announced: boolean;
    })
  | Pick<DeferPlan, 'status' | 'reason' | 'fault'>
  | Pick<RefusePlan, 'status' | 'reason'>;

function policyStep({ level, sender }: DeliveryPolicy): PlanStep {
  return { type: 'policy', level: level ?? 'published', ...(sender === undefined ? {} : { sender }) };
}

function destinationOf(
  { announcement, route }: DeliveryFacts,
  { announce = 'report' }: DeliveryPolicy,
  trace: PlanStep[],
): Destination {
  if (announcement !== undefined) {
    const decided = byAnnouncement(announcement, announce, trace);
    if (decided) return decided;
  }
  // Nobody asked: that is the caller's omission, and no reason to guess.
  if (route === undefined) return { status: 'defer', reason: 'dns-nodata' };
  return byRoute(route, trace);
}

/** `undefined`: MX decides. */
function byAnnouncement(
  lookup: Lookup<Announcement>,
  announce: NonNullable<DeliveryPolicy['announce']>,
  trace: PlanStep[],
): Destination | undefined {
  const found = lookup.ok ? lookup.answer.status : 'failed';
  const effect = announce === 'use' && found !== 'no-records' ? 'decides' : 'noted';
  const security = lookup.ok && isSecure(lookup.answer) ? 'secure' : 'insecure';
  const reason = lookup.ok ? {} : { reason: lookup.fault.reason };
  trace.push({ type: 'announcement', found, security, effect, ...reason });
  if (effect === 'noted') return undefined;
  if (!lookup.ok) return { status: 'defer', reason: lookup.fault.reason, fault: lookup.fault };
  switch (lookup.answer.status) {
    case 'announced':
      return { status: 'hosts', named: security, announced: true };
    case 'not-offered':
      return { status: 'refuse', reason: 'srv-not-offered' };
    case 'unusable': {
      const loop = lookup.answer.reason === 'mx-loop';
      return { status: 'refuse', reason: loop ? 'mx-loop' : 'srv-bad-port' };
    }
    case 'no-records':
      return undefined;
  }
}

function byRoute(lookup: Lookup<MailRoute>, trace: PlanStep[]): Destination {
  const found = lookup.ok ? lookup.answer.status : 'failed';
  const security =
    lookup.ok && lookup.answer.status !== 'address-literal' && isSecure(lookup.answer)
      ? 'secure'
      : 'insecure';
  const step = { type: 'mail-route', found, security } as const;
  if (!lookup.ok) {
    const { fault } = lookup;
    const { reason } = fault;
    trace.push({ ...step, reason });
    // A name that nobody can ask for will be none tomorrow either.
    return reason === 'dns-bad-name' ? { status: 'refuse', reason } : { status: 'defer', reason, fault };
  }
  const { answer } = lookup;
  trace.push({ ...step, ...(answer.status === 'unusable' ? { reason: answer.reason } : {}) });
  switch (answer.status) {
    case 'exchangers':
      return { status: 'hosts', named: security, announced: false, ...canonicalOf(answer, security) };
    case 'implicit':
      return { status: 'hosts', named: 'itself', announced: false, ...canonicalOf(answer, security) };
    case 'address-literal':
      return { status: 'hosts', named: 'literal', announced: false };
    case 'null-mx':
      return { status: 'refuse', reason: 'null-mx' };
    case 'no-such-domain':
      return { status: 'refuse', reason: 'dns-nxdomain' };
    case 'unusable':
      return { status: 'refuse', reason: answer.reason };
  }
}

/** RFC 7672 §3.2.2: the end of the domain's alias is a name to be proved, where every link is secure. */
function canonicalOf(
  { diagnostics }: Exclude<MailRoute, { readonly status: 'address-literal' }>,
  security: 'secure' | 'insecure',
): { readonly nextHopCanonical?: string } {
  const alias = diagnostics.find(({ type }) => type === 'domain-is-alias');
  return alias === undefined || security === 'insecure' ? {} : { nextHopCanonical: alias.host };
}

function isSecure({
  authenticated,
  trusted,
}: {
  readonly authenticated: boolean;
  readonly trusted: boolean;
}): boolean {
  return authenticated && trusted;
}
