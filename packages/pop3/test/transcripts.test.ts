import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TlsInfo } from '@postern/wire';
import { parseTranscript, replayEveryCut, testTlsInfo, translatedMachine } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { pop3Client } from '../src/index.ts';
import type { Pop3ClientOptions } from '../src/index.ts';
import { memoryMaildrop, pop3Server } from '../src/server/index.ts';
import type { ApopAttempt, Pop3ServerOptions } from '../src/server/index.ts';
import { built } from './json-commands.ts';

const folder = import.meta.dirname;

function transcripts(name: string): (readonly [title: string, text: string])[] {
  return readdirSync(join(folder, name)).map((file) => {
    const text = readFileSync(join(folder, name, file), 'utf8');
    return [parseTranscript(text).title, text] as const;
  });
}

function serverOptions(options: Readonly<Record<string, unknown>>): Pop3ServerOptions {
  const messages =
    (options['content'] as string[] | undefined) ??
    Array.from({ length: Number(options['messages'] ?? 0) }, () => `${'x'.repeat(98)}\r\n`);
  const maildrop = memoryMaildrop(messages);
  return {
    auth: {
      authenticate: ({ user, password }) => user === 'tim' && password === 'secret',
      insideTlsOnly: options['plaintextLogin'] !== true,
    },
    startTls: { type: 'offered' },
    maildrop: () => maildrop,
    ...(options['apopDigest'] === undefined
      ? {}
      : { apop: ({ digest }: ApopAttempt) => digest === options['apopDigest'] }),
    ...options,
  };
}

describe('client', () => {
  test.each(transcripts('transcripts'))('%s', (_title, text) => {
    expect(() => {
      replayEveryCut(text, {
        machine: (options) =>
          translatedMachine(
            pop3Client({
              ...(options as Pop3ClientOptions),
              ...(options['tls'] ? { tls: { ...testTlsInfo, ...(options['tls'] as Partial<TlsInfo>) } } : {}),
            }),
            built,
            { injected: options['injected'] === true },
          ),
      });
    }).not.toThrow();
  });
});

describe('server', () => {
  test.each(transcripts('transcripts-server'))('%s', (_title, text) => {
    expect(() => {
      replayEveryCut(text, { role: 'server', machine: (options) => pop3Server(serverOptions(options)) });
    }).not.toThrow();
  });
});

describe('the reference transcript', () => {
  const reference = readFileSync(join(folder, 'reference.txt'), 'utf8');
  const handshake = '> start-tls\n! tls-ready\n> *';

  test('POP3-070 passes verbatim on the side of the client', () => {
    const commands = [
      '{"verb":"CAPA"}',
      '{"verb":"STLS"}',
      '{"verb":"CAPA"}',
      '{"verb":"AUTH","mechanism":"PLAIN","user":"tim","password":"tanstaaftanstaaf"}',
      '{"verb":"STAT"}',
      '{"verb":"UIDL"}',
      '{"verb":"QUIT"}',
    ];
    const text = reference
      .replaceAll(/^C: /gm, () => `> *\n! send ${commands.shift() ?? ''}\nC: `)
      .replace('(TLS handshake)', `> *\n${handshake}`);
    expect(commands).toEqual([]);
    expect(() => {
      replayEveryCut(`${text}> *\n> end`, { machine: () => translatedMachine(pop3Client(), built) });
    }).not.toThrow();
  });

  test('POP3-070 passes verbatim on the side of the server', () => {
    const text = reference.replaceAll(/^(C: .*)$/gm, '$1\n> *').replace('(TLS handshake)', handshake);
    const maildrop = memoryMaildrop([
      { uid: 'whqtswO00WBw418f9t5JxYwZ', content: new Uint8Array(120).fill(10).with(118, 13) },
      { uid: 'QhdPYR:00WBw1Ph7x7', content: new Uint8Array(200).fill(10).with(198, 13) },
    ]);
    expect(() => {
      replayEveryCut(`${text}> end`, {
        role: 'server',
        machine: () =>
          pop3Server({
            greeting: { type: 'ready', text: 'lab', timestamp: '<1.2@pop.example.test>' },
            startTls: { type: 'offered' },
            auth: {
              mechanisms: ['PLAIN', 'SCRAM-SHA-256'],
              authenticate: ({ user, password }) => user === 'tim' && password === 'tanstaaftanstaaf',
            },
            maildrop: () => maildrop,
          }),
      });
    }).not.toThrow();
  });
});
