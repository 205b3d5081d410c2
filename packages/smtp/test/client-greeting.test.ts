import { isUsageError } from '@postern/wire';
import { testTlsOffer, testTlsRequest } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { endpoint, faultOf, scene, script } from './client-scene.ts';

test('TLS-002 implicit TLS runs the handshake first, and STARTTLS is not to be had inside', async () => {
  await scene(
    async (connection) => {
      await connection.acceptTls(testTlsOffer);
      await script('220 mx', '250-mx\r\n250 STARTTLS', '221 bye')(connection);
    },
    async ({ open, line, events }) => {
      const smtp = await open({ tls: testTlsRequest() });
      await smtp.ehlo('c.example');
      expect(smtp.connection.tls?.version).toBe('TLSv1.3');
      // TLS-017
      expect(smtp.offersStartTls).toBe(false);
      expect(events).toContainEqual(
        expect.objectContaining({ type: 'diagnostic', reason: 'starttls-inside-tls' }),
      );
      await expect(smtp.startTls(testTlsRequest(), { tryAnyway: true })).rejects.toSatisfy(isUsageError);
      expect(line.lines).not.toContain('C: STARTTLS');
      await smtp.quit();
    },
  );
});

test.each([
  [554, 'greeting-rejected'],
  [450, 'greeting-rejected-temporarily'],
])('SMTP-020 a greeting with %i rejects with %s after a QUIT', async (code, reason) => {
  await scene({ greeting: { type: 'refused', code, text: 'no' } }, async ({ open, line }) => {
    const fault = await faultOf(open());
    expect(fault).toMatchObject({ reason, phase: 'greeting', endpoint, evidence: { reply: `${code} no` } });
    expect(line.lines.filter((text) => text.startsWith('C'))).toEqual(['C: QUIT']);
  });
});

test('SMTP-020 a greeting with 421 rejects without a word', async () => {
  await scene({ greeting: { type: 'refused', code: 421, text: 'busy' } }, async ({ open, line }) => {
    expect(await faultOf(open())).toMatchObject({ reason: 'greeting-rejected-temporarily' });
    expect(line.lines).toEqual(['S: 421 busy']);
  });
});

test('SMTP-006 another protocol, and SMTP-060 silence, reject and leave nothing open', async () => {
  await scene({ greeting: { type: 'raw', text: '* OK IMAP4rev1\r\n' } }, async ({ open }) => {
    expect(await faultOf(open())).toMatchObject({
      reason: 'wrong-protocol',
      evidence: { protocol: 'imap' },
    });
  });
  await scene({ greeting: { type: 'silent' } }, async ({ open }) => {
    expect(await faultOf(open())).toMatchObject({ reason: 'timeout-greeting', limit: 10_000 });
  });
});

test('SMTP-024 says HELO where EHLO is not understood', async () => {
  await scene(script('220 mx', '502 ?', '250 mx', '221 bye'), async ({ open, line }) => {
    const smtp = await open();
    expect(await smtp.ehlo('c.example')).toMatchObject({ ok: true, value: { domain: 'mx', auth: [] } });
    expect(line.lines).toContain('C: HELO c.example');
    expect(await faultOf(smtp.startTls(testTlsRequest()))).toMatchObject({ reason: 'starttls-not-offered' });
    await smtp.quit();
  });
});

test('SMTP-024 a refusal of both is an answer', async () => {
  await scene(script('220 mx', '550 go away', '550 go away', '221 bye'), async ({ open }) => {
    const smtp = await open();
    expect(await smtp.ehlo('c.example')).toMatchObject({ ok: false, reply: { code: 550 } });
    await smtp.quit();
  });
});

test('SMTP-022 without a name of its own the client says its address', async () => {
  await scene({}, async ({ open, line }) => {
    const smtp = await open();
    await smtp.ehlo();
    expect(line.lines.find((text) => text.startsWith('C'))).toBe(
      `C: EHLO [${smtp.connection.localEndpoint.address}]`,
    );
    await smtp.quit();
  });
});

test('an abort while the greeting is awaited destroys the connection', async () => {
  await scene({ greeting: { type: 'silent' } }, async ({ open, advance }) => {
    const controller = new AbortController();
    const caught = open({ signal: controller.signal }).catch((error: unknown) => error);
    await advance(100);
    controller.abort('enough');
    expect(await caught).toBe('enough');
  });
});
