import { connectedTo, scriptedPeer, testTlsOffer, testTlsRequest, virtualClock } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { open, reasonOf, settled } from '../test/dialogue.ts';
import { openImap } from './index.ts';
import { serveImap } from './server/index.ts';
import type { ImapServerEvent } from './server/index.ts';

describe('STARTTLS that goes wrong', () => {
  test('TLS-011 refuses bytes behind the go-ahead, and shows them', async () => {
    const { imap } = await open({ startTls: { type: 'injected', text: '* OK x\r\n' } });
    const error: unknown = await imap.startTls(testTlsRequest()).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      fault: {
        reason: 'plaintext-after-starttls',
        evidence: { bytes: new TextEncoder().encode('* OK x\r\n') },
      },
    });
    expect(await reasonOf(imap.noop())).toBe('plaintext-after-starttls');
  });

  test.each([
    ['* OK x\r\n', 'plaintext-after-starttls'],
    ['\0\u0001\u0002\u0003\u0004', 'tls-not-spoken'],
  ])(
    'TLS-012 TLS-010 names %j that comes in place of a TLS record; nothing but TLS follows STARTTLS',
    async (text, reason) => {
      let next: Uint8Array | undefined;
      const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
        await send('* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n');
        await line();
        await send('a1 OK go\r\n');
        next = Uint8Array.from((await accepted.read()) ?? []);
        await send(text);
      });
      const imap = await openImap(connection, { clock: virtualClock() });
      expect(await reasonOf(imap.startTls(testTlsRequest()))).toBe(reason);
      // A ClientHello is a handshake record.
      expect(next?.[0]).toBe(0x16);
    },
  );

  test('TLS-013 IMAP-025 the server never executes what came behind STARTTLS', async () => {
    const seen: ImapServerEvent[] = [];
    const clock = virtualClock();
    const connection = await connectedTo((accepted) =>
      serveImap(accepted, { clock, tls: testTlsOffer, onEvent: (event) => seen.push(event) }),
    );
    await connection.read();
    await connection.write(new TextEncoder().encode('a1 STARTTLS\r\na2 NOOP\r\n'));
    expect(new TextDecoder().decode(await connection.read())).toBe('a1 OK begin TLS\r\n');
    await connection.handshake(testTlsRequest());
    await connection.write(new TextEncoder().encode('a3 NOOP\r\n'));
    expect(new TextDecoder().decode(await connection.read())).toBe('a3 OK done\r\n');
    await settled();
    expect(seen.map((event) => (event.type === 'command' ? event.verb : event.type))).toEqual([
      'STARTTLS',
      'discarded',
      'secured',
      'NOOP',
    ]);
  });

  test('TLS-015 a failed handshake kills the connection', async () => {
    const { imap } = await open({ startTls: { type: 'closes', after: 'go-ahead' } });
    expect(await reasonOf(imap.startTls(testTlsRequest()))).toBe('closed-during-tls');
    expect(await reasonOf(imap.noop())).toBe('closed-during-tls');
  });

  test('TLS-016 says why STARTTLS cannot be used, and sends nothing', async () => {
    const rows = [
      ['absent', false, 'starttls-not-offered'],
      ['masked', false, 'starttls-masked'],
      ['absent', true, 'downgrade-suspected'],
    ] as const;
    for (const [startTls, offeredStartTlsBefore, reason] of rows) {
      const { imap, seen } = await open({ startTls: { type: startTls } }, { offeredStartTlsBefore });
      expect(await reasonOf(imap.startTls(testTlsRequest()))).toBe(reason);
      expect(seen).toEqual([]);
      // The connection is still good.
      expect(await imap.noop()).toMatchObject({ ok: true });
    }
  });

  test('TLS-016 tries STARTTLS anyway on request, which tells stripping from absence', async () => {
    const stripped = await open({ startTls: { type: 'absent', accepts: true } });
    expect(await stripped.imap.startTls(testTlsRequest(), { tryAnyway: true })).toMatchObject({ ok: true });
    const absent = await open({ startTls: { type: 'absent' } });
    expect(await absent.imap.startTls(testTlsRequest(), { tryAnyway: true })).toMatchObject({
      ok: false,
      reason: 'starttls-not-offered',
    });
  });

  test('TLS-004 a refusal is an answer, and the dialogue goes on', async () => {
    const { imap } = await open({ startTls: { type: 'refused' } });
    expect(await imap.startTls(testTlsRequest())).toMatchObject({ ok: false, reason: 'starttls-refused' });
    expect(await imap.logout()).toMatchObject({ status: 'OK' });
  });

  test('TLS-018 the handshake has a time of its own', async () => {
    const clock = virtualClock();
    const { imap } = await open({ startTls: { type: 'silent' } }, { clock, patience: 'probe' });
    const pending = reasonOf(imap.startTls(testTlsRequest()));
    await clock.advance(4999);
    await clock.advance(1);
    expect(await pending).toBe('timeout-tls-handshake');
  });

  test('IMAP-022 PREAUTH makes STARTTLS impossible, and says so', async () => {
    const { imap, seen } = await open({ greeting: { type: 'preauth' } });
    expect(imap.preauth).toBe(true);
    const error: unknown = await imap
      .startTls(testTlsRequest(), { tryAnyway: true })
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ fault: { reason: 'preauth-before-tls', phase: 'starttls' } });
    expect(seen).toEqual([{ type: 'command', verb: 'CAPABILITY' }]);
  });
});
