import { isUsageError, latin1 } from '@postern/wire';
import { testTlsOffer, testTlsRequest } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { badName, endpoint, faultOf, scene, script } from './client-scene.ts';

test('SMTP-142 a probe says EHLO, STARTTLS, EHLO and QUIT, with nothing between STARTTLS and the handshake (TLS-010)', async () => {
  await scene({ tls: testTlsOffer, keywords: ['SIZE 5'] }, async ({ open, line }) => {
    const smtp = await open();
    expect(smtp.greeting?.code).toBe(220);
    const first = await smtp.ehlo('probe.example');
    expect(first).toMatchObject({ ok: true, value: { startTls: 'offered', size: 5n } });
    expect(smtp.offersStartTls).toBe(true);
    const secured = await smtp.startTls(testTlsRequest());
    expect(secured).toMatchObject({ ok: true, value: { version: 'TLSv1.3' }, reply: { code: 220 } });
    // TLS-014: all knowledge from before is gone.
    expect(smtp.greeting).toBeUndefined();
    expect(smtp.extensions).toMatchObject({ domain: '', auth: [], startTls: 'absent' });
    expect(smtp.offersStartTls).toBe(false);
    expect(await smtp.ehlo('probe.example')).toMatchObject({ ok: true, value: { size: 5n } });
    expect(await smtp.quit()).toMatchObject({ code: 221 });
    expect(line.lines.filter((text) => !text.startsWith('S'))).toEqual([
      'C: EHLO probe.example',
      'C: STARTTLS',
      'TLS',
      'C: EHLO probe.example',
      'C: QUIT',
    ]);
  });
});

test('TLS-018 a handshake of implicit TLS that never comes', async () => {
  await scene(
    async (connection) => {
      while (await connection.read());
      await connection[Symbol.asyncDispose]();
    },
    async ({ open }) => {
      const fault = await faultOf(open({ tls: testTlsRequest() }));
      expect(fault).toMatchObject({ reason: 'timeout-tls-handshake', phase: 'tls', limit: 10_000, endpoint });
    },
  );
});

test('TLS-016 says why STARTTLS cannot be used, sends nothing, and stays usable', async () => {
  await scene({ keywords: [] }, async ({ open, line }) => {
    const smtp = await open();
    await expect(smtp.startTls(testTlsRequest())).rejects.toSatisfy(isUsageError);
    await smtp.ehlo('c.example');
    expect(await faultOf(smtp.startTls(testTlsRequest()))).toMatchObject({
      reason: 'starttls-not-offered',
      phase: 'starttls',
    });
    expect(line.lines).not.toContain('C: STARTTLS');
    await smtp.quit();
  });
  await scene({ startTls: { type: 'masked' } }, async ({ open }) => {
    const smtp = await open({ offeredStartTlsBefore: true });
    await smtp.ehlo('c.example');
    expect(await faultOf(smtp.startTls(testTlsRequest()))).toMatchObject({ reason: 'starttls-masked' });
    await smtp.quit();
  });
  await scene({ keywords: [] }, async ({ open, events }) => {
    const smtp = await open({ offeredStartTlsBefore: true });
    await smtp.ehlo('c.example');
    expect(
      events.some((event) => event.type === 'diagnostic' && event.reason === 'downgrade-suspected'),
    ).toBe(true);
    expect(await faultOf(smtp.startTls(testTlsRequest()))).toMatchObject({ reason: 'downgrade-suspected' });
    await smtp.quit();
  });
});

test('TLS-016 a probe may try anyway, and tells stripping from absence', async () => {
  await scene({ tls: testTlsOffer, startTls: { type: 'absent', accepts: true } }, async ({ open }) => {
    const smtp = await open();
    await smtp.ehlo('c.example');
    expect(await smtp.startTls(testTlsRequest(), { tryAnyway: true })).toMatchObject({ ok: true });
    await smtp.quit();
  });
  await scene({ startTls: { type: 'absent' } }, async ({ open }) => {
    const smtp = await open();
    await smtp.ehlo('c.example');
    const answer = await smtp.startTls(testTlsRequest(), { tryAnyway: true });
    expect(answer).toMatchObject({ ok: false, reply: { code: 502 }, reason: 'starttls-not-offered' });
    await smtp.quit();
  });
});

