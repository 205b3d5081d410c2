import { UsageError } from '@postern/wire';
import type { Candidate } from './candidate.ts';

/**
 * How a session begins on the registered mail ports: with TLS (RFC 8314 §3.1, §3.2, §3.3), or in the clear and then, by a command,
 * with TLS (RFC 3207, RFC 2595, RFC 9051 §11.1). Other ports are whatever their owner says.
 */
const begins: ReadonlyMap<number, 'tls' | 'clear'> = new Map([
  [465, 'tls'],
  [993, 'tls'],
  [995, 'tls'],
  [25, 'clear'],
  [587, 'clear'],
  [143, 'clear'],
  [110, 'clear'],
]);

/**
 * Refuses a method that a registered port is not for, unless it is meant: a client that begins with TLS and a server that greets in
 * the clear do not understand each other, and where the two are swapped each waits for the other until somebody's patience ends.
 * Methods in other words than these three are not judged.
 */
export function checkPortMethod({ endpoint: { port }, method, pairing }: Candidate): void {
  const how = begins.get(port);
  if (how === undefined || pairing === 'deliberate') return;
  const rule = `port ${port} begins ${how === 'tls' ? 'with TLS: implicit-tls' : 'in the clear: starttls or plaintext'}; where the other is meant, the candidate says pairing: 'deliberate'`;
  const wrong = how === 'tls' ? method === 'starttls' || method === 'plaintext' : method === 'implicit-tls';
  if (wrong) throw new UsageError(`a candidate has ${method} on port ${port}`, rule);
}
