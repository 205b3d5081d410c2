import { deadline, DeadlineExceeded } from '@postern/wire';
import type { Milliseconds } from '@postern/wire';
import type { Candidate } from '../../candidate.ts';
import { defaultPort } from '../../report/endpoint.ts';
import type { AskedPlace, UserNameForm, WebSource } from '../../report/account-report.ts';
import type { ProbeEnvironment } from '../../run/environment.ts';
import type { MailAccount } from '../address.ts';
import { parseConfig } from './parse-config.ts';
import type { ConfigServer } from './parse-config.ts';
import { exchangerPlaces, placesOf } from './places.ts';
import type { Place } from './places.ts';

/** How long is waited for each round. Ours: a web server that is slower must not hold up the answer. */
const PATIENCE: Milliseconds = 5000;

/** SETUP files are some kilobytes; this is what the draft's readers take. */
const MAX_OCTETS = 1_048_576;

/** Who is not to be asked, and what is learnt on the way. */
export interface FindConfigOptions {
  readonly without?: readonly WebSource[];
  /** Hears about each place that is asked. Must not throw. */
  readonly onAsk?: (place: AskedPlace) => void;
}

/**
 * Finds the settings that a provider publishes as an autoconfig file, or that the public database has for it: first by the domain,
 * then by the best exchanger. All places of a round are asked at once, and the best one that has a file counts. Redirects are not
 * followed, and what fails is as if it were not there. No candidates where the environment has no `fetch`. Rejects only with the
 * reason of `signal`, where that is no deadline.
 */
export async function findConfig(
  { domain, address }: MailAccount,
  exchanger: Promise<string | undefined>,
  environment: ProbeEnvironment,
  signal: AbortSignal,
  { without = [], onAsk }: FindConfigOptions = {},
): Promise<readonly Candidate[]> {
  if (!environment.fetch) return [];
  const ask = (places: readonly Place[]): Promise<readonly Candidate[] | undefined> => {
    const wanted = places.filter(({ source }) => !without.includes(source));
    for (const { source, url } of wanted) onAsk?.({ source, url });
    return firstOf(wanted, domain, environment, signal);
  };
  const own = await ask(placesOf(domain, address));
  if (own) return own;
  const best = await exchanger;
  if (best === undefined) return [];
  return (await ask(exchangerPlaces(best, domain))) ?? [];
}

async function firstOf(
  places: readonly Place[],
  domain: string,
  environment: ProbeEnvironment,
  signal: AbortSignal,
): Promise<readonly Candidate[] | undefined> {
  using patience = deadline(environment.clock, PATIENCE, { signal });
  const ended = new Promise<undefined>((resolve) => {
    patience.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const asked = places.map(async (place) => {
    const servers = await Promise.race([read(place, domain, environment, patience.signal), ended]);
    return servers && servers.length > 0
      ? servers.flatMap((server) => candidatesOf(server, place))
      : undefined;
  });
  for (const answer of asked) {
    const found = await answer;
    if (found) return found;
  }
  if (signal.aborted && !(signal.reason instanceof DeadlineExceeded)) throw signal.reason;
  return undefined;
}

/** The servers of a file; `undefined` where there is none that can be read. */
async function read(
  { url }: Place,
  domain: string,
  { fetch }: ProbeEnvironment,
  signal: AbortSignal,
): Promise<readonly ConfigServer[] | undefined> {
  try {
    const response = await fetch?.(url, {
      method: 'GET',
      redirect: 'manual',
      cache: 'no-store',
      headers: { accept: 'text/xml, application/xml' },
      signal,
    });
    const reader = response?.body?.getReader();
    if (!reader) return undefined;
    try {
      if (response?.status !== 200) return undefined;
      const decoder = new TextDecoder();
      let text = '';
      let length = 0;
      for (;;) {
        const part = await reader.read();
        if (part.done) return parseConfig(text + decoder.decode(), domain);
        const bytes = part.value ?? new Uint8Array();
        length += bytes.length;
        if (length > MAX_OCTETS) return undefined;
        text += decoder.decode(bytes, { stream: true });
      }
    } finally {
      // What was not read is not wanted; that it cannot be called off is nobody's concern any more.
      reader.cancel().catch(() => undefined);
    }
  } catch {
    // Whatever a stranger's web server does, or the platform's fetch throws for it: there is no file.
    return undefined;
  }
}

/** The endpoint as it is listed, and the other method on the same host, which may work too. */
function candidatesOf(server: ConfigServer, { source, by, url }: Place): readonly Candidate[] {
  const { protocol, host, port, method, authentication } = server;
  const userName = userNameOf(server.userName);
  const common = {
    protocol,
    host,
    ...userName,
    authentication,
    foundAt: url,
    // RFC 6186 §6: an answer that may be forged led there.
    needsConfirmation: by === 'mx',
  } as const;
  const others = (['implicit-tls', 'starttls'] as const).filter((other) => other !== method);
  return [
    // What is not protected is not tried.
    ...(method === 'plaintext' ? [] : [{ ...common, port, method, source }]),
    ...others.map((other): Candidate => ({
      ...common,
      port: defaultPort(protocol, other),
      method: other,
      source: 'guess',
    })),
  ];
}

function userNameOf(template: string): { userName: UserNameForm; userNameTemplate?: string } {
  if (template === '%EMAILADDRESS%') return { userName: 'address' };
  if (template === '%EMAILLOCALPART%') return { userName: 'local-part' };
  return { userName: 'template', userNameTemplate: template };
}
