import { addresses, mailServices } from '@postern/dns';
import type { MailRoute, MailServices, ServiceOffer } from '@postern/dns';
import { isWireError } from '@postern/wire';
import type { Candidate } from '../candidate.ts';
import type { Source } from '../report/account-report.ts';
import { defaultPort } from '../report/endpoint.ts';
import type { Protocol, TlsMethod } from '../report/endpoint.ts';
import type { ProbeEnvironment } from '../run/environment.ts';

/** The services of mail programs: what an account consists of. */
type AccountProtocol = Exclude<Protocol, 'smtp'>;

/** Host names to guess, in the order in which mail programs do: the first label before the domain, '' for the domain itself. */
const guesses: Readonly<Record<AccountProtocol, readonly string[]>> = {
  imap: ['imap', 'mail', ''],
  pop3: ['pop3', 'pop', 'mail', ''],
  submission: ['smtp', 'mail', ''],
};

/** RFC 6186 §4: the full address first. */
const userName = 'address';

const methods: readonly TlsMethod[] = ['implicit-tls', 'starttls'];

/** What a domain announces to mail programs, with the endpoints to try. */
export interface Discovery {
  readonly candidates: readonly Candidate[];
  readonly services: MailServices;
}

/**
 * Finds the endpoints that may belong to an account: those announced by SRV records (RFC 6186, RFC 8314 §5.1), and, for a
 * service that is not announced, guessed hosts that exist. Every host is tried by both methods, whatever was announced.
 */
export async function discover(
  domain: string,
  route: Promise<MailRoute | undefined>,
  environment: ProbeEnvironment,
  random: () => number,
  signal: AbortSignal,
): Promise<Discovery> {
  const services = await mailServices(environment.resolver, domain, { random, signal });
  const announced: Readonly<Record<AccountProtocol, readonly ServiceOffer[]>> = services;
  const perProtocol = await Promise.all(
    (Object.keys(guesses) as AccountProtocol[]).map(async (protocol) => {
      const offers = announced[protocol];
      if (offers.length > 0) return offers.flatMap((offer) => fromOffer(protocol, offer));
      // Every label of the service says that it is not offered: then it is not guessed either (RFC 2782).
      if (allDenied(protocol, services)) return [];
      return fromGuesses(protocol, domain, await exchangerNames(route), environment, signal);
    }),
  );
  return { candidates: distinct(perProtocol.flat()), services };
}

function fromOffer(protocol: AccountProtocol, offer: ServiceOffer): readonly Candidate[] {
  const host = offer.target;
  const { needsConfirmation } = offer;
  const other = offer.method === 'implicit-tls' ? 'starttls' : 'implicit-tls';
  return [
    { protocol, host, port: offer.port, method: offer.method, source: 'srv', userName, needsConfirmation },
    {
      protocol,
      host,
      port: defaultPort(protocol, other),
      method: other,
      source: 'guess',
      userName,
      needsConfirmation,
    },
  ];
}

async function fromGuesses(
  protocol: AccountProtocol,
  domain: string,
  exchangers: readonly string[],
  environment: ProbeEnvironment,
  signal: AbortSignal,
): Promise<readonly Candidate[]> {
  const names = guesses[protocol].map((label) => (label === '' ? domain : `${label}.${domain}`));
  const guessed = await lookUp(names, environment, signal);
  const others = guessed.some(({ found }) => found) ? [] : await lookUp(exchangers, environment, signal);
  const from = (source: Source, { host }: Looked): readonly Candidate[] =>
    methods.map((method) => ({
      protocol,
      host,
      port: defaultPort(protocol, method),
      method,
      source,
      userName,
      needsConfirmation: host !== domain && !host.endsWith(`.${domain}`),
    }));
  return [
    ...guessed.flatMap((looked) => from('guess', looked)),
    ...others.flatMap((looked) => from('mx', looked)),
  ];
}

/** A name that has an address, or of which nobody could say whether it has one. */
interface Looked {
  readonly host: string;
  readonly found: boolean;
}

/** The names without those that have no address. A look-up that fails is no answer: the name is kept, and its probe tells why. */
async function lookUp(
  names: readonly string[],
  { resolver, connectTo }: ProbeEnvironment,
  signal: AbortSignal,
): Promise<readonly Looked[]> {
  // Another host is dialled in their place, so it does not matter whether they exist.
  if (connectTo !== undefined) return names.map((host) => ({ host, found: true }));
  const looked = await Promise.all(
    names.map(async (host): Promise<Looked | undefined> => {
      try {
        const { status } = await addresses(resolver, host, { signal, allowSpecial: true });
        return status === 'addresses' ? { host, found: true } : undefined;
      } catch (error) {
        signal.throwIfAborted();
        if (!isWireError(error)) throw error;
        // A guess that is too long for a name exists nowhere.
        return error.code === 'dns-bad-name' ? undefined : { host, found: false };
      }
    }),
  );
  return looked.filter((name) => name !== undefined);
}

async function exchangerNames(route: Promise<MailRoute | undefined>): Promise<readonly string[]> {
  const found = await route;
  return found?.status === 'exchangers' ? found.hosts.slice(0, 2).map(({ exchange }) => exchange) : [];
}

function allDenied(protocol: AccountProtocol, { notOffered }: MailServices): boolean {
  const labels = {
    imap: ['imap', 'imaps'],
    pop3: ['pop3', 'pop3s'],
    submission: ['submission', 'submissions'],
  } as const;
  return labels[protocol].every((label) => notOffered.includes(label));
}

function distinct(found: readonly Candidate[]): readonly Candidate[] {
  const seen = new Map<string, Candidate>();
  for (const candidate of found) {
    const { protocol, host, port, method } = candidate;
    const key = `${protocol} ${method} ${host} ${port}`;
    // What was announced counts more than a guess of the same endpoint.
    const known = seen.get(key);
    if (!known || (known.source === 'guess' && candidate.source === 'srv')) seen.set(key, candidate);
  }
  return [...seen.values()];
}
