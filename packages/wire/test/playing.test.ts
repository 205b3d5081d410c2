import { describe, expect, it } from 'vitest';
import { utf8 } from '@postern/wire';
import type { Output } from '@postern/wire';
import {
  connectedTo,
  playMachine,
  scriptedPeer,
  translatedMachine,
  writtenText,
} from '@postern/wire/testing';
import { toyMachine } from './toy-machine.ts';

describe('playMachine', () => {
  it('gives everything that a machine does, time-outs and handshakes included', () => {
    const outputs = playMachine(toyMachine(), [
      { type: 'send', commands: ['a', 'b'] },
      { type: 'bytes', bytes: utf8('one\n') },
      { type: 'tls' },
      { type: 'bytes', bytes: utf8('go\n') },
      { type: 'tls' },
      { type: 'send', commands: ['late'] },
      { type: 'tick' },
    ]);
    expect(writtenText(outputs)).toBe('a\nb\nlate\n');
    expect(outputs.map((output) => (output.type === 'event' ? output.event : output.type))).toEqual([
      'write',
      'one',
      'start-tls',
      'secured',
      'write',
      'end',
    ]);
  });

  it('throws where a machine breaks what every machine must keep', () => {
    const broken = (outputs: readonly Output<string>[]) => ({ ...toyMachine(), receive: () => outputs });
    const bytes = { type: 'bytes', bytes: utf8('x') } as const;
    const write = { type: 'write', bytes: utf8('x') } as const;
    expect(() => playMachine(broken([{ type: 'end' }, write]), [bytes])).toThrow('after the end');
    expect(() => playMachine(broken([{ type: 'end' }]), [bytes, bytes])).toThrow('after the end');
    expect(() => playMachine(broken([{ type: 'start-tls' }, write]), [bytes])).toThrow('during a handshake');
  });
});

describe('translatedMachine', () => {
  it('takes commands in another form, and leaves start-tls out where that is wanted', () => {
    const shout = (word: { readonly say: string }): string => word.say.toUpperCase();
    const machine = translatedMachine(toyMachine(), shout, { injected: true });
    const outputs = playMachine(machine, [
      { type: 'send', commands: [{ say: 'hello' }] },
      { type: 'bytes', bytes: utf8('go\n') },
    ]);
    expect(writtenText(outputs)).toBe('HELLO\n');
    expect(outputs).toHaveLength(1);
    expect(machine.state.name).toBe('handshake');
  });
});

describe('peers', () => {
  it('a scripted one sees lines however they come, and the end', async () => {
    const heard: (string | undefined)[] = [];
    const connection = await scriptedPeer(async ({ send, line }) => {
      await send('220 mx\r\n');
      for (let count = 0; count < 4; count += 1) heard.push(await line());
      await send('done');
    });
    for (const piece of ['EH', 'LO x\r', '\n\r\nQU', 'IT\r\n']) await connection.write(utf8(piece));
    await connection.end();
    let text = '';
    while (!text.endsWith('done')) text += new TextDecoder().decode(await connection.read());
    expect(text).toBe('220 mx\r\ndone');
    expect(heard).toEqual(['EHLO x', '', 'QUIT', undefined]);
  });

  it('a server that throws resets its connection', async () => {
    const connection = await connectedTo(() => Promise.reject(new Error('a bug in the test')));
    await expect(connection.read()).rejects.toMatchObject({ code: 'reset' });
  });
});
