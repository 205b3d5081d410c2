import type { EndpointResult } from './context.ts';
import type { Setting, Source } from './report/account-report.ts';
import { defaultPort } from './report/endpoint.ts';

/** A working setting with what its rank depends on beside itself. */
export interface Ranked {
  readonly setting: Setting;
  /** Whether it was reached over IPv4 and over IPv6. */
  readonly bothFamilies: boolean;
  /** Its place among the candidates: the provider's own order of preference. */
  readonly order: number;
}

/** Where a setting may come from, the most trustworthy first. */
const sources: readonly Source[] = ['autoconfig', 'ispdb', 'srv', 'mx', 'guess'];

/** The more trustworthy source first. */
export function compareSource(a: Source, b: Source): number {
  return sources.indexOf(a) - sources.indexOf(b);
}

/** Whether an endpoint was reached over both address families. */
export function reachedByBoth(result: EndpointResult): boolean {
  const reached = (result.attempts ?? []).filter(({ verdict }) => verdict === 'works');
  return (
    reached.some(({ address }) => address.includes(':')) &&
    reached.some(({ address }) => !address.includes(':'))
  );
}

/**
 * The order of working settings, best first. Each rule decides only where those before it do not:
 *
 * 1. the provider's statement before a guess;
 * 2. IMAP before POP3: which protocol is used decides what an account can do, the method does not. So a provider whose
 *    IMAP has STARTTLS only is still used by IMAP (RFC 6186 §3.4: the protocol is chosen first);
 * 3. implicit TLS before STARTTLS (RFC 8314 §3);
 * 4. the registered port before another, a port reached over both address families before one that was not;
 * 5. the order in which the candidates were found, then the name, so that equal input gives equal output.
 *
 * Rule 3 also makes receiving and sending use the same method wherever both offer both: a tie between
 * methods never reaches a later rule.
 */
export function compareRank(a: Ranked, b: Ranked): number {
  return (
    compareSource(a.setting.source, b.setting.source) ||
    Number(a.setting.protocol === 'pop3') - Number(b.setting.protocol === 'pop3') ||
    Number(a.setting.method === 'starttls') - Number(b.setting.method === 'starttls') ||
    Number(unusualPort(a)) - Number(unusualPort(b)) ||
    Number(b.bothFamilies) - Number(a.bothFamilies) ||
    a.order - b.order ||
    compareText(a.setting.host, b.setting.host) ||
    a.setting.port - b.setting.port
  );
}

function unusualPort({ setting }: Ranked): boolean {
  return setting.port !== defaultPort(setting.protocol, setting.method);
}

// By code unit, not by locale: the same on every machine.
function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
