import type { AuthRules } from '@postern/sasl';
import type { Clock, Endpoint } from '@postern/wire';
import type { Authority } from './certificates/authority.ts';
import type { LabEndpoint } from './endpoint.ts';
import { habits } from './habits/catalogue.ts';
import type { HabitName } from './habits/habit-name.ts';
import { performer } from './habits/perform.ts';
import type { Stage } from './habits/perform.ts';
import type { Route } from './network/lab-network.ts';
import { mailPorts } from './ports.ts';
import type { MailPort } from './ports.ts';
import { portsOf } from './providers/plan.ts';
import type { HostPlan, ProviderPlan } from './providers/plan.ts';
import { once } from './once.ts';
import type { Reception } from './reception.ts';
import { loginsOf } from './servers/logins.ts';

/** Where all listeners are. Port 0, a free one: ports below 1024 belong to root. */
export const loopback: Endpoint = { address: '127.0.0.1', port: 0 };

/** What opening needs. */
export interface Ground {
  /** Whether certificates are made before anybody asks. */
  readonly certificates: 'at-start' | 'when-visited';
  readonly reception: Reception;
  readonly authority: Authority;
  readonly clock: Clock;
  /** For the salts and nonces of SCRAM. */
  readonly random: () => number;
  /** Where swallowed requests go. */
  readonly swallowed: Route;
}

/** The lab's hosts, open. */
export interface OpenHosts {
  readonly endpoints: readonly LabEndpoint[];
  /** The route of a port; `undefined` for an address that no host has. */
  route(endpoint: Endpoint): Route | undefined;
}

/** Opens a listener for every port of every host, and notes where each public endpoint leads. */
export async function openHosts(plans: readonly ProviderPlan[], ground: Ground): Promise<OpenHosts> {
  const ports = plans.flatMap(({ account, hosts }) => {
    const logins = once(() => loginsOf(account, ground.random));
    return hosts.flatMap((host) => portsOf(host).map(([port, habit]) => ({ logins, host, port, habit })));
  });
  const listening = await Promise.all(ports.map((planned) => listen(planned, ground)));
  // Last of all, so that the system does not give its number to a listener.
  const closed: Route = { type: 'to', endpoint: await ground.reception.closedPort(loopback) };

  const routes = new Map<string, Route>();
  const addresses = new Set<string>();
  const endpoints = ports.map(({ host, port, habit }, index) => {
    const route = listening[index] ?? silentRoute(habit, port, ground.swallowed, closed);
    for (const address of host.addresses) {
      addresses.add(address);
      routes.set(`${address} ${port}`, route);
    }
    return describe(host, port, habit, route);
  });
  return {
    endpoints,
    route: ({ address, port }) =>
      routes.get(`${address} ${port}`) ?? (addresses.has(address) ? closed : undefined),
  };
}

interface PlannedPort {
  readonly logins: () => Promise<AuthRules>;
  readonly host: HostPlan;
  readonly port: MailPort;
  readonly habit: HabitName;
}

/** Listens for a port's connections; `undefined` where its habit is that nobody does. */
async function listen(
  { logins, host, port, habit }: PlannedPort,
  ground: Ground,
): Promise<Route | undefined> {
  const stage: Stage = {
    hostName: host.hostName,
    port,
    clock: ground.clock,
    authority: ground.authority,
    signal: ground.reception.signal,
    logins,
  };
  const performance = performer(habits[habit].behaviour(port), stage);
  if (!performance) return undefined;
  if (ground.certificates === 'at-start') await performance.prepare();
  const listener = await ground.reception.listen(loopback, performance.perform);
  return { type: 'to', endpoint: listener.endpoint };
}

function silentRoute(habit: HabitName, port: MailPort, swallowed: Route, closed: Route): Route {
  switch (habits[habit].behaviour(port).type) {
    case 'swallowed':
      return swallowed;
    case 'unreachable':
      return { type: 'unreachable' };
    case 'refused':
    case 'serve':
    case 'script':
      return closed;
  }
}

function describe(host: HostPlan, port: MailPort, habit: HabitName, route: Route): LabEndpoint {
  const { outcomes, login = 'works', needsRealTls = false } = habits[habit];
  const results = outcomes(port);
  const reachesLogin = Object.values(results).some(({ verdict }) => verdict === 'works');
  return {
    hostName: host.hostName,
    endpoint: { address: host.addresses[0] ?? '', port },
    real: route.type === 'to' ? route.endpoint : undefined,
    ...mailPorts[port],
    habit,
    outcomes: results,
    // Nobody logs in on port 25.
    login: reachesLogin && port !== 25 && login !== 'none' ? login : undefined,
    needsRealTls,
  };
}
