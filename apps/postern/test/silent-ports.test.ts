import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { blackholeMemory } from '@postern/pool';
import { fileStore, stateFile } from '../src/silent-ports.ts';
import { run } from '../src/run.ts';
import { makeScene } from './scene.ts';
import { host } from './zone.ts';
import { testTerminal } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-silent-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('the second look at a host whose 465 is silent', async () => {
  const scene = await makeScene();
  scene.network.setPath('192.0.2.1:465', { weather: { type: 'drop' } });
  await scene.smtp(587, 'starttls');
  await scene.imap(993, 'implicit-tls');
  const memory = blackholeMemory();
  const given = { ...scene.given, memory };
  const look = async (...argv: readonly string[]) => {
    const terminal = testTerminal();
    const before = scene.network.counts.attempts;
    const began = scene.clock.now();
    await scene.clock.run(() => run(argv, terminal, { given }));
    const dialled = scene.network.counts.attempts - before;
    return { out: terminal.out(), err: terminal.err(), took: scene.clock.now() - began, dialled };
  };

  it('spends no time on it, and says what it remembers; --forget looks for itself', async () => {
    const first = await look('check', 'tim@example.test', '--json', '--quiet');
    expect(first.err).not.toContain('--forget');
    const second = await look('check', 'tim@example.test', '--json', '--quiet');
    expect(second.took).toBeLessThan(first.took);
    const silent = (text: string): unknown =>
      (JSON.parse(text) as { probes: { endpoint: { port: number }; elapsedMs: number }[] }).probes.find(
        ({ endpoint }) => endpoint.port === 465,
      );
    expect(silent(first.out)).toMatchObject({ verdict: 'silent', evidence: { syns: 3 } });
    expect(silent(second.out)).toMatchObject({
      verdict: 'silent',
      reason: 'timeout-connect',
      evidence: { syns: 3, silentForMs: expect.any(Number) as number },
      elapsedMs: 0,
    });
    expect(second.err).toMatch(
      new RegExp(`^${host}:465 was not dialled: .* since \\d{4}-.* UTC\\. With --forget`, 'm'),
    );
    // Once for both methods, and no time is said to have been waited.
    expect(second.err.match(/was not dialled/g)).toHaveLength(1);
    expect(second.out).not.toContain('waitedMs');
    const forgot = await look('check', 'tim@example.test', '--json', '--quiet', '--forget');
    expect(forgot.dialled).toBeGreaterThan(second.dialled);
    expect(forgot.err).not.toContain('--forget');
  });

  it('the same for a single endpoint', async () => {
    const { out, took } = await look('probe', `submissions://${host}`, '--json', '--quiet');
    expect(JSON.parse(out)).toMatchObject({
      reason: 'timeout-connect',
      evidence: { silentForMs: expect.any(Number) as number },
    });
    expect(took).toBe(0);
  });
});

describe('the file', () => {
  it('is in the state folder of the user, and for nobody else', async () => {
    const place = (env: Readonly<Record<string, string>>, chosen?: string): string =>
      stateFile(env, chosen, 'a.jsonl');
    expect(place({ XDG_STATE_HOME: '/x' })).toBe('/x/postern/a.jsonl');
    expect(place({ HOME: '/home/tim' })).toBe('/home/tim/.local/state/postern/a.jsonl');
    expect(place({ XDG_STATE_HOME: '/x' }, '/chosen')).toBe('/chosen/a.jsonl');
    const path = place({ XDG_STATE_HOME: folder });
    const store = fileStore(path);
    expect(await store.read()).toBe('');
    await store.write('a\n');
    await store.write('b\n');
    expect(await store.read()).toBe('b\n');
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('may hold anything: what is no entry is left out', () => {
    const path = join(folder, 'odd');
    writeFileSync(path, 'nonsense\n{"address":"\u0000"}\n');
    const moment = { now: 0, unixTime: Date.now() };
    expect(blackholeMemory().load(readFileSync(path, 'utf8'), moment)).toMatchObject({ loaded: 0 });
  });
});
