import { zoneResolver } from '@postern/dns';
import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
import { describe, expect, it } from 'vitest';
import type { Candidate } from '../candidate.ts';
import { discover } from './discover.ts';

async function found(zone: string, authenticated = false): Promise<readonly Candidate[]> {
  const clock = virtualClock();
  const environment = {
    network: simulatedNetwork({ clock }),
    clock,
    resolver: zoneResolver(zone, { authenticated }),
    wallClock: () => 0,
  };
  const { signal } = new AbortController();
  const { candidates } = await clock.run(() =>
    discover('example.org', Promise.resolve(undefined), environment, () => 0, signal),
  );
  return candidates;
}

describe('where the services of an account may be', () => {
  it('SETUP-016 guesses the hosts that mail programs guess, in their order, each by both methods', async () => {
    const names = ['imap.', 'pop3.', 'pop.', 'smtp.', 'mail.', ''];
    const zone = names.map((label) => `${label}example.org. A 192.0.2.1`).join('\n');
    const places = (await found(zone)).map(({ protocol, host, port }) => `${protocol} ${host} ${port}`);
    const all = (protocol: string, labels: readonly string[], ports: readonly number[]): readonly string[] =>
      labels.flatMap((label) => ports.map((port) => `${protocol} ${label}example.org ${port}`));
    expect(places).toEqual([
      ...all('imap', ['imap.', 'mail.', ''], [993, 143]),
      ...all('pop3', ['pop3.', 'pop.', 'mail.', ''], [995, 110]),
      ...all('submission', ['smtp.', 'mail.', ''], [465, 587]),
    ]);
  });

  it.each([
    ['in another domain, by an answer that may be forged', 'imap.host.example', false, true],
    ['in another domain, by a signed answer', 'imap.host.example', true, false],
    ['in the domain itself', 'imap.example.org', false, false],
  ])('SETUP-014 SRV names a host %s', async (_, target, signed, asks) => {
    const zone = `_imaps._tcp.example.org. SRV 0 1 993 ${target}.\n${target}. A 192.0.2.1`;
    const candidates = await found(zone, signed);
    const named = candidates.filter(({ protocol }) => protocol === 'imap');
    expect(named.map(({ host, port, needsConfirmation }) => [host, port, needsConfirmation])).toEqual([
      [target, 993, asks],
      [target, 143, asks],
    ]);
  });
});