test('SMTP-110 a refusal of STARTTLS is an answer with a reason', async () => {
  await scene({ startTls: { type: 'refused', code: 454 } }, async ({ open }) => {
    const smtp = await open();
    await smtp.ehlo('c.example');
    expect(await smtp.startTls(testTlsRequest())).toMatchObject({
      ok: false,
      reason: 'starttls-refused-temporarily',
    });
    expect(await smtp.noop()).toMatchObject({ ok: true });
    await smtp.quit();
  });
});

test('TLS-011 plaintext behind the go-ahead rejects, with the octets as evidence, and TLS-015 no word follows', async () => {
  await scene({ tls: testTlsOffer, startTls: { type: 'injected' } }, async ({ open, line }) => {
    const smtp = await open();
    await smtp.ehlo('c.example');
    const fault = await faultOf(smtp.startTls(testTlsRequest()));
    expect(fault).toMatchObject({ reason: 'plaintext-after-starttls', endpoint });
    expect(latin1(fault.evidence?.bytes ?? new Uint8Array())).toBe('250 injected\r\n');
    expect(await faultOf(smtp.noop())).toMatchObject({ reason: 'plaintext-after-starttls' });
    await smtp[Symbol.asyncDispose]();
    expect(line.lines.at(-1)).toBe('S: 250 injected');
  });
});

test('TLS-012 plaintext in a later segment, in place of the handshake', async () => {
  for (const [late, reason] of [
    ['250 x\r\n', 'plaintext-after-starttls'],
    ['\0\x01\x02', 'tls-not-spoken'],
  ] as const) {
    await scene(
      async (connection) => {
        await script('220 mx', '250-mx\r\n250 STARTTLS', '220 go', late, 'CLOSE')(connection);
      },
      async ({ open }) => {
        const smtp = await open();
        await smtp.ehlo('c.example');
        expect(await faultOf(smtp.startTls(testTlsRequest()))).toMatchObject({ reason });
      },
    );
  }
});

test('TLS-015 after a rejected certificate nothing more is said in plaintext', async () => {
  await scene({ tls: testTlsOffer }, async ({ open, line }) => {
    const smtp = await open();
    await smtp.ehlo('c.example');
    const fault = await faultOf(smtp.startTls(testTlsRequest({ status: 'rejected', fault: badName })));
    expect(fault).toMatchObject({ kind: 'tls', reason: 'cert-name-mismatch' });
    expect(await faultOf(smtp.noop())).toMatchObject({ reason: 'cert-name-mismatch' });
    await smtp[Symbol.asyncDispose]();
    expect(line.lines.filter((text) => text.startsWith('C')).at(-1)).toBe('C: STARTTLS');
  });
});

test('TLS-018 the reply to STARTTLS and the handshake have limits of their own', async () => {
  await scene(script('220 mx', '250-mx\r\n250 STARTTLS', ''), async ({ open }) => {
    const smtp = await open();
    await smtp.ehlo('c.example');
    expect(await faultOf(smtp.startTls(testTlsRequest()))).toMatchObject({
      reason: 'timeout-starttls-reply',
      phase: 'starttls',
      limit: 5_000,
    });
  });
  await scene({ tls: testTlsOffer, startTls: { type: 'silent' } }, async ({ open }) => {
    const smtp = await open();
    await smtp.ehlo('c.example');
    expect(await faultOf(smtp.startTls(testTlsRequest()))).toMatchObject({
      reason: 'timeout-tls-handshake',
      phase: 'tls',
      limit: 10_000,
    });
  });
});
