import { expect, test } from 'vitest';
import { authenticate } from './authenticate.ts';
import type { AttemptVerdict, AuthenticateSession } from './authenticate.ts';
import type { ChoiceContext } from './choose.ts';
import type { CredentialsSource } from './credentials.ts';
import type { ClientMechanism } from './mechanism.ts';

const verified: ChoiceContext = { verified: true, random: (octets) => new Uint8Array(octets) };
const tim = { type: 'password', user: 'tim', password: 'tanstaaf' } as const;

/** Logs in at a server that gives these answers, and tells what it was asked. */
async function logIn(
  offered: string,
  answers: readonly AttemptVerdict[],
  source: CredentialsSource = tim,
  context: ChoiceContext = verified,
  meet?: (mechanism: ClientMechanism) => void,
): Promise<{ readonly asked: string[]; readonly end: string }> {
  const asked: string[] = [];
  const session: AuthenticateSession<AttemptVerdict> = {
    offered: () => offered.split(' '),
    context: () => context,
    exchange: async (mechanism) => {
      asked.push(mechanism.name);
      meet?.(mechanism);
      return answers[asked.length - 1] ?? 'final';
    },
    verdict: (answer) => answer,
  };
  const result = await authenticate(source, session);
  return { asked, end: result.type === 'none' ? result.reason : `${result.mechanism} ${result.answer}` };
}

test('SASL-008 tries another mechanism where the first was not taken, and only one more', async () => {
  expect(await logIn('SCRAM-SHA-256 SCRAM-SHA-1 PLAIN', ['other-mechanism', 'other-mechanism'])).toEqual({
    asked: ['SCRAM-SHA-256', 'SCRAM-SHA-1'],
    end: 'SCRAM-SHA-1 other-mechanism',
  });
});

test('SASL-008 never says a wrong password twice', async () => {
  const once = { asked: ['SCRAM-SHA-256'], end: 'SCRAM-SHA-256 wrong-secret' };
  expect(await logIn('SCRAM-SHA-256 PLAIN', ['wrong-secret'])).toEqual(once);
  expect(await logIn('SCRAM-SHA-256 PLAIN', ['wrong-secret'], () => tim)).toEqual(once);
});

test('SASL-050 SASL-052 fetches a refused token once more, and no more than once', async () => {
  const calls: boolean[] = [];
  const source: CredentialsSource = async ({ again }) => {
    calls.push(again);
    return { type: 'token', user: 'tim', token: again ? 'new' : 'old' };
  };
  const { asked, end } = await logIn('OAUTHBEARER', ['wrong-secret', 'wrong-secret', 'final'], source);
  expect({ asked, end, calls }).toEqual({
    asked: ['OAUTHBEARER', 'OAUTHBEARER'],
    end: 'OAUTHBEARER wrong-secret',
    calls: [false, true],
  });
});

test('SASL-050 does not repeat a token that was given as it is', async () => {
  const { asked } = await logIn('XOAUTH2', ['wrong-secret'], { type: 'token', user: 'tim', token: 'old' });
  expect(asked).toEqual(['XOAUTH2']);
});

test('SASL-052 fetches no other token where the server found no fault with the first', async () => {
  const calls: boolean[] = [];
  const source: CredentialsSource = ({ again }) => {
    calls.push(again);
    return { type: 'token', user: 'tim', token: 'good' };
  };
  const { end } = await logIn('OAUTHBEARER', ['final'], source);
  expect({ end, calls }).toEqual({ end: 'OAUTHBEARER final', calls: [false] });
});

test('SASL-046 tries one other type of channel binding, and then nothing less', async () => {
  const bindings = [
    { type: 'tls-exporter', data: new Uint8Array(32) },
    { type: 'tls-server-end-point', data: new Uint8Array(32) },
  ] as const;
  const offered = 'SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN';
  const refuse = (mechanism: ClientMechanism): void => {
    mechanism.start();
    mechanism.next(new TextEncoder().encode('e=unsupported-channel-binding-type'));
  };
  const answers = ['final', 'final', 'final'] as const;
  const { asked } = await logIn(offered, answers, tim, { ...verified, bindings }, refuse);
  expect(asked).toEqual(['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256-PLUS']);
  const stripped = await logIn(offered, ['other-mechanism'], tim, { ...verified, bindings });
  expect(stripped.asked).toEqual(['SCRAM-SHA-256-PLUS']);
});

test('SASL-005 fetches no credentials for a connection that may not carry them', async () => {
  const source = (): never => {
    throw new Error('fetched');
  };
  expect(await logIn('PLAIN', [], source, { verified: false })).toEqual({
    asked: [],
    end: 'plaintext-login-refused',
  });
});

test('says why nothing could be tried, and passes on what the function throws', async () => {
  expect(await logIn('NTLM', [])).toEqual({ asked: [], end: 'auth-not-offered' });
  const broken = logIn('PLAIN', [], () => {
    throw new Error('keyring locked');
  });
  await expect(broken).rejects.toThrow('keyring locked');
});

test('an abort does not wait for credentials that do not come, the first time and the second', async () => {
  const token = { type: 'token', user: 'tim', token: 'old' } as const;
  for (const answered of [0, 1]) {
    const controller = new AbortController();
    let calls = 0;
    const result = authenticate<AttemptVerdict>(
      () => {
        calls += 1;
        return calls > answered ? new Promise<never>(() => undefined) : token;
      },
      {
        offered: () => ['OAUTHBEARER'],
        context: () => verified,
        exchange: async () => 'wrong-secret',
        verdict: (answer) => answer,
        signal: controller.signal,
      },
    );
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    expect(calls).toBe(answered + 1);
    controller.abort('enough');
    await expect(result).rejects.toBe('enough');
  }
});
