import { utf8 } from '@postern/wire';
import { connectedTo, scriptedPeer, virtualClock } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { open, reasonOf, settled } from '../test/dialogue.ts';
import { openImap } from './index.ts';
import { serveImap } from './server/index.ts';

describe('the end', () => {
  test('disposal of an idle dialogue says LOGOUT', async () => {
    const { imap, seen } = await open();
    await imap[Symbol.asyncDispose]();
    expect(seen.at(-1)).toEqual({ type: 'command', verb: 'LOGOUT' });
    expect(await reasonOf(imap.noop())).toBe('usage');
  });

  test('disposal does not wait longer than a second for a server that does not answer', async () => {
    const clock = virtualClock();
    const connection = await scriptedPeer(async ({ send, line }) => {
      await send('* OK [CAPABILITY IMAP4rev1] hi\r\n');
      await line();
      await line();
    });
    const imap = await openImap(connection, { clock });
    const disposed = imap[Symbol.asyncDispose]();
    await clock.advance(1000);
    await disposed;
    expect(clock.now()).toBe(1000);
  });

  test('IMAP-028 knows a BYE that came while nothing was asked', async () => {
    const connection = await scriptedPeer(async ({ send, connection: accepted }) => {
      await send('* OK [CAPABILITY IMAP4rev1] hi\r\n* BYE down\r\n');
      await accepted.end();
    });
    const events: string[] = [];
    const imap = await openImap(connection, {
      clock: virtualClock(),
      onEvent: (event) => events.push(event.type),
    });
    for (let turn = 0; turn < 5; turn += 1) await settled();
    expect(events).toEqual(['greeting', 'untagged']);
    const error: unknown = await imap.noop().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ fault: { reason: 'server-closing', evidence: { reply: '* BYE down' } } });
  });

  test('IMAP-028 fails every call that is not answered with the BYE', async () => {
    const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
      await send('* OK [CAPABILITY IMAP4rev1] hi\r\n');
      await line();
      await send('* BYE [UNAVAILABLE] down\r\n');
      await accepted.end();
    });
    const imap = await openImap(connection, { clock: virtualClock() });
    const reasons = await Promise.all([reasonOf(imap.noop()), reasonOf(imap.noop())]);
    expect(reasons).toEqual(['server-closing', 'server-closing']);
  });

  test.each([
    ['* BYE so long\r\na1 OK done\r\n', { status: 'OK', text: 'done' }, 0],
    ['* BYE so long\r\n', undefined, 5000],
  ])(
    'IMAP-028 after %j it ends with FIN, also where the server does not close',
    async (last, answer, wait) => {
      const clock = virtualClock();
      let end: unknown = 'none';
      const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
        await send('* OK [CAPABILITY IMAP4rev1] hi\r\n');
        await line();
        await send(last);
        end = await accepted.read().catch(() => 'reset');
      });
      const imap = await openImap(connection, { clock });
      const pending = imap.logout();
      await clock.advance(wait);
      expect(await pending).toEqual(answer && { ...answer, code: undefined });
      for (let turn = 0; turn < 5; turn += 1) await settled();
      // Nothing more, and an orderly end.
      expect(end).toBeUndefined();
      expect(clock.now()).toBe(wait);
      expect(await reasonOf(imap.noop())).toBe('usage');
    },
  );

  test('the server ends behind its completion of LOGOUT, also where the client does not close', async () => {
    const serving = Promise.withResolvers<void>();
    const connection = await connectedTo(async (accepted) => {
      await serveImap(accepted, { clock: virtualClock() });
      serving.resolve();
    });
    await connection.read();
    await connection.write(utf8('a1 LOGOUT\r\n'));
    await serving.promise;
    expect(new TextDecoder().decode(await connection.read())).toBe('* BYE goodbye\r\na1 OK done\r\n');
    expect(await connection.read()).toBeUndefined();
  });
});
