import { zoneResolver } from '@postern/dns';
import type { ProbeEnvironment } from '@postern/probe';
import { serveSmtp } from '@postern/smtp/server';
import type { SmtpServerOptions } from '@postern/smtp/server';
import type { ChainTrust, Connection, TlsOffer } from '@postern/wire';
import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
import type { SimulatedNetwork, VirtualClock } from '@postern/wire/testing';
import { testIdentity } from './identity.ts';

/** A small world in virtual time: `mail.example.test` at 192.0.2.1, with whatever listens there. */
export interface Scene {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  readonly environment: ProbeEnvironment;
  /** Lets an SMTP server listen. */
  smtp(
    port: number,
    options?: Partial<Omit<SmtpServerOptions, 'tls'>>,
    how?: 'implicit-tls' | 'plaintext',
  ): Promise<void>;
  /** Lets anything listen. */
  raw(port: number, behave: (connection: Connection) => Promise<void>): Promise<void>;
}

/** Options of {@link makeScene}. */
export interface SceneOptions {
  readonly zone?: string;
  readonly trust?: ChainTrust;
}

export async function makeScene({ zone, trust = { ok: true } }: SceneOptions = {}): Promise<Scene> {
  const identity = await testIdentity();
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, trust: () => trust });
  const tls: TlsOffer = { identity: () => identity };
  const address = '192.0.2.1';
  const scene: Scene = {
    clock,
    network,
    environment: {
      network,
      clock,
      wallClock: () => Date.now(),
      resolver: zoneResolver(zone ?? `mail.example.test. A ${address}`),
      allowSpecial: true,
    },
    async smtp(port, options, how = 'plaintext') {
      await scene.raw(port, async (connection) => {
        if (how === 'implicit-tls') await connection.acceptTls(tls);
        await serveSmtp(connection, { clock, tls, domain: 'mail.example.test', ...options });
      });
    },
    async raw(port, behave) {
      await network.listen({ address, port }, async (connection) => {
        await behave(connection);
        await connection[Symbol.asyncDispose]();
      });
    },
  };
  return scene;
}
