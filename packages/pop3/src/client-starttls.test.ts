import { connectedTo, scriptedPeer, testTlsOffer, testTlsRequest, virtualClock } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { open, reasonOf, settled } from '../test/dialogue.ts';
import { openPop3 } from './index.ts';
import { servePop3 } from './server/index.ts';
import type { Pop3ServerEvent } from './server/index.ts';

describe('STLS that goes wrong', () => {
  test('TLS-011 refuses bytes behind the go-ahead, and shows them', async () => {
    const { pop3 } = await open({ startTls: { type: 'injected' } });
    const error: unknown = await pop3.startTls(testTlsRequest()).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      fault: {
        reason: 'plaintext-after-starttls',
        evidence: { bytes: new TextEncoder().encode('+OK injected\r\n') },
      },
    });
    expect(await reasonOf(pop3.capa())).toBe('plaintext-after-starttls');
  });

  test.each([
    ['+OK x\r\n', 'plaintext-after-starttls'],
    ['\0\u0001\u0002\u0003\u0004', 'tls-not-spoken'],
  ])(
    'TLS-012 TLS-010 names %j that comes in place of a TLS record; nothing but TLS follows STLS',
    async (text, reason) => {
      let next: Uint8Array | undefined;
      const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
        await send('+OK\r\n');
        await line();
        await send('+OK\r\nSTLS\r\n.\r\n');
        await line();
        await send('+OK go\r\n');
        next = Uint8Array.from((await accepted.read()) ?? []);
        await send(text);
      });
      const pop3 = await openPop3(connection, { clock: virtualClock() });
      expect(await reasonOf(pop3.startTls(testTlsRequest()))).toBe(reason);
      // A ClientHello is a handshake record.
      expect(next?.[0]).toBe(0x16);
    },
  );

  test('TLS-013 the server never executes what came behind STLS', async () => {
    const seen: Pop3ServerEvent[] = [];
    const clock = virtualClock();
    const connection = await connectedTo((accepted) =>
      servePop3(accepted, { clock, tls: testTlsOffer, onEvent: (event) => seen.push(event) }),
    );
    await connection.read();
    await connection.write(new TextEncoder().encode('STLS\r\nCAPA\r\n'));
    expect(new TextDecoder().decode(await connection.read())).toBe('+OK begin TLS\r\n');
    await connection.handshake(testTlsRequest());
    await connection.write(new TextEncoder().encode('NOOP\r\n'));
    expect(new TextDecoder().decode(await connection.read())).toMatch(/^-ERR/);
    await settled();
    expect(seen.map((event) => (event.type === 'command' ? event.verb : event.type))).toEqual([
      'STLS',
      'discarded',
      'secured',
      'NOOP',
    ]);
  });

  test('TLS-015 a failed handshake kills the connection', async () => {
    const { pop3 } = await open({ startTls: { type: 'closes', after: 'go-ahead' } });
    expect(await reasonOf(pop3.startTls(testTlsRequest()))).toBe('closed-during-tls');
    expect(await reasonOf(pop3.capa())).toBe('closed-during-tls');
  });

  test('TLS-016 says why STLS cannot be used, and sends nothing', async () => {
    const rows = [
      ['absent', false, 'starttls-not-offered'],
      ['masked', false, 'starttls-masked'],
      ['absent', true, 'downgrade-suspected'],
    ] as const;
    for (const [startTls, offeredStartTlsBefore, reason] of rows) {
      const { pop3, seen } = await open({ startTls: { type: startTls } }, { offeredStartTlsBefore });
      expect(await reasonOf(pop3.startTls(testTlsRequest()))).toBe(reason);
      expect(seen).toEqual([{ type: 'command', verb: 'CAPA' }]);
      // The connection is still good.
      expect(await pop3.capa()).toMatchObject({ ok: true });
    }
  });

  test('TLS-016 tries STLS anyway on request, which tells stripping from absence', async () => {
    const stripped = await open({ startTls: { type: 'absent', accepts: true } });
    expect(await stripped.pop3.startTls(testTlsRequest(), { tryAnyway: true })).toMatchObject({ ok: true });
    const absent = await open({ startTls: { type: 'absent' } });
    expect(await absent.pop3.startTls(testTlsRequest(), { tryAnyway: true })).toMatchObject({
      ok: false,
      reason: 'starttls-not-offered',
    });
  });

  test('TLS-004 a refusal is an answer, and the dialogue goes on', async () => {
    const { pop3 } = await open({ startTls: { type: 'refused' } });
    expect(await pop3.startTls(testTlsRequest())).toMatchObject({ ok: false, reason: 'starttls-refused' });
    expect(await pop3.quit()).toMatchObject({ reply: { status: '+OK' } });
  });

  test('TLS-018 the handshake has a time of its own', async () => {
    const clock = virtualClock();
    const { pop3 } = await open({ startTls: { type: 'silent' } }, { clock, patience: 'probe' });
    const pending = reasonOf(pop3.startTls(testTlsRequest()));
    await clock.advance(9999);
    await clock.advance(1);
    expect(await pending).toBe('timeout-tls-handshake');
  });
});
