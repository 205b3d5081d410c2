import { latin1, utf8 } from '@postern/wire';
import type { ChannelBinding } from '@postern/wire';
import { array, assert, property, uint8Array } from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { encodeBase64 } from '../base64.ts';
import type { ClientMechanism, ClientStep, ServerMechanism, ServerStep } from '../mechanism.ts';
import type { BindingUse } from './channel-binding.ts';
import { scramClient } from './client.ts';
import { scramKeys } from './keys.ts';
import type { ScramHash, ScramKeys } from './keys.ts';
import { scramServer } from './server.ts';
import type { ScramServerOptions } from './server.ts';

const salt = Uint8Array.from({ length: 16 }, (_, at) => at);
const exporter: ChannelBinding = { type: 'tls-exporter', data: new Uint8Array(32).fill(7) };
const secret = new Uint8Array(16).fill(1);
let kept: Readonly<Record<ScramHash, ScramKeys>>;

beforeAll(async () => {
  const rounds = { salt, iterations: 4096 };
  kept = {
    sha1: await scramKeys('sha1', 'pencil', rounds),
    sha256: await scramKeys('sha256', 'pencil', rounds),
  };
});

interface Rules extends Partial<ScramServerOptions> {
  readonly mayActAs?: (user: string, as: string) => boolean;
}

function server({ mayActAs, ...options }: Rules = {}): ServerMechanism {
  const hash = options.hash ?? 'sha256';
  return scramServer(mayActAs ? { mayActAs } : {}, {
    hash,
    plus: false,
    bindings: [],
    keys: (user) => (user === 'user' ? kept[hash] : undefined),
    nonce: 'SSSSSSSSSSSSSSSSSSSSSSSS',
    secret,
    ...options,
  });
}

function client(
  binding: BindingUse = { flag: 'n' },
  given: { user?: string; password?: string; authorizationId?: string; hash?: ScramHash } = {},
): ClientMechanism {
  const { hash = 'sha256', user = 'user', password = 'pencil', ...more } = given;
  const nonce = 'CCCCCCCCCCCCCCCCCCCCCCCC';
  return scramClient({ type: 'password', user, password, ...more }, { hash, binding, nonce });
}

/** Lets both sides talk: what each of them made of it, and what the server said. */
async function talk(
  a: ClientMechanism,
  b: ServerMechanism,
): Promise<{ readonly client: ClientStep; readonly server: ServerStep; readonly said: string[] }> {
  const said: string[] = [];
  let step = b.start(a.start());
  for (;;) {
    if (step.type !== 'challenge') return { client: a.succeed(), server: step, said };
    said.push(latin1(step.challenge));
    let answer = a.next(step.challenge);
    if (answer.type === 'wait') answer = a.resume(await answer.work.run());
    if (answer.type !== 'respond') return { client: answer, server: b.next(new Uint8Array(0)), said };
    step = b.next(answer.response);
  }
}

test.each(['sha1', 'sha256'] as const)('SASL-048 lets the right password in (%s)', async (hash) => {
  const both = await talk(client(undefined, { hash }), server({ hash }));
  expect(both.server).toEqual({ type: 'done', user: 'user', authorizationId: undefined });
  expect(both.client).toEqual({ type: 'done' });
});

test('SASL-048 lets the right password in on the right connection', async () => {
  const both = await talk(
    client({ flag: 'p', binding: exporter }),
    server({ plus: true, bindings: [exporter] }),
  );
  expect(both.server).toEqual({ type: 'done', user: 'user', authorizationId: undefined });
});

test.each<[string, () => ClientMechanism, Rules, string]>([
  ['a wrong password', () => client(undefined, { password: 'wrong' }), {}, 'e=invalid-proof'],
  ['an unknown user', () => client(undefined, { user: 'nobody' }), {}, 'e=invalid-proof'],
  [
    'another connection',
    () => client({ flag: 'p', binding: { ...exporter, data: new Uint8Array(32) } }),
    { plus: true, bindings: [exporter] },
    'e=channel-bindings-dont-match',
  ],
  [
    'a shortened list',
    () => client({ flag: 'y' }),
    { bindings: [exporter] },
    'e=server-does-support-channel-binding',
  ],
  [
    'a type of binding it does not have',
    () => client({ flag: 'p', binding: exporter }),
    { plus: true, bindings: [{ type: 'tls-server-end-point', data: salt }] },
    'e=unsupported-channel-binding-type',
  ],
])('SASL-048 refuses %s', async (_, make, rules, last) => {
  const both = await talk(make(), server(rules));
  expect(both.said.at(-1)).toBe(last);
  expect(both.server).toEqual({ type: 'failed', reason: 'auth-failed' });
  expect(both.client.type).toBe('failed');
});

test('SASL-048 shows the same salt for a user who does not exist, and another to another', () => {
  const first = (user: string): string => {
    const step = server().start(client(undefined, { user }).start());
    return step.type === 'challenge' ? latin1(step.challenge) : step.type;
  };
  expect(first('nobody')).toBe(first('nobody'));
  expect(first('nobody')).toMatch(/^r=C{24}S{24},s=[A-Za-z0-9+/]{22}==,i=4096$/);
  expect(first('nobody')).not.toBe(first('somebody'));
});

