/** SCRAM in the server, and whom somebody may act as who has proved who it is. */
import { pbkdf2Sync } from 'node:crypto';
import { decodeBase64, encodeBase64, scramClient, scramKeys } from '@postern/sasl';
import { expect, test } from 'vitest';
import type { ServeSmtpOptions } from '../src/server/index.ts';
import { serverScene } from './server-scene.ts';
import type { Client } from './server-scene.ts';

const salt = new Uint8Array(16).fill(7);
const password = 'pencil';
const keys = await scramKeys('sha256', password, { salt, iterations: 4096 });
// Virtual time would run on while this is computed elsewhere.
const salted = new Uint8Array(pbkdf2Sync(password, salt, 4096, 32, 'sha256'));

const auth: NonNullable<ServeSmtpOptions['auth']> = {
  insideTlsOnly: false,
  authenticate: () => false,
  scram: {
    keys: (user) => (user === 'tim' ? keys : undefined),
    random: (octets) => new Uint8Array(octets).fill(1),
    secret: new Uint8Array(16),
  },
};

async function greet(client: Client): Promise<void> {
  await client.hear('ready\r\n');
  await client.say('EHLO c\r\n');
  await client.hear('LOGIN\r\n');
}

/** One exchange; the reply to it. */
async function scram(client: Client, authorizationId?: string): Promise<string | undefined> {
  const credentials = {
    type: 'password',
    user: 'tim',
    password,
    ...(authorizationId !== undefined && { authorizationId }),
  } as const;
  const mechanism = scramClient(credentials, {
    hash: 'sha256',
    binding: { flag: 'n' },
    nonce: 'x'.repeat(24),
  });
  const shown = (reply: string | undefined): Uint8Array =>
    decodeBase64(reply?.trim().slice('334 '.length) ?? '') ?? new Uint8Array(0);
  const base64 = (bytes: Uint8Array | undefined): string => encodeBase64(bytes ?? new Uint8Array(0));
  await client.say(`AUTH SCRAM-SHA-256 ${base64(mechanism.start())}\r\n`);
  expect(mechanism.next(shown(await client.segment())).type).toBe('wait');
  const proof = mechanism.resume(salted);
  if (proof.type !== 'respond') throw new Error(proof.type);
  await client.say(`${base64(proof.response)}\r\n`);
  // The signature is right, and nothing is left to say.
  expect(mechanism.next(shown(await client.segment()))).toEqual({
    type: 'respond',
    response: new Uint8Array(0),
  });
  await client.say('\r\n');
  return client.segment();
}

test('lets in whoever proves the password, as itself, and asks nobody', async () => {
  const mayActAs = (): never => {
    throw new Error('asked');
  };
  await serverScene({ auth: { ...auth, mayActAs } }, async (client) => {
    await greet(client);
    expect(await scram(client)).toMatch(/^235 /);
    expect(client.events).toContainEqual(
      expect.objectContaining({ type: 'login', mechanism: 'SCRAM-SHA-256', user: 'tim', accepted: true }),
    );
  });
});

test('lets nobody act as somebody else by default', async () => {
  await serverScene({ auth }, async (client) => {
    await greet(client);
    expect(await scram(client, 'sales')).toMatch(/^535 /);
  });
});

test('asks whom somebody may act as, also later, and tries again later where that cannot be said', async () => {
  const asked: unknown[] = [];
  const errors: unknown[] = [];
  const mayActAs = async (user: string, as: string): Promise<boolean> => {
    asked.push([user, as]);
    if (as === 'unlucky') throw new Error('the database is down');
    return as === 'sales';
  };
  const onHookError = (error: unknown): void => {
    errors.push(error);
  };
  await serverScene({ auth: { ...auth, mayActAs }, onHookError }, async (client) => {
    await greet(client);
    expect(await scram(client, 'boss')).toMatch(/^535 /);
    expect(await scram(client, 'unlucky')).toMatch(/^454 /);
    expect(await scram(client, 'sales')).toMatch(/^235 /);
    expect(asked).toEqual([
      ['tim', 'boss'],
      ['tim', 'unlucky'],
      ['tim', 'sales'],
    ]);
    expect(errors).toMatchObject([{ message: 'the database is down' }]);
    expect(client.events).toContainEqual(
      expect.objectContaining({ type: 'login', user: 'tim', authorizationId: 'sales', accepted: true }),
    );
  });
});
