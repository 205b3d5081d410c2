import { createHash } from 'node:crypto';
import { isUsageError, isWireError, WireError } from '@postern/wire';
import type { Fault, Reason, TlsRequest } from '@postern/wire';
import { describe, expect, test } from 'vitest';
import { noon, selfSigned } from '../test/certificates.ts';
import { host, peerOf, tlsInfo } from '../test/peers.ts';
import { hostRequirement } from './host-requirement.ts';
import { requirementFor } from './requirement.ts';
import type { PolicyLevel, Requirement } from './requirement.ts';
import { secure } from './secure.ts';
import type { Secured, SecureOptions, Upgradable, UpgradeOptions } from './secure.ts';

const root = await selfSigned();
const good = peerOf([await root.issue({ names: [`dns:${host}`] })]);
const bad = peerOf([await selfSigned({ authority: false })], 'DEPTH_ZERO_SELF_SIGNED_CERT');

const fault = (reason: Reason): Fault => ({ kind: 'tls', reason, phase: 'tls', after: 0 });

interface Habit {
  /** Why the upgrade is not offered. */
  readonly missing?: Reason;
  /** Refuses the verb, with a reason if it has one. */
  readonly refusal?: Reason | 'unexplained';
  /** `bad`: nobody vouches for its certificate. */
  readonly peer?: 'bad';
  /** Loses the verdict, as a broken network would. */
  readonly forgetful?: boolean;
}

/** A dialogue of that habit, and what was asked of it. */
function client(habit: Habit): Upgradable & { readonly asked: (UpgradeOptions & { serverName: string })[] } {
  const asked: (UpgradeOptions & { serverName: string })[] = [];
  return {
    asked,
    async startTls(request: TlsRequest, options?: UpgradeOptions) {
      asked.push({ serverName: request.serverName, ...options });
      options?.signal?.throwIfAborted();
      if (habit.missing && !options?.tryAnyway)
        throw new WireError({ ...fault(habit.missing), kind: 'peer', endpoint: good.endpoint });
      if (habit.refusal === 'unexplained') return { ok: false };
      if (habit.refusal) return { ok: false, reason: habit.refusal, reply: { lines: ['TLS', 'is broken'] } };
      const peer = habit.peer === 'bad' ? bad : good;
      const verification = request.verify(peer);
      if (verification.status === 'rejected') throw new WireError(verification.fault);
      return { ok: true, value: tlsInfo(peer, habit.forgetful ? undefined : verification) };
    },
  };
}

const authenticated = requirementFor({ names: [host] });
const encrypted = requirementFor({ user: 'encrypt' });
const opportunistic = requirementFor({ user: 'may' });

const run = (habit: Habit, requirement: Requirement, options?: Partial<SecureOptions>): Promise<Secured> =>
  secure(client(habit), requirement, { serverName: host, wallClock: () => noon, ...options });

/** What came of it, as one line. */
async function outcome(...parameters: Parameters<typeof run>): Promise<string> {
  try {
    const secured = await run(...parameters);
    if (secured.method === 'plaintext') return `plaintext: ${secured.reason}`;
    const { verification } = secured.tls;
    return `starttls, ${verification?.status}${secured.reason ? `: ${secured.reason}` : ''}`;
  } catch (error) {
    if (!isWireError(error)) throw error;
    return `${error.fault.kind} fault: ${error.code}`;
  }
}

