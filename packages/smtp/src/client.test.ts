import { inspect } from 'node:util';
import { isUsageError, isWireError, latin1, utf8 } from '@postern/wire';
import type { Connection, Fault, Observer } from '@postern/wire';
import { simulatedNetwork, testTlsOffer, testTlsRequest, virtualClock } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { openSmtp } from './client.ts';
import type { SmtpEvent } from './events.ts';
import { serveSmtp } from './server/serve.ts';
import type { ServeSmtpOptions } from './server/serve.ts';
import type { OpenSmtpOptions, Smtp } from './smtp.ts';

const endpoint = { address: '192.0.2.25', port: 25 };
const tim = { type: 'password', user: 'tim', password: 'tanstaaftanstaaf' } as const;
const auth = {
  authenticate: (given: { user: string; password: string }) =>
    given.user === tim.user && given.password === tim.password,
};

const badName: Fault & { readonly kind: 'tls' } = {
  kind: 'tls',
  reason: 'cert-name-mismatch',
  phase: 'tls',
  after: 1,
};

/** What goes over the line, as a transcript: `C` and `S` lines, `TLS` for a handshake. */
function recorder(): Observer & { readonly lines: string[] } {
  const lines: string[] = [];
  const note = (who: string) => (bytes: Uint8Array) => {
    lines.push(
      ...latin1(bytes)
        .trimEnd()
        .split('\r\n')
        .map((line) => `${who}: ${line}`),
    );
  };
  return { lines, received: note('S'), wrote: note('C'), secured: () => lines.push('TLS') };
}

interface Scene {
  readonly open: (options?: Partial<OpenSmtpOptions>) => Promise<Smtp>;
  readonly advance: (milliseconds: number) => Promise<void>;
  readonly events: SmtpEvent[];
  readonly line: ReturnType<typeof recorder>;
  /** Why each served dialogue ended badly. */
  readonly failures: unknown[];
}

/** A server, a client and a line between them in virtual time; afterwards nothing may be left open. */
async function scene(
  server: Partial<ServeSmtpOptions> | ((connection: Connection) => Promise<void>),
  run: (scene: Scene) => Promise<void>,
): Promise<void> {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, path: { latency: 5 } });
  const failures: unknown[] = [];
  await network.listen(endpoint, async (connection) => {
    try {
      if (typeof server === 'function') await server(connection);
      else await serveSmtp(connection, { domain: 'mx.example.org', clock, ...server });
    } catch (error) {
      failures.push(error);
      connection.reset();
    }
  });
  const line = recorder();
  const events: SmtpEvent[] = [];
  await clock.run(
    run({
      events,
      line,
      failures,
      advance: (milliseconds) =>
        new Promise((resolve) => {
          clock.alarm(clock.now() + milliseconds, resolve);
        }),
      open: async (options) =>
        openSmtp(await network.connect(endpoint), {
          clock,
          patience: 'probe',
          observe: line,
          onEvent: (event) => events.push(event),
          ...options,
        }),
    }),
  );
  await clock.advance(2_000);
  expect(network.counts.open).toBe(0);
}

/** A peer that says its lines, each after the client has said one; `TLS` is a handshake, `CLOSE` the end. */
function script(...lines: readonly string[]): (connection: Connection) => Promise<void> {
  return async (connection) => {
    for (const [at, line] of lines.entries()) {
      if (at > 0 && lines[at - 1] !== 'TLS' && (await connection.read()) === undefined) break;
      if (line === 'TLS') await connection.acceptTls(testTlsOffer);
      else if (line === 'CLOSE') break;
      else if (line !== '') await connection.write(utf8(`${line}\r\n`));
    }
    if (lines.at(-1) !== 'CLOSE') while (await connection.read());
    await connection[Symbol.asyncDispose]();
  };
}

/** The fault a promise is rejected with. */
async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  try {
    await promise;
  } catch (error) {
    if (isWireError(error)) return error.fault;
    throw error;
  }
  throw new Error('not rejected');
}

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

