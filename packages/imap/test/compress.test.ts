import { constants, deflateRawSync } from 'node:zlib';
import { concatBytes, utf8 } from '@postern/wire';
import { deflateLayer } from '@postern/wire/node';
import { scriptedPeer, testTlsRequest, virtualClock } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { imapClient, openImap } from '../src/index.ts';
import { imapServer, memoryMailStore } from '../src/server/index.ts';
import { credentials, open, reasonOf } from './dialogue.ts';
import { talk } from './scripted-server.ts';
import { bytes } from './server-session.ts';

const compression = deflateLayer();

describe('our client and our server', () => {
  test('IMAP-084 compress both ways after a login, inside TLS, and everything else goes on', async () => {
    const text = `Subject: long\r\n\r\n${'as compressible as can be\r\n'.repeat(20_000)}`;
    const store = memoryMailStore({ mailboxes: { INBOX: [text] } });
    const { imap, shown } = await open(
      { implicitTls: true, store: () => store, compression },
      { tls: testTlsRequest(), compression },
    );
    expect(imap.capabilities.atoms).not.toContain('COMPRESS=DEFLATE');
    await imap.login(credentials);
    expect(imap.capabilities.atoms).toContain('COMPRESS=DEFLATE');
    // What follows at once is compressed already.
    const [compressed, selected] = await Promise.all([imap.compress(), imap.select('INBOX')]);
    expect(compressed).toMatchObject({ ok: true });
    if (!selected.ok) throw new Error(selected.reply.text);
    const fetched = await selected.value.fetch('1', ['BODY.PEEK[]']).all();
    expect(fetched.ok && fetched.value[0]?.sections?.[0]?.latin1).toBe(text);
    const pieces = [bytes('Subject: x\r\n\r\n'), bytes('y')];
    expect(await imap.append('INBOX', { octets: 15, pieces })).toMatchObject({ ok: true });
    expect(await reasonOf(imap.compress())).toBe('usage');
    // Transcripts show what was said, not how it went over the wire.
    expect(shown()).toContain('COMPRESS DEFLATE');
    expect(await imap.logout()).toMatchObject({ status: 'OK' });
  });

  test('IMAP-084 is never done unasked, nor before a login, nor where it is not offered', async () => {
    const { imap, seen } = await open(
      { implicitTls: true, compression },
      { tls: testTlsRequest(), compression },
    );
    expect(await reasonOf(imap.compress())).toBe('usage');
    await imap.login(credentials);
    await imap.noop();
    expect(seen.some((event) => event.type === 'command' && event.verb === 'COMPRESS')).toBe(false);
    const without = await talk(() => undefined, { capabilities: 'IMAP4rev1 COMPRESS=DEFLATE' });
    expect(await reasonOf(without.imap.compress())).toBe('usage');
    const absent = await talk(() => undefined, { capabilities: 'IMAP4rev1', compression });
    expect(await reasonOf(absent.imap.compress())).toBe('usage');
    expect([...without.heard, ...absent.heard]).toEqual([]);
  });

  test('IMAP-084 compressed octets may share a segment with the OK', async () => {
    const flush = { finishFlush: constants.Z_SYNC_FLUSH };
    const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
      await send('* PREAUTH [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] hi\r\n');
      await line();
      const news = deflateRawSync('* OK [ALERT] welcome\r\na2 OK done\r\n', flush);
      await accepted.write(concatBytes([utf8('a1 OK go\r\n'), news]));
      await line();
    });
    const alerts: string[] = [];
    const imap = await openImap(connection, {
      clock: virtualClock(),
      compression,
      onEvent: (event) => {
        if (event.type === 'untagged' && event.data.type === 'status') alerts.push(event.data.response.text);
      },
    });
    const [compressed, noop] = await Promise.all([imap.compress(), imap.noop()]);
    expect([compressed.ok, noop.ok, alerts]).toEqual([true, true, ['welcome']]);
  });

  test('IMAP-084 a refusal leaves it off', async () => {
    const { imap } = await talk(
      (line) => (line.startsWith('COMPRESS') ? ['$ NO [COMPRESSIONACTIVE] x'] : undefined),
      {
        capabilities: 'IMAP4rev1 COMPRESS=DEFLATE',
        compression,
      },
    );
    expect(await imap.compress()).toMatchObject({
      ok: false,
      reply: { code: { name: 'COMPRESSIONACTIVE' } },
    });
    expect(await imap.noop()).toMatchObject({ ok: true });
  });
});

describe('the machines', () => {
  test('IMAP-084 what comes behind the OK belongs to the layer, and nothing is sent before it', () => {
    const machine = imapClient();
    machine.start(0);
    machine.receive(bytes('* PREAUTH [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] hi\r\n'), 0);
    machine.send({ verb: 'COMPRESS' }, 0);
    expect(() => machine.send({ verb: 'NOOP' }, 0)).toThrow(/COMPRESS is not known yet/);
    const behind = `${'\x4a'.repeat(600)}\r\n* 3 EXISTS\r\n`;
    expect(machine.receive(bytes(`a1 OK go\r\n${behind}`), 1)).toEqual([
      expect.objectContaining({ type: 'event' }),
      { type: 'start-compression', behind: bytes(behind) },
    ]);
    expect(machine.receive(bytes('* OK hi\r\n'), 2)).toMatchObject([{ type: 'event' }]);
    expect(() => machine.send({ verb: 'COMPRESS' }, 2)).toThrow(/compression is active/);
  });

  test('IMAP-084 the server takes it once, after a login, and only this mechanism', () => {
    const server = imapServer({ greeting: { type: 'preauth' }, compress: 'offered' });
    server.start(0);
    const say = (line: string) => server.receive(bytes(`${line}\r\n`), 1);
    const writes = (text: RegExp) => ({
      type: 'write',
      bytes: expect.toSatisfy((seen: Uint8Array) => text.test(String.fromCharCode(...seen))) as unknown,
    });
    expect(say('a1 COMPRESS LZW').at(-1)).toMatchObject(writes(/^a1 BAD /));
    expect(say('a2 COMPRESS deflate\r\ngarbage').slice(1)).toMatchObject([
      writes(/^a2 OK /),
      { type: 'start-compression', behind: bytes('garbage\r\n') },
    ]);
    expect(say('a3 COMPRESS DEFLATE').at(-1)).toMatchObject(writes(/^a3 NO \[COMPRESSIONACTIVE\]/));
    const early = imapServer({ compress: 'offered' });
    early.start(0);
    expect(early.receive(bytes('a1 COMPRESS DEFLATE\r\n'), 1).at(-1)).toMatchObject(writes(/^a1 BAD /));
    const never = imapServer({ greeting: { type: 'preauth' } });
    never.start(0);
    expect(never.receive(bytes('a1 COMPRESS DEFLATE\r\n'), 1).at(-1)).toMatchObject(writes(/^a1 BAD /));
  });
});
