import { cachedResolver, listenDns, stubResolver, zoneAnswers, zoneResolver } from '@postern/dns';
import { conformanceZone, resolverConformance } from '@postern/dns/testing';
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
        expect({ alarms: clock.alarms, open: network.counts.open }).toEqual({ alarms: 0, open: 0 });
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
