import { isUsageError, isWireError, utf8 } from '@postern/wire';
import { simulatedNetwork, testTlsRequest, virtualClock } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { connectSmtp } from './connect.ts';
import type { ConnectSmtpOptions } from './connect.ts';

const endpoint = { address: '192.0.2.25', port: 25 };

/** What a server heard that hangs up on EHLO this way, and how the attempt ended. */
async function attempt(
  how: 'closed' | 'reset' | 'half a reply' | 'refused' | 'always',
  options: Partial<ConnectSmtpOptions>,
): Promise<{ readonly heard: readonly string[]; readonly ended: unknown }> {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock });
  const heard: string[] = [];
  await network.listen(endpoint, async (connection) => {
    await connection.write(utf8('220 mx\r\n'));
    for (let bytes = await connection.read(); bytes; bytes = await connection.read().catch(() => undefined)) {
      const line = new TextDecoder().decode(bytes).trim();
      heard.push(line);
      if (line.startsWith('QUIT')) break;
      if (line.startsWith('EHLO') || how === 'always') {
        if (how === 'refused') await connection.write(utf8('550 5.7.1 go away\r\n'));
        else if (how === 'half a reply') await connection.write(utf8('250-mx\r\n250-SI'));
        if (how === 'reset') connection.reset();
        if (how !== 'refused') break;
      } else {
        await connection.write(utf8(how === 'refused' ? '550 5.7.1 go away\r\n' : '250 mx\r\n'));
      }
    }
    await connection[Symbol.asyncDispose]();
  });
  const ended = await clock.run(
    connectSmtp(() => network.connect(endpoint), { clock, domain: 'x', ...options }).then(
      async ({ smtp, answer }) => {
        await smtp.quit();
        return answer;
      },
      (error: unknown) => (isWireError(error) ? error.fault : error),
    ),
  );
  await clock.advance(2_000);
  expect(network.counts.open).toBe(0);
  return { heard, ended };
}

test.each(['closed', 'reset', 'half a reply'] as const)(
  'SMTP-025 a server that hangs up on EHLO (%s): HELO on a second connection where plain SMTP is allowed, else an error',
  async (how) => {
    const allowed = await attempt(how, { plainSmtp: 'allowed' });
    expect(allowed).toMatchObject({ heard: ['EHLO x', 'HELO x', 'QUIT'], ended: { ok: true } });
    const refused = await attempt(how, {});
    expect(refused).toMatchObject({ heard: ['EHLO x'], ended: { phase: 'ehlo' } });
  },
);

test('SMTP-025 a server that hangs up on HELO as well is not called a third time', async () => {
  const { heard, ended } = await attempt('always', { plainSmtp: 'allowed' });
  expect(heard).toEqual(['EHLO x', 'HELO x']);
  expect(ended).toMatchObject({ reason: 'closed', phase: 'ehlo' });
});

test('SMTP-024 a refusal of both is an answer, on one connection', async () => {
  const { heard, ended } = await attempt('refused', { plainSmtp: 'allowed' });
  expect(heard).toEqual(['EHLO x', 'HELO x', 'QUIT']);
  expect(ended).toMatchObject({ ok: false, reply: { code: 550 } });
});

test('SMTP-025 plain SMTP and TLS exclude each other', async () => {
  const { heard, ended } = await attempt('closed', { plainSmtp: 'allowed', tls: testTlsRequest() });
  expect(heard).toEqual([]);
  expect(isUsageError(ended)).toBe(true);
});

test('an abort reaches whoever connects, and ends the wait for EHLO', async () => {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock });
  await network.listen(endpoint, async (connection) => {
    await connection.write(utf8('220 mx\r\n'));
    while (await connection.read().catch(() => undefined));
    await connection[Symbol.asyncDispose]();
  });
  const controller = new AbortController();
  const { signal } = controller;
  const handed: unknown[] = [];
  await clock.run(async () => {
    const opened = connectSmtp(
      (options) => {
        handed.push(options.signal);
        return network.connect(endpoint, options);
      },
      { clock, domain: 'x', plainSmtp: 'allowed', signal },
    );
    clock.alarm(clock.now() + 1_000, () => {
      controller.abort('enough');
    });
    await expect(opened).rejects.toBe('enough');
  });
  await clock.advance(2_000);
  expect(handed).toEqual([signal]);
  expect(network.counts.open).toBe(0);
});
