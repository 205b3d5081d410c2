import { domainName, isWithin } from './name.ts';
import type { Srv } from './records.ts';
import { isSecure } from './resolver.ts';
import type { Resolver } from './resolver.ts';
import { serviceLabels } from './services/service-labels.ts';
import type { Service } from './services/service-labels.ts';

/** Targets that are kept: no service has as many, and a stranger's zone must not decide how many hosts are asked for. */
const MAX_TARGETS = 20;

/** What was noticed in SRV records. */
export interface ServiceDiagnostic {
  /**
   * `srv-bad-port`: port 0 with a real target, not used. `srv-bad-name`: the target is no host name, not used.
   * `srv-not-offered-ignored`: a `.` beside other targets. `srv-other-domain`: a target outside the domain in an answer
   * that is not secure. `srv-too-many`: this one and all behind it were left out.
   */
  readonly type:
    'srv-bad-port' | 'srv-bad-name' | 'srv-not-offered-ignored' | 'srv-other-domain' | 'srv-too-many';
  /** The target it is about. */
  readonly target: string;
}

/** A place where a service is found. */
export interface ServiceTarget extends Srv {
  /**
   * Whether a person has to agree before anything is connected: the target lies outside the domain, and nothing proves that
   * the domain said so (RFC 6186 §6, RFC 8314 §5.1).
   */
  readonly needsConfirmation: boolean;
}

/** What all answers about a service say. */
export interface ServiceMarks {
  /** The AD bit. */
  readonly authenticated: boolean;
  /** Whether the resolver was declared trusted. */
  readonly trusted: boolean;
  /** What was noticed. */
  readonly diagnostics: readonly ServiceDiagnostic[];
}

/** The service is offered. */
export interface OfferedService extends ServiceMarks {
  readonly status: 'targets';
  /** In the order to be tried; at least one, at most twenty. */
  readonly targets: readonly ServiceTarget[];
}

/** The domain says that it does not offer the service: one record with the target `.` (RFC 2782). Nothing else is tried. */
export interface NotOfferedService extends ServiceMarks {
  readonly status: 'not-offered';
}

/** The domain says nothing about the service; other ways of discovery may go on (RFC 6186 §4). */
export interface UnannouncedService extends ServiceMarks {
  readonly status: 'no-records';
}

/** There are records and none can be used. */
export interface UnusableService extends ServiceMarks {
  readonly status: 'unusable';
}

/** What a domain says about a service. */
export type ServiceAnswer = OfferedService | NotOfferedService | UnannouncedService | UnusableService;

/** Options of {@link serviceTargets}. */
export interface ServiceTargetOptions {
  /** Numbers from 0 to below 1, to choose by weight. Without it equal priorities go by falling weight. */
  readonly random?: () => number;
  /** Ends the wait; `signal.reason` is rethrown untouched. */
  readonly signal?: AbortSignal;
}

/**
 * Finds the targets of a service of a domain. A service is one of the labels mail clients use, or any other label with its
 * underscore, such as `_smtp-tls`; the protocol is always TCP. The port is used as given.
 *
 * Rejects with a `WireError` of kind `dns` where the question was not answered: that is not "no SRV record".
 *
 * @example
 * ```ts
 * import { serviceTargets, zoneResolver } from '@postern/dns';
 *
 * const resolver = zoneResolver('_imaps._tcp.example.test. SRV 0 1 993 imap.example.test.');
 * const answer = await serviceTargets(resolver, 'imaps', 'example.test');
 * // { status: 'targets', targets: [{ priority: 0, weight: 1, port: 993, target: 'imap.example.test', … }], … }
 * ```
 */
export async function serviceTargets(
  resolver: Resolver,
  service: Service | `_${string}`,
  domain: string,
  options?: ServiceTargetOptions,
): Promise<ServiceAnswer> {
  if (options?.signal?.aborted) throw options.signal.reason;
  const name = domainName(domain);
  const label = isService(service) ? serviceLabels[service].label : service;
  const owner = domainName(`${label}._tcp.${name}`, { underscores: true });
  const answer = await resolver.query(
    owner,
    'SRV',
    options?.signal === undefined ? {} : { signal: options.signal },
  );
  const diagnostics: ServiceDiagnostic[] = [];
  const marks: ServiceMarks = { authenticated: answer.authenticated, trusted: answer.trusted, diagnostics };
  if (answer.status !== 'records') return { status: 'no-records', ...marks };

  const real = answer.records.filter((record) => record.target !== '.');
  if (real.length === 0) return { status: 'not-offered', ...marks };
  if (real.length < answer.records.length) diagnostics.push({ type: 'srv-not-offered-ignored', target: '.' });
  const usable = real.filter((record) => {
    const problem = problemOf(record);
    if (problem !== undefined) diagnostics.push({ type: problem, target: record.target });
    return problem === undefined;
  });
  if (usable.length === 0) return { status: 'unusable', ...marks };
  const ordered = orderServices(usable, options?.random);
  const beyond = ordered[MAX_TARGETS];
  if (beyond !== undefined) diagnostics.push({ type: 'srv-too-many', target: beyond.target });
  const targets = ordered.slice(0, MAX_TARGETS).map((record) => {
    const needsConfirmation = !isWithin(record.target, name) && !isSecure(answer);
    if (needsConfirmation) diagnostics.push({ type: 'srv-other-domain', target: record.target });
    return { ...record, needsConfirmation };
  });
  return { status: 'targets', targets, ...marks };
}

function isService(service: string): service is Service {
  return Object.hasOwn(serviceLabels, service);
}

function problemOf(record: Srv): 'srv-bad-port' | 'srv-bad-name' | undefined {
  if (record.port === 0) return 'srv-bad-port';
  try {
    domainName(record.target);
    return undefined;
  } catch {
    return 'srv-bad-name';
  }
}

/**
 * The order in which targets are tried (RFC 2782): by priority; of equal ones each next is drawn with a chance in proportion
 * to its weight, where a weight of 0 has a very small one. Without `random` they go by falling weight.
 */
export function orderServices<T extends Srv>(records: readonly T[], random?: () => number): readonly T[] {
  const priorities = [...new Set(records.map(({ priority }) => priority))].toSorted((a, b) => a - b);
  return priorities.flatMap((priority) => {
    const group = records.filter((record) => record.priority === priority);
    return random === undefined ? group.toSorted((a, b) => b.weight - a.weight) : drawAll(group, random);
  });
}

function drawAll<T extends Srv>(group: readonly T[], random: () => number): readonly T[] {
  // RFC 2782: those with weight 0 stand first, so that only a draw of 0 takes one of them.
  const left = [...group.filter(({ weight }) => weight === 0), ...group.filter(({ weight }) => weight > 0)];
  const order: T[] = [];
  while (left.length > 0) {
    const sum = left.reduce((total, { weight }) => total + weight, 0);
    const draw = Math.floor(random() * (sum + 1));
    let running = 0;
    const index = left.findIndex(({ weight }) => (running += weight) >= draw);
    order.push(...left.splice(Math.max(0, index), 1));
  }
  return order;
}
