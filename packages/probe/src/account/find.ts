import { mailRoute, serviceLabels } from '@postern/dns';
import type { MailRoute, MailServices, Service } from '@postern/dns';
import { DeadlineExceeded, isWireError } from '@postern/wire';
import type { Fault, Reason } from '@postern/wire';
import type { ProbeEnvironment } from '../run/environment.ts';
import { discover } from './discover.ts';
import type { Discovery } from './discover.ts';

/** What there is to probe, as far as DNS tells. */
export interface Found extends Discovery {
  /** `undefined` where it could not be looked up. */
  readonly route: MailRoute | undefined;
  /** Why not. */
  readonly failure?: Reason;
}

/** Finds everything there is to probe. A look-up that fails, or takes all the time there is, leaves a gap and throws nothing. */
export async function find(
  domain: string,
  environment: ProbeEnvironment,
  random: () => number,
  signal: AbortSignal,
): Promise<Found> {
  let failure: Reason | undefined;
  const route = mailRoute(environment.resolver, domain, { random, signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    if (!isWireError(error)) throw error;
    failure = error.code;
    return undefined;
  });
  // Where the search below ends first, nobody is left to hear how this one ends.
  route.catch(() => undefined);
  try {
    const discovery = await discover(domain, route, environment, random, signal);
    const found = await route;
    return { ...discovery, route: found, ...(failure && { failure }) };
  } catch (error) {
    if (!(error instanceof DeadlineExceeded)) throw error;
    const { limit } = error;
    const fault: Fault = { kind: 'dns', reason: 'dns-timeout', phase: 'dns', after: limit, limit };
    return { candidates: [], services: unanswered(fault), route: undefined, failure: 'dns-timeout' };
  }
}

/** The services of a domain that nobody could be asked about. */
function unanswered(fault: Fault): MailServices {
  const couldNotTell = Object.keys(serviceLabels) as Service[];
  const results = Object.fromEntries(couldNotTell.map((service) => [service, { ok: false, fault }]));
  return {
    submission: [],
    imap: [],
    pop3: [],
    preferred: undefined,
    notOffered: [],
    couldNotTell,
    results: results as MailServices['results'],
  };
}
