import { zoneResolver } from '@postern/dns';
import type { Resolver } from '@postern/dns';
import { accept, serveSmtp } from '@postern/smtp/server';
import type { ServeSmtpOptions } from '@postern/smtp/server';
import type { ChainTrust, Connection, TlsIdentity, TlsOffer } from '@postern/wire';
import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
import type { SimulatedNetwork, VirtualClock, Weather } from '@postern/wire/testing';
import { selfSigned } from '../../wire/test/certificates.ts';
import { deliver } from '../src/index.ts';
import type { Delivered, DeliverOptions, DeliveryResult, Message, RelayEnvironment } from '../src/index.ts';

/** How a server protects: `starttls` may be missing or broken. */
type How = 'implicit-tls' | 'starttls' | 'plaintext' | 'broken-starttls';

/** A message that a server took. */
interface Taken {
  readonly at: string;
  readonly to: readonly string[];
  readonly content: string;
  readonly secured: boolean;
}

/** Mail servers on a simulated network in virtual time, with a zone. */
export interface Town {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  readonly environment: RelayEnvironment;
  /** What the servers took, in order. */
  readonly taken: readonly Taken[];
  serve(address: string, port: number, how: How, options?: Partial<ServeSmtpOptions>): Promise<void>;
  raw(address: string, port: number, behave: (connection: Connection) => Promise<void>): Promise<void>;
  weather(address: string, port: number, weather: Weather): void;
  deliver(message: Partial<Message>, options?: DeliverOptions): Promise<Delivered>;
}

const identities = new Map<string, Promise<TlsIdentity>>();

/** The certificate of a host, made once. */
function identityOf(name: string): Promise<TlsIdentity> {
  const made = identities.get(name) ?? selfSigned(name);
  identities.set(name, made);
  return made;
}

export async function town(
  zone: string,
  options: {
    readonly resolver?: Resolver;
    readonly trust?: ChainTrust;
    readonly secure?: boolean;
    readonly more?: Partial<RelayEnvironment>;
    readonly certificateFor?: string;
    readonly seed?: number;
  } = {},
): Promise<Town> {
  const clock = virtualClock();
  const network = simulatedNetwork({
    clock,
    seed: options.seed ?? 1,
    trust: () => options.trust ?? { ok: true },
  });
  const identity = await identityOf(options.certificateFor ?? 'mx1.example.test');
  const offer: TlsOffer = { identity: () => identity };
  const taken: Taken[] = [];
  const environment: RelayEnvironment = {
    network,
    clock,
    wallClock: () => Date.now(),
    resolver: options.resolver ?? zoneResolver(zone, { authenticated: options.secure ?? false }),
    domain: 'sender.test',
    allowSpecial: true,
    ...options.more,
  };
  const place = (address: string, port: number): string => `${address}:${port}`;
  const self: Town = {
    clock,
    network,
    environment,
    taken,
    serve: (address, port, how, more) =>
      self.raw(address, port, async (connection) => {
        if (how === 'implicit-tls') await connection.acceptTls(offer);
        await serveSmtp(connection, {
          clock,
          domain: 'mx1.example.test',
          ...(how === 'starttls' && { tls: offer }),
          ...(how === 'broken-starttls' && { startTls: { type: 'closes', after: 'go-ahead' } }),
          hooks: {
            async message({ envelope, content }, { client }) {
              const parts: Uint8Array[] = [];
              for await (const piece of content) parts.push(piece.slice());
              taken.push({
                at: place(address, port),
                to: envelope.recipients.map(({ path }) => path),
                content: Buffer.concat(parts).toString('latin1'),
                secured: client.tls !== undefined,
              });
              return accept;
            },
          },
          ...more,
        });
      }),
    async raw(address, port, behave) {
      await network.listen({ address, port }, async (connection) => {
        await behave(connection).catch(() => undefined);
        await connection[Symbol.asyncDispose]();
      });
    },
    weather(address, port, weather) {
      network.setPath(place(address, port), { weather });
    },
    deliver: (message, more) =>
      clock.run(() =>
        deliver(
          {
            sender: 'ann@sender.test',
            recipients: ['ben@example.test'],
            content: 'Subject: Hello\r\n\r\nHi\r\n',
            ...message,
          },
          environment,
          more,
        ),
      ),
  };
  return self;
}

/** A result in a few words. */
export function words(result: DeliveryResult | undefined): string {
  switch (result?.status) {
    case 'delivered': {
      const { method } = result.protection;
      const why =
        result.protection.method === 'plaintext' ? ` (${result.protection.reason ?? 'wanted'})` : '';
      return `delivered to ${result.host} by ${method}${why}`;
    }
    case 'refused':
    case 'deferred':
    case 'uncertain':
      return `${result.status} ${result.reason}`;
    case undefined:
      return 'nothing';
  }
}

export const one = '192.0.2.1';
export const two = '192.0.2.2';

/** A domain with two hosts. */
export const twoHosts: string = `
example.test. MX 10 mx1.example.test.
example.test. MX 20 mx2.example.test.
mx1.example.test. A ${one}
mx2.example.test. A ${two}
`;
