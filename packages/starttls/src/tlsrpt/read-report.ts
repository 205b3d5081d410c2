import type { PolicyType } from '../host-requirement.ts';
import type { FailureDetail, PolicyReport, TlsReport } from './report.ts';

/** A report that was read, or the place where it is wrong: `policies[0].policy.policy-type`, or `JSON`. */
export type ReadReport =
  { readonly ok: true; readonly report: TlsReport } | { readonly ok: false; readonly problem: string };

/** More policies or details than any sender has to tell. What is longer is refused, not cut. */
const MAX_ENTRIES = 10_000;

/**
 * Reads a report (RFC 8460 §4.4) and checks every part of it. Unknown members are left out; `mx-host` and `policy-string` may
 * be one text in place of a list, as some senders write them. Never throws.
 */
export function readTlsReport(json: string): ReadReport {
  try {
    return { ok: true, report: readReport(part(JSON.parse(json), '')) };
  } catch (error) {
    return { ok: false, problem: error instanceof Misfit ? error.message : 'JSON' };
  }
}

/** A value that is not what stands there by the grammar; never leaves this file. */
class Misfit extends Error {
  override readonly name: string = 'Misfit';
}

/** A value and where it stands. */
interface Part {
  readonly value: unknown;
  readonly path: string;
}

function part(value: unknown, path: string): Part {
  return { value, path };
}

function readReport(root: Part): TlsReport {
  const range = member(root, 'date-range');
  const [from, until] = [moment(member(range, 'start-datetime')), moment(member(range, 'end-datetime'))];
  if (from > until) throw new Misfit('date-range');
  const policies = list(member(root, 'policies')).map(readPolicy);
  if (policies.length === 0) throw new Misfit('policies');
  return {
    organizationName: text(member(root, 'organization-name')),
    from,
    until,
    contactInfo: text(member(root, 'contact-info')),
    reportId: text(member(root, 'report-id')),
    policies,
  };
}

function readPolicy(entry: Part): PolicyReport {
  const policy = member(entry, 'policy');
  const summary = member(entry, 'summary');
  const details = optional(entry, 'failure-details');
  return {
    type: policyType(member(policy, 'policy-type')),
    strings: texts(optional(policy, 'policy-string')),
    domain: text(member(policy, 'policy-domain')),
    mxHosts: texts(optional(policy, 'mx-host')),
    successes: count(member(summary, 'total-successful-session-count')),
    failures: count(member(summary, 'total-failure-session-count')),
    details: details === undefined ? [] : list(details).map(readDetail),
  };
}

function readDetail(entry: Part): FailureDetail {
  return {
    result: text(member(entry, 'result-type')),
    sessions: count(member(entry, 'failed-session-count')),
    ...texted(entry, 'sending-mta-ip', 'sendingMtaIp'),
    ...texted(entry, 'receiving-mx-hostname', 'receivingMxHostname'),
    ...texted(entry, 'receiving-mx-helo', 'receivingMxHelo'),
    ...texted(entry, 'receiving-ip', 'receivingIp'),
    ...texted(entry, 'additional-information', 'additionalInformation'),
    ...texted(entry, 'failure-reason-code', 'reasonCode'),
  };
}

function texted<K extends keyof FailureDetail>(
  entry: Part,
  name: string,
  key: K,
): { readonly [P in K]?: string } {
  const found = optional(entry, name);
  // Senders write "" for what they do not know.
  return found === undefined || found.value === ''
    ? {}
    : ({ [key]: text(found) } as { readonly [P in K]?: string });
}

function member(of: Part, name: string): Part {
  const found = optional(of, name);
  if (found === undefined) throw new Misfit(place(of, name));
  return found;
}

function optional({ value, path }: Part, name: string): Part | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Misfit(path === '' ? 'JSON' : path);
  const found: unknown = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  return found === undefined || found === null ? undefined : part(found, place({ value, path }, name));
}

function place({ path }: Part, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function list({ value, path }: Part): readonly Part[] {
  if (!Array.isArray(value) || value.length > MAX_ENTRIES) throw new Misfit(path);
  return value.map((entry, index) => part(entry, `${path}[${index}]`));
}

function text({ value, path }: Part): string {
  if (typeof value !== 'string' || value === '') throw new Misfit(path);
  return value;
}

function texts(found: Part | undefined): readonly string[] {
  if (found === undefined) return [];
  return typeof found.value === 'string' ? [text(found)] : list(found).map(text);
}

function count({ value, path }: Part): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new Misfit(path);
  return value;
}

function policyType({ value, path }: Part): PolicyType {
  if (value !== 'tlsa' && value !== 'sts' && value !== 'no-policy-found') throw new Misfit(path);
  return value;
}

/** RFC 3339 §5.6. */
function moment({ value, path }: Part): number {
  const form = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;
  if (typeof value !== 'string' || !form.test(value)) throw new Misfit(path);
  // oxlint-disable-next-line no-restricted-globals -- computes only; asks for no time.
  const milliseconds = Date.parse(value.toUpperCase());
  if (Number.isNaN(milliseconds)) throw new Misfit(path);
  return milliseconds;
}
