import type { Host, Network } from '../network.ts';
import { immediateClock } from './immediate-clock.ts';
import { simulatedNetwork } from './simulated.ts';
import type { SimulatedNetworkOptions } from './simulated.ts';

/**
 * A network in memory without delay and without weather: a port is either listened on or refused. For tests of dialogues
 * that are not about time.
 */
export function memoryNetwork(options?: Pick<SimulatedNetworkOptions, 'trust'>): Network & Host {
  return simulatedNetwork({ clock: immediateClock(), path: { latency: 0 }, ...options });
}
