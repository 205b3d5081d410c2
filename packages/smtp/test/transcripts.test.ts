import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loginClient, plainClient } from '@postern/sasl';
import { utf8 } from '@postern/wire';
import type { Machine } from '@postern/wire';
import {
  parseTranscript,
  replayEveryCut,
  replayTranscript,
  testTlsInfo,
  translatedMachine,
} from '@postern/wire/testing';
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

/** The client as a transcript sees it. */
function machine({
  implicitTls,
  injected,
  lmtp,
  ...options
}: Readonly<Record<string, unknown>>): Machine<WrittenCommand, SmtpEvent> {
  const client = (lmtp === true ? lmtpClient : smtpClient)({
    ...(options as SmtpClientOptions),
    ...(implicitTls === true && { tls: testTlsInfo }),
  });
  return translatedMachine(client, command, { injected: injected === true });
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
