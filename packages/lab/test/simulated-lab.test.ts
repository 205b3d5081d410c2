import { expect, it } from 'vitest';
import { startLab } from '@postern/lab';
import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
import { rawCheck } from './raw-check.ts';

it('shows every habit on the simulated network too, in virtual time, except flaws of real TLS', async () => {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock });
  const defects: unknown[] = [];
  const lab = await startLab({
    host: network,
    clock,
    crypto: globalThis.crypto,
    wallClock: () => Date.UTC(2030, 0, 1),
    random: () => 0.5,
    onDefect: (error) => defects.push(error),
  });
  await clock.run(async () => {
    const shown = lab.endpoints.filter(({ needsRealTls }) => !needsRealTls);
    const rows = shown.flatMap((endpoint) =>
      (['implicit-tls', 'starttls'] as const).map((method) => ({ endpoint, method })),
    );
    const outcomes = await Promise.all(
      rows.map(async ({ endpoint, method }) => {
        const account = lab.accounts.find(({ provider }) => endpoint.hostName.endsWith(provider));
        const seen = await rawCheck({ lab, clock, endpoint, account, patience: () => 10_000 }, method);
        return `${endpoint.hostName}:${endpoint.endpoint.port} ${method} ${seen.verdict} ${seen.reason}`;
      }),
    );
    expect(outcomes).toEqual(
      rows.map(({ endpoint: { hostName, endpoint, outcomes: expected }, method }) => {
        const { verdict, reason } = expected[method];
        return `${hostName}:${endpoint.port} ${method} ${verdict} ${reason}`;
      }),
    );
    await lab[Symbol.asyncDispose]();
  });
  expect(defects).toEqual([]);
  // What was on its way arrives; nothing of the lab waits any longer.
  await clock.advance(100);
  expect(clock.alarms).toBe(0);
});
