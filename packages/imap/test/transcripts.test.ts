import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTranscript, replayEveryCut, testTlsInfo, translatedMachine } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { imapClient } from '../src/index.ts';
import type { ImapClientOptions } from '../src/index.ts';
import { imapServer } from '../src/server/index.ts';
import type { ImapServerOptions } from '../src/server/index.ts';
import { built } from './json-commands.ts';

function transcripts(name: string): (readonly [title: string, text: string])[] {
  const folder = join(import.meta.dirname, name);
  return readdirSync(folder).map((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    return [parseTranscript(text).title, text] as const;
  });
}

function serverOptions(options: Readonly<Record<string, unknown>>): ImapServerOptions {
  return {
    auth: {
      authenticate: ({ user, password }) => user === 'tim' && password === 'secret',
      insideTlsOnly: options['plaintextLogin'] !== true,
    },
    startTls: { type: 'offered' },
    ...options,
  };
}

describe('client', () => {
  test.each(transcripts('transcripts'))('%s', (_title, text) => {
    expect(() => {
      replayEveryCut(text, {
        machine: ({ implicitTls, injected, ...options }) =>
          translatedMachine(
            imapClient({
              ...(options as ImapClientOptions),
              ...(implicitTls === true && { tls: testTlsInfo }),
            }),
            built,
            { injected: injected === true },
          ),
        rounds: 10,
      });
    }).not.toThrow();
  });
});

describe('server', () => {
  test.each(transcripts('transcripts-server'))('%s', (_title, text) => {
    expect(() => {
      replayEveryCut(text, {
        role: 'server',
        machine: (options) => imapServer(serverOptions(options)),
        rounds: 5,
      });
    }).not.toThrow();
  });
});
