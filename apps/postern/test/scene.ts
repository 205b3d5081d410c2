import { zoneResolver } from '@postern/dns';
import type { Resolver } from '@postern/dns';
import { serveImap } from '@postern/imap/server';
import type { ServeImapOptions } from '@postern/imap/server';
import { servePop3 } from '@postern/pop3/server';
import type { ServePop3Options } from '@postern/pop3/server';
import type { ProbeEnvironment } from '@postern/probe';
import { serveSmtp } from '@postern/smtp/server';
import type { ServeSmtpOptions } from '@postern/smtp/server';
import type { ChainTrust, Connection, TlsIdentity, TlsOffer } from '@postern/wire';
import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
import type { SimulatedNetwork, VirtualClock } from '@postern/wire/testing';
import type { ExitStatus } from '../src/exit.ts';
import { run } from '../src/run.ts';
import { makeIdentity } from './identity.ts';
import { address, host, services } from './zone.ts';
import { testTerminal } from './terminal.ts';
import type { TerminalOptions, TestTerminal } from './terminal.ts';

type How = 'implicit-tls' | 'starttls' | 'plaintext';

/** A small world in virtual time: one host, with whatever listens there. */
export interface Scene {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  readonly given: Partial<ProbeEnvironment>;
  smtp(port: number, how: How, options?: Partial<Omit<ServeSmtpOptions, 'tls'>>): Promise<void>;
  imap(port: number, how: How, options?: Partial<Omit<ServeImapOptions, 'tls'>>): Promise<void>;
  pop3(port: number, how: How, options?: Partial<Omit<ServePop3Options, 'tls'>>): Promise<void>;
  /** Lets anything listen. */
  raw(port: number, behave: (connection: Connection) => Promise<void>, address?: string): Promise<void>;
  /** Runs the command in it. */
  run(argv: readonly string[], terminal?: TerminalOptions): Promise<Ran>;
  /** Runs the command on a terminal made before. */
  runOn(terminal: TestTerminal, argv: readonly string[]): Promise<Ran>;
}

/** What a run came to. */
interface Ran {
  readonly status: ExitStatus;
  readonly out: string;
  readonly err: string;
}

const zone = `${services}
_pop3s._tcp.example.test. SRV 0 0 0 .
_pop3._tcp.example.test. SRV 0 0 0 .
`;

let made: Promise<TlsIdentity> | undefined;

export async function makeScene(
  options: {
    readonly zone?: string;
    readonly resolver?: Resolver;
    readonly trust?: ChainTrust;
    readonly identity?: TlsIdentity;
    readonly fetch?: ProbeEnvironment['fetch'];
  } = {},
): Promise<Scene> {
  made ??= makeIdentity([host]);
  const identity = options.identity ?? (await made);
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, trust: () => options.trust ?? { ok: true } });
  const tls: TlsOffer = { identity: () => identity };
  const starttls = { startTls: { type: 'offered' } } as const;
  const serve = async (
    port: number,
    how: How,
    speak: (connection: Connection, more: { readonly tls?: TlsOffer }) => Promise<void>,
  ): Promise<void> =>
    scene.raw(port, async (connection) => {
      if (how === 'implicit-tls') await connection.acceptTls(tls);
      await speak(connection, how === 'starttls' ? { tls } : {});
    });
  const scene: Scene = {
    clock,
    network,
    given: {
      network,
      clock,
      wallClock: () => Date.UTC(2030, 5, 1),
      resolver: options.resolver ?? zoneResolver(options.zone ?? zone),
      ...(options.fetch && { fetch: options.fetch }),
    },
    smtp: (port, how, more) =>
      serve(port, how, (connection, offer) =>
        serveSmtp(connection, {
          clock,
          domain: host,
          ...offer,
          ...(how === 'starttls' && starttls),
          ...more,
        }),
      ),
    imap: (port, how, more) =>
      serve(port, how, (connection, offer) =>
        serveImap(connection, { clock, ...offer, ...(how === 'starttls' && starttls), ...more }),
      ),
    pop3: (port, how, more) =>
      serve(port, how, (connection, offer) =>
        servePop3(connection, { clock, ...offer, ...(how === 'starttls' && starttls), ...more }),
      ),
    async raw(port, behave, at = address) {
      await network.listen({ address: at, port }, async (connection) => {
        await behave(connection).catch(() => undefined);
        await connection[Symbol.asyncDispose]();
      });
    },
    run: (argv, terminal) => scene.runOn(testTerminal(terminal), argv),
    async runOn(terminal, argv) {
      const status = await clock.run(() => run(argv, terminal, { given: scene.given }));
      return { status, out: terminal.out(), err: terminal.err() };
    },
  };
  return scene;
}

/** The provider of most tests: 465 is swallowed, the rest works. */
export async function walledScene(): Promise<Scene> {
  const scene = await makeScene();
  await scene.imap(993, 'implicit-tls');
  await scene.imap(143, 'starttls');
  await scene.smtp(587, 'starttls');
  await scene.smtp(25, 'starttls');
  scene.network.setPath(`${address}:465`, { weather: { type: 'drop' } });
  return scene;
}
