import { describe, expect, it } from 'vitest';
import { systemRandom } from '@postern/wire/node';
import { readArguments } from './arguments.ts';
import { environmentFor, parseServer } from './environment.ts';
import { en } from './texts/en.ts';

describe('parseServer', () => {
  it.each([
    ['192.0.2.53', '192.0.2.53', 53],
    ['192.0.2.53:5353', '192.0.2.53', 5353],
    ['2001:db8::53', '2001:db8::53', 53],
    ['[2001:db8::53]', '2001:db8::53', 53],
    ['[2001:db8::53]:5353', '2001:db8::53', 5353],
  ])('reads %s', (typed, address, port) => {
    expect(parseServer(typed, '--resolver', en)).toEqual({ address, port });
  });

  it.each([
    '',
    'dns.example',
    '192.0.2',
    '192.0.2.53:',
    '192.0.2.53:0',
    '192.0.2.53:65536',
    '[::1',
    '::1]:53',
    '[192.0.2.1]x',
    '1.2.3.4:5:6',
  ])('refuses %j', (typed) => {
    expect(() => parseServer(typed, '--resolver', en)).toThrow(`--resolver: "${typed}" is no IP address`);
  });
});

describe('environmentFor', () => {
  it('has randomness of the system, so that a login proves the password and does not show it', () => {
    const request = readArguments(['probe', 'imaps://mail.example.test', '--resolver', '192.0.2.53'], {});
    if (request.type !== 'command') throw new Error('no command');
    expect(environmentFor(request.options).secureRandom).toBe(systemRandom);
  });
});