test('SMTP-101 logs in inside verified TLS, and SASL-009 shows the password nowhere', async () => {
  await scene({ tls: testTlsOffer, auth }, async ({ open, line, events }) => {
    const smtp = await open();
    await smtp.ehlo('c.example');
    await smtp.startTls(testTlsRequest());
    await smtp.ehlo('c.example');
    const wrong = await smtp.login({ ...tim, password: 'hunter2' });
    expect(wrong).toMatchObject({
      ok: false,
      reply: { code: 535, enhanced: '5.7.8' },
      reason: 'auth-failed',
    });
    const right = await smtp.login(tim);
    expect(right).toMatchObject({ ok: true, value: { mechanism: 'PLAIN' }, reply: { code: 235 } });
    expect(await smtp.noop()).toMatchObject({ ok: true });
    expect(await smtp.rset()).toMatchObject({ ok: true });
    expect(line.lines).toContain('C: AUTH PLAIN <redacted 28 octets>');
    const everything = inspect([line.lines, events, smtp, wrong, right], { depth: 20, showHidden: true });
    for (const secret of ['hunter2', tim.password, 'AHRpbQB0YW5zdGFhZnRhbnN0YWFm']) {
      expect(everything).not.toContain(secret);
    }
    await smtp.quit();
  });
});

test('SASL-005 refuses a login without verified TLS before any octet, and the connection stays usable', async () => {
  await scene({ tls: testTlsOffer, auth: { ...auth, insideTlsOnly: false } }, async ({ open, line }) => {
    const smtp = await open();
    await smtp.ehlo('c.example');
    const refused = { kind: 'policy', reason: 'plaintext-login-refused', phase: 'auth', by: 'default' };
    expect(await faultOf(smtp.login(tim))).toMatchObject(refused);
    await smtp.startTls(testTlsRequest({ status: 'unverified', fault: badName }));
    await smtp.ehlo('c.example');
    expect(await faultOf(smtp.login(tim))).toMatchObject(refused);
    expect(line.lines.filter((text) => text.startsWith('C: AUTH'))).toEqual([]);
    expect(await smtp.noop()).toMatchObject({ ok: true });
    await smtp.quit();
  });
});

test('TLS-014 a login that was offered before TLS only is not there', async () => {
  await scene(
    async (connection) => {
      await connection.write(utf8('220 mx\r\n'));
      for (const reply of ['250-mx\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n', '220 go\r\n']) {
        await connection.read();
        await connection.write(utf8(reply));
      }
      await connection.acceptTls(testTlsOffer);
      await connection.read();
      await connection.write(utf8('250 mx\r\n'));
      while (await connection.read());
      await connection[Symbol.asyncDispose]();
    },
    async ({ open }) => {
      const smtp = await open();
      await smtp.ehlo('c.example');
      await smtp.startTls(testTlsRequest());
      expect(await faultOf(smtp.login(tim))).toMatchObject({ reason: 'auth-not-offered', kind: 'peer' });
      await smtp.ehlo('c.example');
      expect(await faultOf(smtp.login(tim))).toMatchObject({ reason: 'auth-not-offered', phase: 'auth' });
      await smtp[Symbol.asyncDispose]();
    },
  );
});

/** A peer inside implicit TLS that greets, offers mechanisms and says these lines. */
function insideTls(
  mechanisms: string,
  ...lines: readonly string[]
): (connection: Connection) => Promise<void> {
  return async (connection) => {
    await connection.acceptTls(testTlsOffer);
    await script('220 mx', `250-mx\r\n250 AUTH ${mechanisms}`, ...lines)(connection);
  };
}

