import { utf8 } from '@postern/wire';
import { connectedTo, scriptedPeer, testTlsRequest, virtualClock } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { credentials, open, reasonOf, settled } from '../test/dialogue.ts';
import { openPop3 } from './index.ts';
import { memoryMaildrop, servePop3 } from './server/index.ts';

describe('the end', () => {
  test('POP3-011 deletes nothing without QUIT: disposal leaves marked messages alone', async () => {
    const maildrop = memoryMaildrop(['a\r\n']);
    const { pop3 } = await open({ implicitTls: true, maildrop: () => maildrop }, { tls: testTlsRequest() });
    await pop3.login(credentials);
    await pop3.command({ verb: 'DELE', message: 1 });
    await pop3[Symbol.asyncDispose]();
    expect(maildrop.messages).toHaveLength(1);
  });

  test('disposal of an idle dialogue says QUIT', async () => {
    const { pop3, seen } = await open();
    await pop3[Symbol.asyncDispose]();
    expect(seen.at(-1)).toEqual({ type: 'command', verb: 'QUIT' });
    expect(await reasonOf(pop3.capa())).toBe('usage');
  });

  test('POP3-013 knows the farewell of a server that closed an idle connection before the next command', async () => {
    const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
      await send('+OK\r\n');
      await line();
      await send('-ERR\r\n');
      await settled();
      await send('-ERR idle for too long\r\n');
      await accepted.end();
    });
    const pop3 = await openPop3(connection, { clock: virtualClock() });
    for (let turn = 0; turn < 5; turn += 1) await settled();
    const error: unknown = await pop3.capa().catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      fault: { reason: 'server-closing', evidence: { reply: '-ERR idle for too long' } },
    });
  });

  test('POP3-027 after the reply to QUIT it ends with FIN, also where the server does not close', async () => {
    const clock = virtualClock();
    let end: unknown = 'none';
    const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
      await send('+OK\r\n');
      await line();
      await send('-ERR\r\n');
      await line();
      await send('+OK bye\r\n');
      end = await accepted.read().catch(() => 'reset');
    });
    const pop3 = await openPop3(connection, { clock });
    expect(await pop3.quit()).toMatchObject({ reply: { status: '+OK', text: 'bye' } });
    for (let turn = 0; turn < 5; turn += 1) await settled();
    expect(end).toBeUndefined();
    expect(clock.now()).toBe(0);
  });

  test('the server ends behind its reply to QUIT, also where the client does not close', async () => {
    const serving = Promise.withResolvers<void>();
    const connection = await connectedTo(async (accepted) => {
      await servePop3(accepted, { clock: virtualClock() });
      serving.resolve();
    });
    await connection.read();
    await connection.write(utf8('QUIT\r\n'));
    await serving.promise;
    expect(new TextDecoder().decode(await connection.read())).toBe('+OK bye\r\n');
    expect(await connection.read()).toBeUndefined();
  });

  test('POP3-014 the maildrop is free again however a session ended', async () => {
    const maildrop = memoryMaildrop(['a\r\n']);
    const connection = await connectedTo((accepted) =>
      servePop3(accepted, {
        clock: virtualClock(),
        auth: { authenticate: () => true, insideTlsOnly: false },
        maildrop: () => maildrop,
        onEvent: (event) => {
          if (event.type === 'login') throw new Error('an observer that breaks');
        },
      }),
    );
    await connection.read();
    await connection.write(utf8('USER tim\r\nPASS x\r\n'));
    for (let turn = 0; turn < 5; turn += 1) await settled();
    expect(maildrop.open()).toBeDefined();
  });
});
