/** One signal for a whole session, aborted at every moment of it. */
import { simulatedNetwork, testTlsOffer, testTlsRequest, virtualClock } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { openSmtp } from '../src/client.ts';
import { accept } from '../src/server/index.ts';
import type { SmtpHooks } from '../src/server/index.ts';
import { serveSmtp } from '../src/server/serve.ts';
import { auth, endpoint, tim } from './client-scene.ts';

const envelope = { from: 'ann@example.org', to: ['ben@example.net'] };

/** What became of a session that is given up after so many milliseconds of it, and how far it had come. */
async function abortedAfter(
  at: number,
  layer: 'starttls' | 'implicit-tls',
): Promise<{ readonly step: string; readonly end: unknown; readonly open: number }> {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, path: { latency: 5 } });
  const slow: SmtpHooks = {
    recipient: () =>
      new Promise((resolve) => {
        clock.alarm(clock.now() + 7, () => {
          resolve(accept);
        });
      }),
  };
  await network.listen(endpoint, async (connection) => {
    try {
      if (layer === 'implicit-tls') await connection.acceptTls(testTlsOffer);
      const tls = layer === 'starttls' && { tls: testTlsOffer };
      await serveSmtp(connection, { domain: 'mx.example.org', clock, hooks: slow, auth, ...tls });
    } catch {
      connection.reset();
    }
  });
  const controller = new AbortController();
  const { signal } = controller;
  let step = 'connect';
  const session = async (): Promise<string> => {
    const tls = layer === 'implicit-tls' && { tls: testTlsRequest() };
    const connection = await network.connect(endpoint);
    step = 'open';
    await using smtp = await openSmtp(connection, { clock, signal, ...tls });
    step = 'ehlo';
    await smtp.ehlo('c', { signal });
    if (layer === 'starttls') {
      step = 'starttls';
      await smtp.startTls(testTlsRequest(), { signal });
      await smtp.ehlo('c', { signal });
    }
    step = 'login';
    expect(await smtp.login(tim, { signal })).toMatchObject({ ok: true });
    step = 'submit';
    const contents = ['x: y\r\n', ['x: ', 'y\r\n'].values()];
    const all = await Promise.all(contents.map((content) => smtp.submit(envelope, content, { signal })));
    expect(all).toMatchObject(contents.map(() => ({ recipients: [{ status: 'accepted' }] })));
    step = 'quit';
    await smtp.quit({ signal });
    step = 'done';
    return 'done';
  };
  const end: unknown = await clock.run(async () => {
    clock.alarm(at, () => {
      controller.abort('enough');
    });
    return session().catch((error: unknown) => error);
  });
  await clock.advance(10_000);
  return { step, end, open: network.counts.open };
}

test.each(['starttls', 'implicit-tls'] as const)(
  'an abort at any moment rejects with its reason and leaves nothing open (%s)',
  async (layer) => {
    const steps = new Set<string>();
    for (let at = 0; at < 160; at += 1) {
      const { step, end, open } = await abortedAfter(at, layer);
      steps.add(step);
      expect([at, end, open]).toEqual([at, step === 'done' ? 'done' : 'enough', 0]);
    }
    // It was given up everywhere, and once not at all.
    expect([...steps]).toEqual([
      'open',
      'ehlo',
      ...(layer === 'starttls' ? ['starttls'] : []),
      'login',
      'submit',
      'quit',
      'done',
    ]);
  },
);
