import { isWireError } from '@postern/wire';
import type { Fault } from '@postern/wire';
import type { Resolver } from '../resolver.ts';
import { serviceLabels } from './service-labels.ts';
import type { Service, ServiceLabel } from './service-labels.ts';
import { serviceTargets } from '../service-targets.ts';
import type { ServiceAnswer, ServiceTarget, ServiceTargetOptions } from '../service-targets.ts';

/** One place where one service can be had. */
export interface ServiceOffer extends ServiceTarget {
  /** The service. */
  readonly service: Service;
  /** How TLS begins there. */
  readonly method: ServiceLabel['method'];
}

/** What was learnt about one service: the domain's answer, or why there is none. */
export type ServiceResult =
  { readonly ok: true; readonly answer: ServiceAnswer } | { readonly ok: false; readonly fault: Fault };

/** The mail services a domain announces to mail programs. */
export interface MailServices {
  /** Where to hand in mail; implicit TLS first (RFC 8314 §3.3), within a method by priority and weight. */
  readonly submission: readonly ServiceOffer[];
  /** IMAP, in the same order. */
  readonly imap: readonly ServiceOffer[];
  /** POP3, in the same order. */
  readonly pop3: readonly ServiceOffer[];
  /**
   * The protocol the domain prefers for reading: the one with the lower best priority (RFC 6186 §3.4). `either` where they
   * are equal; `undefined` where none is announced.
   */
  readonly preferred: 'imap' | 'pop3' | 'either' | undefined;
  /** Services of which the domain says that it does not have them. */
  readonly notOffered: readonly Service[];
  /** Services whose question was not answered: whether they exist is not known. */
  readonly couldNotTell: readonly Service[];
  /** Everything behind it. */
  readonly results: Readonly<Record<Service, ServiceResult>>;
}

/** Options of {@link mailServices}. */
export interface MailServicesOptions extends ServiceTargetOptions {
  /**
   * Takes SERVFAIL, REFUSED, NOTIMP and FORMERR for "no record": some name servers answer so for types they do not know.
   * Silence and failed validation stay failures. Default `false`.
   */
  readonly tolerateErrors?: boolean;
}

const tolerable: ReadonlySet<string> = new Set(['dns-servfail', 'dns-refused', 'dns-notimp', 'dns-formerr']);

/**
 * Asks for all six services of a domain at the same time and puts the offers into the order to be tried. Implicit TLS comes
 * first whatever the priorities say: ours, since RFC 8314 §3 prefers it and §4.5 asks operators to publish so.
 *
 * A failed look-up is no absence: it is listed in `couldNotTell`. Rejects with `dns-bad-name`, and when aborted.
 *
 * @example
 * ```ts
 * import { mailServices, zoneResolver } from '@postern/dns';
 *
 * const resolver = zoneResolver('_imaps._tcp.example.test. SRV 0 1 993 imap.example.test.');
 * const { imap, preferred } = await mailServices(resolver, 'example.test');
 * imap[0]; // { service: 'imaps', method: 'implicit-tls', target: 'imap.example.test', port: 993, … }
 * preferred; // 'imap'
 * ```
 */
export async function mailServices(
  resolver: Resolver,
  domain: string,
  options?: MailServicesOptions,
): Promise<MailServices> {
  const ask = async (service: Service): Promise<ServiceResult> => {
    try {
      return { ok: true, answer: await serviceTargets(resolver, service, domain, options) };
    } catch (error) {
      if (options?.signal?.aborted) throw options.signal.reason;
      if (!isWireError(error) || error.code === 'dns-bad-name') throw error;
      if (options?.tolerateErrors === true && tolerable.has(error.code)) {
        return {
          ok: true,
          answer: { status: 'no-records', authenticated: false, trusted: false, diagnostics: [] },
        };
      }
      return { ok: false, fault: error.fault };
    }
  };
  const [submissions, submission, imaps, imap, pop3s, pop3] = await Promise.all([
    ask('submissions'),
    ask('submission'),
    ask('imaps'),
    ask('imap'),
    ask('pop3s'),
    ask('pop3'),
  ]);
  const results = { submissions, submission, imaps, imap, pop3s, pop3 };
  const services = Object.keys(results) as Service[];
  const offers = services.flatMap((service) => offersOf(service, results[service]));
  const of = (protocol: ServiceLabel['protocol']): readonly ServiceOffer[] =>
    offers.filter((offer) => serviceLabels[offer.service].protocol === protocol);
  const status = (service: Service): string => {
    const result = results[service];
    return result.ok ? result.answer.status : 'failed';
  };
  return {
    submission: of('submission'),
    imap: of('imap'),
    pop3: of('pop3'),
    preferred: preferred(of('imap'), of('pop3')),
    notOffered: services.filter((service) => status(service) === 'not-offered'),
    couldNotTell: services.filter((service) => status(service) === 'failed'),
    results,
  };
}

function offersOf(service: Service, result: ServiceResult): readonly ServiceOffer[] {
  if (!result.ok || result.answer.status !== 'targets') return [];
  return result.answer.targets.map((target) => ({
    ...target,
    service,
    method: serviceLabels[service].method,
  }));
}

/** RFC 6186 §3.4: priorities compare across the protocols; weights count only within one. */
function preferred(imap: readonly ServiceOffer[], pop3: readonly ServiceOffer[]): MailServices['preferred'] {
  if (imap.length === 0 && pop3.length === 0) return undefined;
  const best = (offers: readonly ServiceOffer[]): number =>
    Math.min(...offers.map(({ priority }) => priority));
  if (best(imap) === best(pop3)) return 'either';
  return best(imap) < best(pop3) ? 'imap' : 'pop3';
}
