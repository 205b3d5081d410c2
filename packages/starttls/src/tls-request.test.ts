import { isUsageError } from '@postern/wire';
import { describe, expect, test } from 'vitest';
import { requirementFor } from './requirement.ts';
import { tlsRequest } from './tls-request.ts';

const requirement = requirementFor({ user: 'encrypt' });
const build = (serverName: string): ReturnType<typeof tlsRequest> =>
  tlsRequest({ serverName, requirement, wallClock: () => 0 });

describe('requests for a handshake', () => {
  test('TLS-023 the server name has no trailing dot and is in lower case', () => {
    expect(build('Mail.Example.test.').serverName).toBe('mail.example.test');
  });

  test('TLS-023 an IP literal is kept as the name meant; networks do not send it', () => {
    expect(build('192.0.2.1').serverName).toBe('192.0.2.1');
    expect(build('2001:db8::1').serverName).toBe('2001:db8::1');
  });

  test.each([
    '',
    '.',
    '.example.test',
    '_imaps.example.test',
    'müller.example',
    'a b',
    'mail\r\n.test',
    '*.test',
  ])('TLS-023 %j is no server name, which is the caller’s mistake', (name) => {
    const mistake = expect.toSatisfy((error) => isUsageError(error) && error.code === 'argument-refused');
    expect(() => build(name)).toThrow(mistake);
  });

  test('TLS-024 no ALPN and TLS 1.2 unless asked for', () => {
    expect(Object.keys(build('a.test')).toSorted()).toEqual(['serverName', 'verify']);
    const identity = { key: 'PEM', chain: 'PEM' };
    const all = { roots: ['PEM'], alpn: ['imap'], minVersion: 'TLSv1', identity } as const;
    expect(tlsRequest({ serverName: 'a.test', requirement, wallClock: () => 0, ...all })).toMatchObject(all);
  });
});
