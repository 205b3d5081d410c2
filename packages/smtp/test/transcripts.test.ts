import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loginClient, plainClient } from '@postern/sasl';
import { utf8 } from '@postern/wire';
import type { Machine } from '@postern/wire';
import { parseTranscript, replayEveryCut, replayTranscript, testTlsInfo } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { lmtpClient, smtpClient } from '../src/machine.ts';
import type { SmtpClientOptions } from '../src/machine.ts';
import type { SmtpCommand } from '../src/commands.ts';
import type { SmtpEvent } from '../src/events.ts';

/** What a transcript can say about AUTH: the mechanism by name, the credentials beside it. */
interface WrittenCommand {
  readonly verb: SmtpCommand['verb'];
  readonly mechanism?: string;
  readonly user?: string;
  readonly password?: string;
  /** The octets of CONTENT and BDAT. */
  readonly text?: string;
}

function command(written: WrittenCommand): SmtpCommand {
  const { text, ...rest } = written;
  if (text !== undefined) {
    const bytes = utf8(text);
    return { ...rest, ...(rest.verb === 'BDAT' ? { content: bytes } : { bytes }) } as SmtpCommand;
  }
  if (written.verb !== 'AUTH') return written as SmtpCommand;
  const credentials = {
    type: 'password',
    user: written.user ?? 'tim',
    password: written.password ?? 'tanstaaftanstaaf',
  } as const;
  const client = written.mechanism === 'LOGIN' ? loginClient : plainClient;
  return { verb: 'AUTH', mechanism: client(credentials) };
}

/**
 * The client as a transcript sees it. `injected` leaves `start-tls` out: whether the machine asks for the handshake before
 * it sees the octets that end it is the one thing that has to depend on how bytes are cut.
 */
function machine({
  implicitTls,
  injected,
  lmtp,
  ...options
}: Readonly<Record<string, unknown>>): Machine<SmtpCommand, SmtpEvent> {
  const client = (lmtp === true ? lmtpClient : smtpClient)({
    ...(options as SmtpClientOptions),
    ...(implicitTls === true && { tls: testTlsInfo }),
  });
  const without = <T extends { readonly type: string }>(outputs: readonly T[]): readonly T[] =>
    injected === true ? outputs.filter(({ type }) => type !== 'start-tls') : outputs;
  return {
    start: (now) => client.start(now),
    send: (written, now) => client.send(command(written as WrittenCommand), now),
    sendAll: (group, now) =>
      client.sendAll(
        group.map((written) => command(written as WrittenCommand)),
        now,
      ),
    receive: (bytes, now) => without(client.receive(bytes, now)),
    receiveEnd: (now, how) => client.receiveEnd(now, how),
    tlsReady: (tls, now) => client.tlsReady(tls, now),
    tick: (now) => client.tick(now),
    get deadline() {
      return client.deadline;
    },
    get state() {
      return client.state;
    },
  };
}

const folder = join(import.meta.dirname, 'transcripts');

for (const file of readdirSync(folder).toSorted()) {
  const text = readFileSync(join(folder, file), 'utf8');
  const { title } = parseTranscript(text);
  test(`${title} (${file})`, () => {
    expect(() => {
      replayEveryCut(text, { machine });
    }).not.toThrow();
  });
}

test('a transcript that is wrong fails: the replay does compare', () => {
  const text = readFileSync(join(folder, 'greeting-and-ehlo.txt'), 'utf8');
  const wrong = parseTranscript(text.replace('EHLO client.example', 'EHLO other.example'));
  expect(() => {
    replayTranscript(wrong, { machine });
  }).toThrow(/expected C EHLO/);
});
