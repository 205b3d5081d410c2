import { describe, expect, it } from 'vitest';
import { isWireError, onCancel, utf8 } from '@postern/wire';
import type { Network, TlsRequest } from '@postern/wire';
import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
import type { SimulatedNetwork, VirtualClock } from '@postern/wire/testing';
import { createAuthority } from '../src/certificates/authority.ts';
import { labNetwork } from '../src/network/lab-network.ts';

const publicEndpoint = { address: '192.0.2.1', port: 465 };
const realEndpoint = { address: '127.0.0.1', port: 40_000 };
const swallowedEndpoint = { address: '192.0.2.2', port: 465 };

describe('the network of the lab', () => {
  const clock: VirtualClock = virtualClock();
  const inner: SimulatedNetwork = simulatedNetwork({ clock });
  const network: Network = labNetwork(
    inner,
    {
      stream: ({ address }) =>
        address === publicEndpoint.address
          ? { type: 'to', endpoint: realEndpoint }
          : address === swallowedEndpoint.address
            ? { type: 'swallowed' }
            : undefined,
      datagram: () => undefined,
    },
    { clock, signal: new AbortController().signal },
  );

  it('leads to the real endpoint and names the public one, in connections, verification and faults', async () => {
    const authority = await createAuthority({ crypto, wallClock: () => Date.now(), random: Math.random });
    const identity = await authority.identity('good', ['mail.test']);
    await clock.run(async () => {
      const listener = await inner.listen(realEndpoint, async (server) => {
        await server.acceptTls({ identity: () => identity });
        server.reset();
      });
      const judged: unknown[] = [];
      const tls: TlsRequest = {
        serverName: 'mail.test',
        verify: (peer) => {
          judged.push(peer.endpoint);
          return { status: 'verified', by: 'pkix' };
        },
      };
      const twoSteps = await network.connect(publicEndpoint);
      expect(twoSteps.endpoint).toEqual(publicEndpoint);
      await twoSteps.handshake(tls);
      await network.connect(publicEndpoint, { tls });
      expect(judged).toEqual([publicEndpoint, publicEndpoint]);
      const error = await twoSteps.read().catch((caught: unknown) => caught);
      expect(isWireError(error) && error.fault.endpoint).toEqual(publicEndpoint);
      await listener[Symbol.asyncDispose]();
      await expect(network.connect(publicEndpoint)).rejects.toMatchObject({
        code: 'connection-refused',
        fault: { endpoint: publicEndpoint },
      });
    });
  });

  it('calls unreachable what is not of the lab: nothing leaves for the world', async () => {
    await expect(network.connect({ address: '203.0.113.9', port: 25 })).rejects.toMatchObject({
      code: 'unreachable',
    });
    await expect(
      network.exchange({ address: '203.0.113.9', port: 53 }, utf8('?'), { accept: () => true }),
    ).rejects.toMatchObject({ code: 'dns-unreachable' });
  });

  it('swallows a request until it is cancelled, or until a system would give up', async () => {
    const controller = new AbortController();
    const aborted = network.connect(swallowedEndpoint, { signal: controller.signal });
    controller.abort('enough');
    await expect(aborted).rejects.toBe('enough');
    await expect(network.connect(swallowedEndpoint, { signal: controller.signal })).rejects.toBe('enough');
    let read = false;
    const cancelled = network.connect(swallowedEndpoint, {
      get signal(): AbortSignal {
        read = true;
        return controller.signal;
      },
      [onCancel]: (cancel) => {
        clock.alarm(clock.now() + 5, () => {
          cancel('by the light way');
        });
      },
    });
    cancelled.catch(() => undefined);
    await clock.advance(10);
    await expect(cancelled).rejects.toBe('by the light way');
    expect(read).toBe(false);
    expect(clock.alarms).toBe(0);
    await clock.run(async () => {
      await expect(network.connect(swallowedEndpoint)).rejects.toMatchObject({
        code: 'timeout-connect',
        fault: { kind: 'timeout', after: 134_000, endpoint: swallowedEndpoint },
      });
    });
  });
});