describe('securing a dialogue', () => {
  test.each<[string, Requirement, Habit, string]>([
    ['may', opportunistic, {}, 'starttls, verified'],
    ['may', opportunistic, { peer: 'bad' }, 'starttls, unverified'],
    ['may', opportunistic, { missing: 'starttls-not-offered' }, 'plaintext: starttls-not-offered'],
    ['may', opportunistic, { missing: 'starttls-masked' }, 'plaintext: starttls-masked'],
    ['may', opportunistic, { missing: 'preauth-before-tls' }, 'plaintext: preauth-before-tls'],
    [
      'may',
      opportunistic,
      { refusal: 'starttls-refused-temporarily' },
      'plaintext: starttls-refused-temporarily',
    ],
    ['encrypt', encrypted, {}, 'starttls, verified'],
    ['encrypt', encrypted, { peer: 'bad' }, 'starttls, unverified'],
    ['encrypt', encrypted, { missing: 'starttls-not-offered' }, 'policy fault: starttls-not-offered'],
    ['encrypt', encrypted, { missing: 'starttls-masked' }, 'policy fault: starttls-masked'],
    ['encrypt', encrypted, { refusal: 'starttls-refused' }, 'policy fault: starttls-refused'],
    ['encrypt', encrypted, { refusal: 'unexplained' }, 'policy fault: starttls-refused'],
    ['verify', authenticated, {}, 'starttls, verified'],
    ['verify', authenticated, { peer: 'bad' }, 'tls fault: cert-self-signed'],
    ['verify', authenticated, { missing: 'starttls-not-offered' }, 'policy fault: starttls-not-offered'],
    ['verify', authenticated, { missing: 'preauth-before-tls' }, 'policy fault: preauth-before-tls'],
    [
      'verify',
      authenticated,
      { refusal: 'starttls-refused-temporarily' },
      'policy fault: starttls-refused-temporarily',
    ],
  ])('TLS-040 level %s, %j %j: %s', async (_, requirement, habit, expected) => {
    expect(await outcome(habit, requirement)).toBe(expected);
  });

  test('TLS-016 offered before and missing now looks like a downgrade, under every level', async () => {
    const habit: Habit = { missing: 'starttls-not-offered' };
    const before = { offeredBefore: true };
    expect(await outcome(habit, encrypted, before)).toBe('policy fault: downgrade-suspected');
    expect(await outcome(habit, opportunistic, before)).toBe('plaintext: downgrade-suspected');
  });

  test('TLS-016 a masked keyword says more than a missing one', async () => {
    expect(await outcome({ missing: 'starttls-masked' }, encrypted, { offeredBefore: true })).toBe(
      'policy fault: starttls-masked',
    );
  });

  test('TLS-016 trying anyway tells a stripped keyword from an absent one', async () => {
    const anyway = { tryAnyway: true };
    expect(await outcome({ missing: 'starttls-masked' }, authenticated, anyway)).toBe(
      'starttls, verified: starttls-masked',
    );
    expect(
      await outcome({ missing: 'starttls-not-offered', refusal: 'starttls-refused' }, authenticated, anyway),
    ).toBe('policy fault: starttls-not-offered');
  });

  test('TLS-016 the verb is tried once, and not at all unless asked for', async () => {
    const reluctant = client({ missing: 'starttls-not-offered' });
    const options = { serverName: host, wallClock: () => noon };
    await secure(reluctant, opportunistic, options);
    expect(reluctant.asked).toEqual([{ serverName: host }]);
    const stripped = client({ missing: 'starttls-not-offered' });
    await secure(stripped, opportunistic, { ...options, tryAnyway: true });
    expect(stripped.asked).toEqual([{ serverName: host }, { serverName: host, tryAnyway: true }]);
    const offering = client({});
    await secure(offering, opportunistic, { ...options, tryAnyway: true });
    expect(offering.asked).toEqual([{ serverName: host }]);
  });

  test('TLS-016 the policy fault says whose policy it was and keeps what the client said', async () => {
    const refused = run({ missing: 'starttls-not-offered' }, { level: 'encrypted', by: 'mta-sts' });
    await expect(refused).rejects.toMatchObject({
      fault: { kind: 'policy', phase: 'starttls', by: 'mta-sts', endpoint: good.endpoint },
      cause: { fault: { reason: 'starttls-not-offered' } },
    });
  });

  test('TLS-004 the policy fault keeps the words of a refusal', async () => {
    await expect(run({ refusal: 'starttls-refused' }, encrypted)).rejects.toMatchObject({
      fault: { reason: 'starttls-refused', evidence: { reply: 'TLS\nis broken' } },
    });
  });

  test.each([opportunistic, encrypted, authenticated])(
    'TLS-015 a failed handshake ends the connection, with no word in plaintext: %j',
    async (requirement) => {
      const asked: string[] = [];
      const broken: Upgradable = {
        async startTls() {
          asked.push('STARTTLS');
          throw new WireError(fault('tls-alert-internal-error'));
        },
      };
      const options = { serverName: host, wallClock: () => noon, tryAnyway: true };
      await expect(secure(broken, requirement, options)).rejects.toMatchObject({
        fault: { kind: 'tls', reason: 'tls-alert-internal-error' },
      });
      expect(asked).toEqual(['STARTTLS']);
    },
  );

  test('TLS-042 a verdict that got lost on the way is never taken for a good one', async () => {
    await expect(run({ forgetful: true }, authenticated)).rejects.toSatisfy(isUsageError);
  });

  test('TLS-023 the client gets the server name without its dot', async () => {
    const asked = client({});
    await secure(asked, encrypted, { serverName: 'Mail.example.test.', wallClock: () => noon });
    expect(asked.asked).toEqual([{ serverName: host }]);
  });

  test('TLS-018 abort rejects with its reason untouched', async () => {
    const reason = new Error('enough');
    await expect(run({}, encrypted, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('TLS-018 abort rejects with its reason untouched, also where that looks like a missing offer', async () => {
    const reason = new WireError(fault('starttls-not-offered'));
    const controller = new AbortController();
    const leaving: Upgradable = {
      async startTls(_, options) {
        controller.abort(reason);
        options?.signal?.throwIfAborted();
        return { ok: false };
      },
    };
    const options = { serverName: host, wallClock: () => noon, signal: controller.signal };
    await expect(secure(leaving, opportunistic, options)).rejects.toBe(reason);
  });
});

describe('the levels of Postfix, from the decision to the handshake', () => {
  const leaf = good.chain[0] ?? new Uint8Array();
  const digest = new Uint8Array(createHash('sha256').update(leaf).digest());
  const tlsa = { usage: 3, selector: 0, matching: 1, data: digest };
  const policy = 'policy fault: starttls-not-offered';
  const table: Readonly<Record<PolicyLevel, readonly [good: string, bad: string, missing: string]>> = {
    none: ['not asked', 'not asked', 'not asked'],
    may: ['starttls, verified', 'starttls, unverified', 'plaintext: starttls-not-offered'],
    encrypt: ['starttls, verified', 'starttls, unverified', policy],
    dane: ['starttls, verified', 'tls fault: dane-mismatch', policy],
    'dane-only': ['starttls, verified', 'tls fault: dane-mismatch', policy],
    fingerprint: ['starttls, verified', 'tls fault: cert-fingerprint-mismatch', policy],
    verify: ['starttls, verified', 'tls fault: cert-self-signed', policy],
    secure: ['starttls, verified', 'tls fault: cert-self-signed', policy],
    sts: ['starttls, verified', 'tls fault: cert-self-signed', policy],
  };
  const habits: readonly Habit[] = [{}, { peer: 'bad' }, { missing: 'starttls-not-offered' }];
  for (const [level, row] of Object.entries(table)) {
    test(`TLS-040, TLS-057 ${level}: good certificate, bad certificate, no offer`, async () => {
      const decision = hostRequirement({
        host,
        nextHop: 'example.test',
        named: 'secure',
        level: level as PolicyLevel,
        tlsa: { status: 'records', base: host, records: [tlsa] },
        sts: { mode: 'enforce', mx: [host], maxAge: 1 },
        fingerprints: [Buffer.from(digest).toString('hex')],
      });
      const seen = await Promise.all(
        habits.map(async (habit) =>
          decision.status === 'try' ? outcome(habit, decision.requirement) : 'not asked',
        ),
      );
      expect(seen).toEqual(row);
    });
  }

  test('TLS-041 failing TLSA and a policy in testing: not delivered', async () => {
    const decision = hostRequirement({
      host,
      nextHop: 'example.test',
      named: 'secure',
      tlsa: { status: 'records', base: host, records: [{ ...tlsa, data: new Uint8Array(32) }] },
      sts: { mode: 'testing', mx: [host], maxAge: 1 },
    });
    expect(decision.status === 'try' && (await outcome({}, decision.requirement))).toBe(
      'tls fault: dane-mismatch',
    );
  });

  test('TLS-043, TLS-057 unusable TLSA: TLS without authentication, and never plaintext', async () => {
    const decision = hostRequirement({
      host,
      nextHop: 'example.test',
      named: 'secure',
      tlsa: { status: 'records', base: host, records: [{ ...tlsa, usage: 1 }] },
    });
    const requirement = decision.status === 'try' ? decision.requirement : opportunistic;
    expect(await outcome({ peer: 'bad' }, requirement)).toBe('starttls, unverified');
    expect(await outcome({ missing: 'starttls-not-offered' }, requirement)).toBe(policy);
  });
});
