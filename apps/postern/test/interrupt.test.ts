import type { Resolver } from '@postern/dns';
import { utf8 } from '@postern/wire';
import type { Connection } from '@postern/wire';
import { describe, expect, it } from 'vitest';
import { makeScene } from './scene.ts';
import type { Scene } from './scene.ts';
import { host } from './zone.ts';
import { testTerminal } from './terminal.ts';

/** Says some lines, one for each thing it hears, and then nothing any more. */
const mute =
  (...lines: readonly string[]) =>
  async (connection: Connection): Promise<void> => {
    for (const line of lines) {
      await connection.write(utf8(`${line}\r\n`));
      await connection.read();
    }
    while ((await connection.read()) !== undefined);
  };

const ports = [
  ['says nothing', mute()],
  ['does not answer the first command', mute('220 hello')],
  ['does not answer STARTTLS', mute('220 hello', '250-hello\r\n250 STARTTLS')],
  ['does not begin TLS', mute('220 hello', '250-hello\r\n250 STARTTLS', '220 go')],
] as const;

async function interruptedAt(ms: number, scene: Scene, argv: readonly string[]): Promise<number> {
  const terminal = testTerminal();
  scene.clock.alarm(ms, terminal.interrupt);
  const { status } = await scene.runOn(terminal, argv);
  expect(status).toBe(130);
  return scene.clock.now() - ms;
}

describe('an interruption ends at once', () => {
  it.each(ports)('where the server %s', async (_, behave) => {
    for (const argv of [
      ['check', 'anna@example.test'],
      ['probe', `submission+starttls://${host}`],
    ]) {
      const scene = await makeScene();
      for (const port of [25, 143, 465, 587, 993]) await scene.raw(port, behave);
      expect(await interruptedAt(700, scene, argv)).toBe(0);
    }
  });

  it.each([
    ['check', 'anna@example.test'],
    ['probe', `imaps://${host}`],
    ['probe', 'imaps://192.0.2.1', '--connect-to', host],
    ['check', 'anna@example.test', '--connect-to', host],
  ])('where no resolver answers: %s %s %s %s', async (...argv) => {
    const hanging: Resolver = {
      query: (_name, _type, options) =>
        new Promise((_resolve, reject) => {
          const { signal } = options ?? {};
          const end = (): void => {
            reject(signal?.reason as Error);
          };
          if (signal?.aborted) end();
          signal?.addEventListener('abort', end);
        }),
    };
    expect(await interruptedAt(700, await makeScene({ resolver: hanging }), argv)).toBe(0);
  });
});
