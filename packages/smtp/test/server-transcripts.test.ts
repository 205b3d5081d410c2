import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTranscript, replayEveryCut, testTlsInfo } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { smtpServer } from '../src/server/machine.ts';
import type { SmtpServerMachine } from '../src/server/machine.ts';
import type { SmtpServerOptions } from '../src/server/options.ts';

/** What a transcript can say about a server: its options, with logins as `users` and implicit TLS as a flag. */
function machine({
  users,
  implicitTls,
  insideTlsOnly,
  ...options
}: Readonly<Record<string, unknown>>): SmtpServerMachine {
  const passwords = users as Readonly<Record<string, string>> | undefined;
  return smtpServer({
    domain: 'mx.example.org',
    ...(options as Partial<SmtpServerOptions>),
    ...(implicitTls === true && { tls: testTlsInfo }),
    ...(passwords && {
      auth: {
        authenticate: ({ user, password }) => passwords[user] === password,
        insideTlsOnly: insideTlsOnly !== false,
      },
    }),
  });
}

const folder = join(import.meta.dirname, 'server-transcripts');

for (const file of readdirSync(folder).toSorted()) {
  const text = readFileSync(join(folder, file), 'utf8');
  const { title } = parseTranscript(text);
  test(`${title} (${file})`, () => {
    expect(() => {
      replayEveryCut(text, { machine, role: 'server' });
    }).not.toThrow();
  });
}