test('SASL-008 tries a second mechanism where the first was refused as such, and no third', async () => {
  const peer = insideTls('PLAIN LOGIN', '504 5.5.4 no PLAIN', '334 ', '334 ', '235 ok');
  await scene(peer, async ({ open, line }) => {
    const smtp = await open({ tls: testTlsRequest() });
    await smtp.ehlo('c.example');
    expect(await smtp.login(tim)).toMatchObject({ ok: true, value: { mechanism: 'LOGIN' } });
    expect(line.lines.filter((text) => text.startsWith('C: AUTH'))).toEqual([
      'C: AUTH PLAIN <redacted 28 octets>',
      'C: AUTH LOGIN',
    ]);
    await smtp[Symbol.asyncDispose]();
  });
});

test('SASL-008 never tries another mechanism after a wrong password, nor where there is none', async () => {
  for (const [mechanisms, reply, reason] of [
    ['PLAIN LOGIN', '535 5.7.8 no', 'auth-failed'],
    ['PLAIN', '504 5.5.4 no', 'auth-not-offered'],
  ] as const) {
    await scene(insideTls(mechanisms, reply), async ({ open, line }) => {
      const smtp = await open({ tls: testTlsRequest() });
      await smtp.ehlo('c.example');
      expect(await smtp.login(tim)).toMatchObject({ ok: false, reason });
      expect(line.lines.filter((text) => text.startsWith('C: AUTH'))).toHaveLength(1);
      await smtp[Symbol.asyncDispose]();
    });
  }
});

test('SASL-012 says oauth-required where only tokens are taken', async () => {
  await scene(insideTls('XOAUTH2 OAUTHBEARER'), async ({ open }) => {
    const smtp = await open({ tls: testTlsRequest() });
    await smtp.ehlo('c.example');
    expect(await faultOf(smtp.login(tim))).toMatchObject({ reason: 'oauth-required' });
    await smtp[Symbol.asyncDispose]();
  });
});

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

test('an abort while the greeting is awaited destroys the connection', async () => {
  await scene({ greeting: { type: 'silent' } }, async ({ open, advance }) => {
    const controller = new AbortController();
    const caught = open({ signal: controller.signal }).catch((error: unknown) => error);
    await advance(100);
    controller.abort('enough');
    expect(await caught).toBe('enough');
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

test('work that takes time is done between challenge and response', async () => {
  await scene(insideTls('X-SLOW', '334 ', '235 ok'), async ({ open, advance, line }) => {
    const smtp = await open({ tls: testTlsRequest() });
    await smtp.ehlo('c.example');
    const answer = await smtp.command({
      verb: 'AUTH',
      mechanism: {
        name: 'X-SLOW',
        plaintext: false,
        start: () => undefined,
        next: () => ({
          type: 'wait',
          work: { name: 'think', run: () => advance(3_000).then(() => utf8('done')) },
        }),
        resume: (response) => ({ type: 'respond', response }),
        succeed: () => ({ type: 'done' }),
      },
    });
    expect(answer).toMatchObject({ ok: true, reply: { code: 235 } });
    expect(line.lines).toContain('C: <redacted 8 octets>');
    await smtp[Symbol.asyncDispose]();
  });
});

test('work that fails cancels the exchange, rejects the call, and leaves the connection usable', async () => {
  await scene(insideTls('X-FAILS', '334 ', '501 cancelled', '250 ok'), async ({ open, line }) => {
    const smtp = await open({ tls: testTlsRequest() });
    await smtp.ehlo('c.example');
    const failure = new Error('no token');
    const answer = smtp.command({
      verb: 'AUTH',
      mechanism: {
        name: 'X-FAILS',
        plaintext: false,
        start: () => undefined,
        next: () => ({ type: 'wait', work: { name: 'ask', run: () => Promise.reject(failure) } }),
        resume: (response) => ({ type: 'respond', response }),
        succeed: () => ({ type: 'done' }),
      },
    });
    await expect(answer).rejects.toBe(failure);
    expect(line.lines).toContain('C: *');
    expect(await smtp.noop()).toMatchObject({ ok: true });
    await smtp[Symbol.asyncDispose]();
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
