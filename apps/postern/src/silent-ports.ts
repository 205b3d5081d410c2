import { readFileSync, renameSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir, networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import { blackholeMemory, keepMemory, localBlockWatch } from '@postern/pool';
import type { MemoryStore } from '@postern/pool';
import type { ProbeEnvironment } from '@postern/probe';
import type { ProbeReport } from '@postern/probe/report';
import { systemClock } from '@postern/wire/node';
import type { Context } from './commands/context.ts';
import { networkName } from './own-network.ts';

/** Checks of several accounts, over which a block of the own network shows, are hours apart. */
const DAY = 86_400_000;

/** What probes are given so that a port that was silent a while ago costs no time again. */
export interface SilentPorts extends AsyncDisposable {
  readonly environment: Pick<ProbeEnvironment, 'blocks' | 'memory' | 'remembered'>;
}

/**
 * Opens the memory of silent ports: the one that was given, else that of the machine. A world that was given without one, as by the
 * demo, is not remembered. `--forget` empties it first. A file that cannot be read or written is as if it were empty.
 */
export async function openSilentPorts({ given, io, options }: Context): Promise<SilentPorts> {
  if (given?.memory) {
    const remembered = options.forget ? ('dial' as const) : ('skip' as const);
    const { memory, blocks } = given;
    return {
      environment: { memory, remembered, ...(blocks && { blocks }) },
      async [Symbol.asyncDispose]() {},
    };
  }
  if (given?.network) return { environment: {}, async [Symbol.asyncDispose]() {} };
  const network = networkName(networkInterfaces());
  const memory = blackholeMemory({ network });
  const blocks = localBlockWatch({ network, window: DAY });
  const times = { clock: systemClock(), unixTime: () => Date.now() };
  const store = (name: string): MemoryStore => fileStore(stateFile(io.env, options.state, name));
  const kept = [
    await keepMemory(memory, store('silent-ports.jsonl'), times),
    await keepMemory(blocks, store('ports-seen.jsonl'), times),
  ];
  if (options.forget) {
    memory.clear();
    blocks.clear();
  }
  return {
    environment: { blocks, memory, remembered: 'skip' },
    async [Symbol.asyncDispose]() {
      for (const one of kept) await one[Symbol.asyncDispose]();
    },
  };
}

/** Says of each port that was not dialled since when it is known to be silent. */
export function sayRemembered(reports: readonly ProbeReport[], { io, texts }: Context): void {
  const said = new Set<string>();
  for (const { endpoint, evidence } of reports) {
    // Both methods of a port are one port.
    const place = `${endpoint.host}:${endpoint.port}`;
    if (evidence?.silentForMs === undefined || said.has(place)) continue;
    said.add(place);
    const since = new Date(Date.now() - evidence.silentForMs).toISOString().slice(0, 16).replace('T', ' ');
    io.stderr.write(`${texts.remembered(place, `${since} UTC`)}\n`);
  }
}

/** A file in the folder that was chosen, else in the user's state folder by the rules of the XDG base directories. */
export function stateFile(
  env: Readonly<Record<string, string | undefined>>,
  chosen: string | undefined,
  name: string,
): string {
  if (chosen !== undefined) return join(chosen, name);
  const state = env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state');
  return join(state, 'postern', name);
}

/** A file that is replaced as a whole, so that nobody reads half of it. */
export function fileStore(path: string): MemoryStore {
  return {
    async read() {
      try {
        return readFileSync(path, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
        throw error;
      }
    },
    async write(lines) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const next = `${path}.${process.pid}`;
      writeFileSync(next, lines, { mode: 0o600 });
      renameSync(next, path);
    },
  };
}