test('SASL-048 lets somebody act as another only where that is allowed', async () => {
  const as = (): ClientMechanism => client(undefined, { authorizationId: 'boss' });
  expect((await talk(as(), server())).server).toEqual({ type: 'failed', reason: 'auth-failed' });
  const allowed = await talk(as(), server({ mayActAs: (user, who) => user === 'user' && who === 'boss' }));
  expect(allowed.server).toEqual({ type: 'done', user: 'user', authorizationId: 'boss' });
});

test.each([
  ['an equals sign of its own in the user', 'n,,n=a=b,r=CCCCCCCCCCCCCCCCCCCCCCCC'],
  ['an equals sign of its own in the identity to act as', 'n,a=a=b,n=user,r=CCCCCCCCCCCCCCCCCCCCCCCC'],
  ['an extension', 'n,,m=x,n=user,r=CCCCCCCCCCCCCCCCCCCCCCCC'],
  ['an extension at the end', 'n,,n=user,r=CCCCCCCCCCCCCCCCCCCCCCCC,m=x'],
  ['no flag', ',,n=user,r=CCCCCCCCCCCCCCCCCCCCCCCC'],
  ['another flag', 'F,n,,n=user,r=CCCCCCCCCCCCCCCCCCCCCCCC'],
  ['a binding for the mechanism without', 'p=tls-exporter,,n=user,r=CCCCCCCCCCCCCCCCCCCCCCCC'],
  ['octets that are no text', '\xff'],
])('SASL-048 takes no first message with %s', (_, first) => {
  const bytes = Uint8Array.from(first, (letter) => letter.charCodeAt(0));
  const step = server(first.startsWith('p') ? { bindings: [exporter] } : {}).start(bytes);
  expect(step).toEqual({ type: 'failed', reason: 'protocol-error' });
});

test('SASL-048 compares nonce and binding with its own', () => {
  const begin = utf8('n,,n=user,r=CCCCCCCCCCCCCCCCCCCCCCCC');
  const proof = encodeBase64(new Uint8Array(32));
  const own = `${'C'.repeat(24)}${'S'.repeat(24)}`;
  const last = (text: string): string => {
    const b = server();
    b.start(begin);
    const step = b.next(utf8(text));
    return step.type === 'challenge' ? latin1(step.challenge) : step.type;
  };
  expect(last(`c=biws,r=${own}x,p=${proof}`)).toBe('e=other-error');
  expect(last(`c=eSws,r=${own},p=${proof}`)).toBe('e=channel-bindings-dont-match');
  expect(last(`c=biws,r=${own},p=${proof}`)).toBe('e=invalid-proof');
  expect(last(`c=biws,r=${own},p=AAAA`)).toBe('failed');
  expect(last(`c=biws,r=${own},m=x,p=${proof}`)).toBe('failed');
});

test('SASL-048 takes the word of a client that believes it cannot bind, where it cannot', async () => {
  expect((await talk(client({ flag: 'y' }), server())).server.type).toBe('done');
});

test('SASL-048 reads a comma and an equals sign in a user and in who to act as', async () => {
  const seen: string[] = [];
  const b = server({
    keys: (user) => {
      seen.push(user);
      return kept.sha256;
    },
    mayActAs: (user, as) => seen.push(user, as) > 0,
  });
  const both = await talk(client(undefined, { user: 'a,b=c', authorizationId: 'x=,y' }), b);
  expect(both.server).toEqual({ type: 'done', user: 'a,b=c', authorizationId: 'x=,y' });
  expect(seen).toEqual(['a,b=c', 'a,b=c', 'x=,y']);
});

test('SASL-048 refuses, and does not throw, where the keys are those of another hash', async () => {
  const both = await talk(client(), server({ keys: () => kept.sha1 }));
  expect(both.said.at(-1)).toBe('e=invalid-proof');
});

test('SASL-048 wants nothing behind the proof, and is over after its verdict', async () => {
  const begin = async (): Promise<ServerMechanism> => {
    const [a, b] = [client(), server()];
    const first = b.start(a.start());
    if (first.type !== 'challenge') throw new Error(first.type);
    const work = a.next(first.challenge);
    if (work.type !== 'wait') throw new Error(work.type);
    const final = a.resume(await work.work.run());
    if (final.type !== 'respond') throw new Error(final.type);
    expect(b.next(final.response).type).toBe('challenge');
    return b;
  };
  const refused = { type: 'failed', reason: 'auth-failed' };
  const wordy = await begin();
  expect(wordy.next(utf8('x'))).toEqual({ type: 'failed', reason: 'protocol-error' });
  expect(wordy.next(new Uint8Array(0))).toEqual(refused);
  const good = await begin();
  expect(good.next(new Uint8Array(0)).type).toBe('done');
  expect(good.next(new Uint8Array(0))).toEqual(refused);
  const broken = server();
  expect(broken.start(utf8('hello')).type).toBe('failed');
  expect(broken.next(client().start() ?? new Uint8Array(0))).toEqual(refused);
});

test('SASL-001 never throws and lets nobody in, whatever the client says', () => {
  assert(
    property(array(uint8Array({ maxLength: 80 }), { maxLength: 4 }), (responses) => {
      const b = server();
      for (const [at, response] of responses.entries()) {
        expect((at === 0 ? b.start(response) : b.next(response)).type).not.toBe('done');
      }
    }),
  );
});
