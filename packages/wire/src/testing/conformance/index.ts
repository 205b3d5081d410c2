import { connecting, listening } from './connecting.ts';
import { datagrams } from './datagrams.ts';
import { handshakes } from './handshakes.ts';
import { Scene } from './scene.ts';
import type { DefineTest, NetworkUnderTest } from './scene.ts';
import { streams } from './streams.ts';

export type { NetworkUnderTest } from './scene.ts';

/** What a test framework has to give: vitest, node:test and mocha all have these two. */
export interface TestFramework {
  /** Groups tests. */
  readonly describe: (name: string, body: () => void) => void;
  /** Defines a test. */
  readonly it: (name: string, body: () => Promise<void>) => void;
}

/**
 * What every network has to do alike, as tests: streams, ends, resets, aborts, handshakes and what comes in place of one,
 * datagrams. `skip` maps a test's name to the reason why it cannot run; the reason is printed in its place.
 */
export function networkConformance(
  { describe, it }: TestFramework,
  make: () => Promise<NetworkUnderTest>,
  options?: { readonly skip?: Readonly<Record<string, string>> },
): void {
  const test: DefineTest = (name, body) => {
    const reason = options?.skip?.[name];
    if (reason !== undefined) {
      it(`${name} (not run: ${reason})`, async () => undefined);
      return;
    }
    it(name, async () => {
      const under = await make();
      const run = under.run ?? ((task) => task());
      await run(async () => {
        const scene = new Scene(under);
        try {
          await body(scene);
        } finally {
          await scene.close();
        }
      });
    });
  };

  const groups = { streams, listening, connecting, TLS: handshakes, datagrams };
  for (const [name, group] of Object.entries(groups)) {
    describe(name, () => {
      group(test);
    });
  }
}
