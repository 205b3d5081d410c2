import { cachedResolver, listenDns, stubResolver, zoneAnswers, zoneResolver } from '@postern/dns';
import { conformanceZone, resolverConformance } from '@postern/dns/testing';
import { nodeNetwork, systemClock } from '@postern/wire/node';
import { seededRandom, simulatedNetwork, virtualClock } from '@postern/wire/testing';
import { describe, expect, it } from 'vitest';

const server = { address: '192.0.2.53', port: 53 };

describe('the zone resolver', () => {
  resolverConformance({ describe, it, expect }, async () => ({ resolver: zoneResolver(conformanceZone) }));
});

describe('the stub resolver, over UDP and TCP', () => {
  resolverConformance({ describe, it, expect }, async () => {
    const clock = virtualClock();
    const network = simulatedNetwork({ clock, path: { segmentBytes: 100 } });
    const listener = await listenDns(network, server, zoneAnswers(conformanceZone));
    const resolver = stubResolver({ network, clock, servers: [server], random: seededRandom(1) });
    return {
      resolver,
      run: (task) => clock.run(task),
      close: async () => {
        await listener[Symbol.asyncDispose]();
        await clock.advance(1000);
        if (clock.alarms + network.counts.open > 0)
          throw new Error('an alarm or a connection was left behind');
      },
    };
  });
});

describe('the cache before the stub resolver', () => {
  resolverConformance({ describe, it, expect }, async () => {
    const clock = virtualClock();
    const network = simulatedNetwork({ clock });
    await listenDns(network, server, zoneAnswers(conformanceZone));
    const stub = stubResolver({ network, clock, servers: [server], random: seededRandom(1) });
    return { resolver: cachedResolver(stub, { clock }), run: (task) => clock.run(task) };
  });
});

describe('the stub resolver over real sockets', () => {
  resolverConformance({ describe, it, expect }, async () => {
    const [clock, network] = [systemClock(), nodeNetwork()];
    const listener = await listenDns(
      network,
      { address: '127.0.0.1', port: 0 },
      zoneAnswers(conformanceZone),
    );
    const servers = [listener.endpoint];
    const resolver = stubResolver({ network, clock, servers, random: seededRandom(1) });
    return { resolver, close: async () => listener[Symbol.asyncDispose]() };
  });
});
