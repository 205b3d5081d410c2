import { inspect } from 'node:util';
import { latin1, utf8 } from '@postern/wire';
import { assert, property, string, stringMatching } from 'fast-check';
import { expect, test } from 'vitest';
import { encodeBase64 } from '../base64.ts';
import type { ServerMechanism, ServerStep } from '../mechanism.ts';
import { oauthBearerClient, xoauth2Client } from './client.ts';
import { oauthBearerServer, xoauth2Server } from './server.ts';

const token = 'vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==';
const user = { type: 'token', user: 'user@example.com', token } as const;
const target = { host: 'server.example.com', port: 143 };

test('SASL-050 XOAUTH2 says what providers document', () => {
  const xoauth = xoauth2Client({
    type: 'token',
    user: 'someuser@example.com',
    token: 'ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg',
  });
  expect(encodeBase64(xoauth.start() ?? utf8('none'))).toBe(
    'dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==',
  );
});

test('SASL-051 OAUTHBEARER says what RFC 7628 §4.1 shows', () => {
  expect(encodeBase64(oauthBearerClient(user, target).start() ?? utf8('none'))).toBe(
    'bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB',
  );
  const submission = oauthBearerClient(user, { ...target, port: 587 }).start() ?? utf8('none');
  expect(encodeBase64(submission)).toContain('AXBvcnQ9NTg3AWF1dGg9');
});

test('SASL-051 encodes a comma in the user', () => {
  const start = oauthBearerClient({ ...user, user: 'a,b' }).start();
  expect(latin1(start ?? new Uint8Array())).toContain('n,a=a=2Cb,\x01auth=Bearer ');
});

test.each(['', 'a b', 'a\x01b', 'tökén'])('SASL-053 refuses the token %j', (wrong) => {
  expect(() => oauthBearerClient({ ...user, token: wrong })).toThrow(/token/);
  expect(() => xoauth2Client({ ...user, token: wrong })).toThrow(/token/);
});

test.each(['', 'a\x01auth=Bearer b', 'a\x7f'])('SASL-053 refuses the user %j', (wrong) => {
  const refused = expect.objectContaining({ code: 'argument-refused' });
  expect(() => oauthBearerClient({ ...user, user: wrong })).toThrow(refused);
  expect(() => xoauth2Client({ ...user, user: wrong })).toThrow(refused);
});

test('SASL-050 SASL-052 asks for the verdict when told why, and believes no success then', () => {
  const why = utf8('{"status":"invalid_token"}');
  const bearer = oauthBearerClient(user, target);
  bearer.start();
  expect(bearer.next(why)).toEqual({ type: 'respond', response: utf8('\x01') });
  expect(bearer.succeed()).toEqual({ type: 'failed', reason: 'server-not-verified' });
  expect(bearer.next(why)).toEqual({ type: 'failed', reason: 'protocol-error' });
  const xoauth = xoauth2Client(user);
  xoauth.start();
  expect(xoauth.next(why)).toEqual({ type: 'respond', response: new Uint8Array(0) });
});

test('SASL-009 shows the token neither to inspect nor to JSON', () => {
  const bearer = oauthBearerClient(user, target);
  bearer.start();
  expect(inspect(bearer, { depth: 9, showHidden: true }) + JSON.stringify(bearer)).not.toContain(token);
});

const rules = {
  token: (shown: string, who: string) => (shown === token ? who : undefined),
  target,
};

function run(server: ServerMechanism, ...responses: readonly string[]): ServerStep {
  const [first = '', ...more] = responses;
  let step = server.start(utf8(first));
  for (const response of more) step = server.next(utf8(response));
  return step;
}

function framed(pairs: string, header = 'n,a=user@example.com,'): string {
  return `${header}\x01${pairs}\x01\x01`;
}

test.each([
  ['host and port', `host=SERVER.example.com\x01port=143\x01auth=Bearer ${token}`],
  ['neither', `auth=Bearer ${token}`],
  ['a key it does not know', `foo=bar\x01auth=bearer ${token}`],
])('SASL-054 the server takes %s', (_, pairs) => {
  expect(run(oauthBearerServer(rules), framed(pairs))).toEqual({
    type: 'done',
    user: 'user@example.com',
    authorizationId: undefined,
  });
});

test.each([
  ['a bad token', 'auth=Bearer abc'],
  ['a token for another port', `port=993\x01auth=Bearer ${token}`],
  ['a token for another host', `host=evil.example\x01auth=Bearer ${token}`],
])('SASL-054 the server says why it refuses %s, and then refuses', (_, pairs) => {
  const server = oauthBearerServer(rules);
  const step = run(server, framed(pairs));
  expect(step.type === 'challenge' && JSON.parse(latin1(step.challenge))).toEqual({
    status: 'invalid_token',
  });
  expect(server.next(utf8('\x01'))).toEqual({ type: 'failed', reason: 'auth-failed' });
});

test.each([
  ['a lone %x01', '\x01'],
  ['no token', framed('host=server.example.com')],
  ['no scheme', framed(`auth=${token}`)],
  ['a wrong header', framed(`auth=Bearer ${token}`, 'x,')],
  ['a name encoded wrongly', framed(`auth=Bearer ${token}`, 'n,a=a=b,')],
  ['nothing', ''],
])('SASL-054 the server does not understand %s', (_, message) => {
  expect(run(oauthBearerServer(rules), message)).toEqual({ type: 'failed', reason: 'protocol-error' });
});

test('SASL-054 a server that was not told what it is called takes a token for any host and port', () => {
  const message = framed(`host=other.example\x01port=993\x01auth=Bearer ${token}`);
  expect(run(oauthBearerServer({ token: rules.token }), message).type).toBe('done');
});

test('SASL-054 the server takes nothing but an acknowledgement once it has refused', () => {
  const server = oauthBearerServer(rules);
  run(server, framed('auth=Bearer abc'));
  expect(server.next(utf8(framed(`auth=Bearer ${token}`)))).toEqual({
    type: 'failed',
    reason: 'protocol-error',
  });
});

test('SASL-054 the server of XOAUTH2 does the same with an empty answer', () => {
  expect(run(xoauth2Server(rules), `user=ann\x01auth=Bearer ${token}\x01\x01`).type).toBe('done');
  expect(run(xoauth2Server(rules), `user=ann\x01auth=Bearer bad\x01\x01`).type).toBe('challenge');
  expect(run(xoauth2Server(rules), `user=ann\x01auth=Bearer bad\x01\x01`, '')).toEqual({
    type: 'failed',
    reason: 'auth-failed',
  });
  expect(run(xoauth2Server(rules), 'ann')).toEqual({ type: 'failed', reason: 'protocol-error' });
});

test('SASL-051 SASL-054 both sides agree on every user and token', () => {
  // oxlint-disable-next-line no-control-regex -- control characters are refused elsewhere
  const anyUser = string({ minLength: 1, maxLength: 30 }).filter((text) => !/[\x00-\x1f\x7f]/.test(text));
  const anyToken = stringMatching(/^[!-~]{1,60}$/);
  assert(
    property(anyUser, anyToken, (who, shown) => {
      const seen: string[][] = [];
      const server = oauthBearerServer({
        token: (given, as) => {
          seen.push([given, as]);
          return as;
        },
      });
      server.start(oauthBearerClient({ type: 'token', user: who, token: shown }).start());
      expect(seen).toEqual([[shown, who]]);
    }),
  );
});
