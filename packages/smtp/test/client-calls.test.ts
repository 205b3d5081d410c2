import { isUsageError } from '@postern/wire';
import { expect, test } from 'vitest';
import { faultOf, scene, script } from './client-scene.ts';

test('a command that is answered too late rejects, also when it was sent after a long idle time', async () => {
  await scene(script('220 mx', ''), async ({ open, advance }) => {
    const smtp = await open();
    await advance(200_000);
    expect(await faultOf(smtp.noop())).toMatchObject({
      reason: 'timeout-reply',
      phase: 'noop',
      after: 5_000,
    });
    await smtp[Symbol.asyncDispose]();
  });
});

test('calls that overlap wait for their turn', async () => {
  await scene({}, async ({ open, line }) => {
    const smtp = await open();
    const answers = await Promise.all([smtp.ehlo('c.example'), smtp.noop(), smtp.rset()]);
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(line.lines.filter((text) => text.startsWith('C'))).toEqual([
      'C: EHLO c.example',
      'C: NOOP',
      'C: RSET',
    ]);
    await smtp.quit();
  });
});

test('an abort before the command is written leaves the connection usable', async () => {
  await scene({}, async ({ open }) => {
    const smtp = await open();
    const controller = new AbortController();
    const running = smtp.ehlo('c.example');
    const waiting = smtp.noop({ signal: controller.signal });
    controller.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    await running;
    await expect(smtp.noop({ signal: AbortSignal.abort('before') })).rejects.toBe('before');
    expect(await smtp.noop()).toMatchObject({ ok: true });
    await smtp.quit();
  });
});

test('an abort while a reply is awaited destroys the connection', async () => {
  await scene(script('220 mx', ''), async ({ open, advance }) => {
    const smtp = await open();
    const controller = new AbortController();
    const waiting = smtp.noop({ signal: controller.signal });
    const caught = waiting.catch((error: unknown) => error);
    await advance(100);
    controller.abort('enough');
    expect(await caught).toBe('enough');
    await expect(smtp.noop()).rejects.toSatisfy(isUsageError);
  });
});

test('SMTP-011 a 421 that comes while nothing is asked is known before the next command', async () => {
  await scene({ patience: { command: 60_000 } }, async ({ open, events, line, advance }) => {
    const smtp = await open();
    await smtp.noop();
    await advance(61_000);
    expect(await faultOf(smtp.noop())).toMatchObject({
      reason: 'server-closing',
      phase: 'idle',
      evidence: { reply: '421 mx.example.org has waited long enough' },
    });
    expect(events.at(-1)).toMatchObject({ type: 'unsolicited', reply: { code: 421 } });
    expect(line.lines.filter((text) => text === 'C: NOOP')).toHaveLength(1);
  });
});

test('SMTP-011 a reply that nobody asked for is not taken for the next one', async () => {
  const peer = script('220 mx', '250 ok\r\n250 x', '221 bye');
  await scene(peer, async ({ open, line }) => {
    const smtp = await open();
    expect(await smtp.noop()).toMatchObject({ ok: true });
    expect(await faultOf(smtp.noop())).toMatchObject({ reason: 'desynchronised' });
    expect(line.lines.filter((text) => text === 'C: NOOP')).toHaveLength(1);
  });
});

test('SMTP-120 421 to a command is its answer, and later calls say that the server went away', async () => {
  await scene(script('220 mx', '421 4.7.0 rate', 'CLOSE'), async ({ open }) => {
    const smtp = await open();
    expect(await smtp.noop()).toMatchObject({ ok: false, reply: { code: 421, enhanced: '4.7.0' } });
    expect(await faultOf(smtp.noop())).toMatchObject({ reason: 'server-closing' });
  });
});

test('SMTP-038 QUIT resolves with the 221, or with nothing where the server just closes', async () => {
  await scene(script('220 mx', 'CLOSE'), async ({ open }) => {
    const smtp = await open();
    expect(await smtp.quit()).toBeUndefined();
    expect(await smtp.quit()).toBeUndefined();
    await expect(smtp.noop()).rejects.toSatisfy(isUsageError);
    await smtp[Symbol.asyncDispose]();
  });
  await scene(script('220 mx', ''), async ({ open }) => {
    const smtp = await open();
    expect(await faultOf(smtp.quit())).toMatchObject({
      reason: 'timeout-reply',
      phase: 'quit',
      limit: 5_000,
    });
  });
});

test('SMTP-038 disposal says QUIT where the dialogue is idle, and waits one second at most', async () => {
  await scene({}, async ({ open, line }) => {
    const smtp = await open();
    await smtp[Symbol.asyncDispose]();
    await smtp[Symbol.asyncDispose]();
    expect(line.lines.slice(-2)).toEqual(['C: QUIT', 'S: 221 mx.example.org bye']);
  });
  await scene(script('220 mx', ''), async ({ open }) => {
    const smtp = await open();
    await smtp[Symbol.asyncDispose]();
  });
});

test('disposal while a command is under way breaks the connection without a word', async () => {
  await scene(script('220 mx', ''), async ({ open, line, advance }) => {
    const smtp = await open();
    const caught = smtp.noop().catch((error: unknown) => error);
    await advance(10);
    await smtp[Symbol.asyncDispose]();
    expect(await caught).toBeInstanceOf(Error);
    expect(line.lines).not.toContain('C: QUIT');
  });
});

test('serving ends with 421 when told to, and with the reason of the signal', async () => {
  const controller = new AbortController();
  await scene({ signal: controller.signal }, async ({ open, advance, failures }) => {
    const smtp = await open();
    controller.abort('maintenance');
    await advance(100);
    expect(failures).toEqual(['maintenance']);
    expect(await faultOf(smtp.noop())).toMatchObject({
      reason: 'server-closing',
      evidence: { reply: '421 mx.example.org is shutting down' },
    });
  });
});

test('an abort while others have the turn rejects at once, and the calls behind keep their order', async () => {
  await scene(script('220 mx', '', '250 one\r\n'), async ({ open, advance, line }) => {
    const smtp = await open({ patience: 'mta' });
    const controller = new AbortController();
    const slow = smtp.noop().catch((error: unknown) => error);
    const waiting = smtp.rset({ signal: controller.signal }).catch((error: unknown) => error);
    const behind = smtp.noop().catch((error: unknown) => error);
    await advance(100);
    controller.abort('enough');
    expect(await Promise.race([waiting, advance(1).then(() => 'still waiting')])).toBe('enough');
    expect(line.lines.filter((text) => text.startsWith('C'))).toEqual(['C: NOOP']);
    await smtp[Symbol.asyncDispose]();
    expect(await slow).toBeInstanceOf(Error);
    expect(await behind).toBeInstanceOf(Error);
  });
});
