// Network namespaces: a loopback of one's own, and hosts joined by a wire, without touching the machine's network.
import { mkdirSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { argv, must } from './command.ts';

/**
 * Where a command runs: put `exec` before it.
 *
 * @typedef {object} Place
 * @property {string | null} namespace null: the machine's own network
 * @property {readonly string[]} exec
 */

/** @type {Place} */
export const MACHINE = { namespace: null, exec: [] };

/**
 * @param {import('./state.mjs').Run} run removes it at its end
 * @param {string} label
 * @returns {Promise<Place>} with nothing in it but a loopback that is up
 */
export async function createNamespace(run, label) {
  run.signal.throwIfAborted();
  const namespace = `${prefix(run.id)}${label}`;
  await must(argv`ip netns add ${namespace}`);
  run.onClose(() => removeNamespace(namespace));
  await must(argv`ip -n ${namespace} link set lo up`);
  return { namespace, exec: argv`ip netns exec ${namespace}` };
}

/**
 * Joins two namespaces with a pair of veth devices. There is no route beyond the two: nothing can leave.
 *
 * @param {Place} a
 * @param {readonly string[]} addressesOfA with prefix length
 * @param {Place} b
 * @param {readonly string[]} addressesOfB
 */
export async function join(a, addressesOfA, b, addressesOfB) {
  // Created inside one namespace with its peer in the other, so that no device name can clash with the machine's.
  const nameOfA = a.namespace ?? '';
  const nameOfB = b.namespace ?? '';
  await must(argv`ip -n ${nameOfA} link add wire type veth peer name wire netns ${nameOfB}`);
  // Nobody else is on the wire: the search for another owner of an IPv6 address would only cost a second.
  const own = argv`dev wire nodad`;
  for (const address of addressesOfA) await must(argv`ip -n ${nameOfA} address add ${address} ${own}`);
  for (const address of addressesOfB) await must(argv`ip -n ${nameOfB} address add ${address} ${own}`);
  for (const name of [nameOfA, nameOfB]) await must(argv`ip -n ${name} link set wire up`);
}

/**
 * Commands run in the namespace find this resolver in /etc/resolv.conf: `ip netns exec` lays the file over it.
 *
 * @param {Place} place
 * @param {string} address
 */
export function setResolver(place, address) {
  const folder = `/etc/netns/${place.namespace}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/resolv.conf`, `nameserver ${address}\noptions timeout:2 attempts:2\n`);
}

/**
 * @param {Place} place
 * @param {readonly { address: string, port?: number, verdict: 'drop' | 'reject with tcp reset' }[]} rules without a port: all
 */
export async function closePorts(place, rules) {
  const lines = rules.map(
    ({ address, port, verdict }) =>
      `    ${isIPv6(address) ? 'ip6' : 'ip'} daddr ${address} tcp dport ${port ?? '1-65535'} counter ${verdict}`,
  );
  // The line end before each brace is needed: nft does not take "…drop }".
  const table = [
    'table inet weather {',
    '  chain input {',
    '    type filter hook input priority 0; policy accept;',
    ...lines,
    '  }',
    '}',
    '',
  ].join('\n');
  await must(argv`${place.exec} nft -f -`, { input: table });
}

/**
 * @param {string} id of a run
 * @returns {Promise<string[]>}
 */
export async function namespacesOf(id) {
  const listed = JSON.parse((await must(argv`ip -j netns list`)) || '[]');
  return listed
    .map((/** @type {{ name: string }} */ entry) => entry.name)
    .filter((/** @type {string} */ name) => name.startsWith(prefix(id)));
}

/** @param {string} name */
export async function removeNamespace(name) {
  // Whatever still runs in here was started by us or by a test of ours: nobody else knows the name.
  const pids = (await must(argv`ip netns pids ${name}`)).split('\n').filter(Boolean).map(Number);
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it ended by itself in the meantime
    }
  }
  await must(argv`ip netns delete ${name}`);
  rmSync(`/etc/netns/${name}`, { recursive: true, force: true });
  try {
    rmdirSync('/etc/netns');
  } catch {
    // other namespaces have files there, or it was never made
  }
  if (pids.length > 0)
    throw new Error(`${name}: ${pids.length} process(es) had to be killed: ${pids.join(', ')}`);
}

/** @param {string} id */
function prefix(id) {
  return `postern-${id}-`;
}
