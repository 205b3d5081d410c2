import { isWireError, UsageError, WireError } from '@postern/wire';
import type { Evidence, PolicyFault, Reason, StartTlsReason, TlsInfo, TlsRequest } from '@postern/wire';
import type { Requirement } from './requirement.ts';
import { tlsRequest } from './tls-request.ts';
import type { TlsRequestOptions } from './tls-request.ts';

/** Options of {@link Upgradable}'s `startTls`. */
export interface UpgradeOptions {
  /** Gives up; the dialogue is destroyed once the verb has been sent. */
  readonly signal?: AbortSignal;
  /** Send the verb although it was not offered. */
  readonly tryAnyway?: boolean;
}

/** The answer to STARTTLS or STLS: a finished handshake, or a negative reply, after which the dialogue goes on. */
export type UpgradeAnswer =
  | { readonly ok: true; readonly value: TlsInfo }
  | {
      readonly ok: false;
      /** What the refusal means, such as `starttls-refused-temporarily`. */
      readonly reason?: Reason;
      /** The words of the refusal, for the evidence. */
      readonly reply?: { readonly text?: string; readonly lines?: readonly string[] };
    };

/** A dialogue that can be upgraded. `Smtp`, `Pop3` and `Imap` fit by shape. */
export interface Upgradable {
  /**
   * Says the verb and runs the handshake. A refusal is an answer. Where the upgrade is not offered it rejects, with nothing
   * sent and the dialogue usable, with a {@link WireError} `starttls-not-offered`, `starttls-masked`, `preauth-before-tls` or
   * `downgrade-suspected`. A failed handshake rejects, and the connection is dead.
   */
  startTls(request: TlsRequest, options?: UpgradeOptions): Promise<UpgradeAnswer>;
}

/** Options of {@link secure}. */
export interface SecureOptions extends Omit<TlsRequestOptions, 'requirement'> {
  /** Gives up; see {@link UpgradeOptions}. Rejects with `signal.reason` untouched. */
  readonly signal?: AbortSignal;
  /** Whether this server was seen to offer the upgrade before: a missing offer is then `downgrade-suspected`. Default false. */
  readonly offeredBefore?: boolean;
  /**
   * Say the verb once even where it is not offered, which tells a keyword stripped on the way from one that was never there.
   * For probes. Default false.
   */
  readonly tryAnyway?: boolean;
}

/** How a dialogue goes on. */
export type Secured =
  | {
      readonly method: 'starttls';
      readonly tls: TlsInfo;
      /** The upgrade worked although it was not offered (`tryAnyway`): why the offer was missing. */
      readonly reason?: Reason;
    }
  /** In the clear, because the requirement is opportunistic: why there is no TLS. */
  | { readonly method: 'plaintext'; readonly reason: Reason };

/**
 * Upgrades a dialogue as far as the requirement demands. It is done with the dialogue afterwards: the caller still owns
 * it, and after an upgrade asks for the capabilities again.
 *
 * Where the upgrade is not offered or refused, an opportunistic requirement goes on in plaintext, visibly; any other
 * rejects with a {@link WireError} of kind `policy` and reason `starttls-not-offered`, `starttls-masked`,
 * `downgrade-suspected`, `preauth-before-tls`, `starttls-refused` or `starttls-refused-temporarily`. A handshake that fails
 * rejects with its own fault, under every requirement: nothing more is said in plaintext on that connection (RFC 3207 §4),
 * and trying again without TLS takes a new one and a decision of the caller.
 *
 * @example
 * ```ts
 * import { requirementFor, secure } from '@postern/starttls';
 * import type { Upgradable } from '@postern/starttls';
 *
 * export async function upgrade(client: Upgradable): Promise<string> {
 *   const serverName = 'smtp.example.org';
 *   const requirement = requirementFor({ names: [serverName] });
 *   const secured = await secure(client, requirement, { serverName, wallClock: () => Date.now() });
 *   return secured.method; // 'starttls', never 'plaintext' under this requirement
 * }
 * ```
 */
export async function secure(
  client: Upgradable,
  requirement: Requirement,
  options: SecureOptions,
): Promise<Secured> {
  const { signal, offeredBefore, tryAnyway, ...rest } = options;
  const request = tlsRequest({ ...rest, requirement });
  const cancel = signal ? { signal } : {};
  let missing: MissingOffer | undefined;
  let answer: UpgradeAnswer | undefined;
  try {
    answer = await client.startTls(request, cancel);
  } catch (error) {
    // What the caller gave up with may look like a missing offer.
    if (signal?.aborted) throw error;
    missing = missingOffer(error, offeredBefore ?? false);
    if (!missing) throw error;
  }
  if (!answer && tryAnyway) answer = await client.startTls(request, { ...cancel, tryAnyway });
  if (answer?.ok) {
    demandVerification(answer.value, requirement);
    return { method: 'starttls', tls: answer.value, ...(missing ? { reason: missing.reason } : {}) };
  }
  const reason = missing?.reason ?? answer?.reason ?? 'starttls-refused';
  if (requirement.level === 'opportunistic') return { method: 'plaintext', reason };
  const words = answer?.reply?.text || answer?.reply?.lines?.join('\n');
  const evidence: Evidence = { ...missing?.error.fault.evidence, ...(words ? { reply: words } : {}) };
  const fault: PolicyFault = {
    kind: 'policy',
    reason,
    phase: 'starttls',
    after: 0,
    by: requirement.by,
    ...(missing?.error.fault.endpoint ? { endpoint: missing.error.fault.endpoint } : {}),
    evidence,
  };
  throw new WireError(fault, missing ? { cause: missing.error } : {});
}

interface MissingOffer {
  readonly reason: Reason;
  readonly error: WireError;
}

const withoutOffer: readonly StartTlsReason[] = [
  'starttls-not-offered',
  'starttls-masked',
  'preauth-before-tls',
  'downgrade-suspected',
];

/** Why there was no offer; `undefined` for any other error. A masked keyword says more than a missing one. */
function missingOffer(error: unknown, offeredBefore: boolean): MissingOffer | undefined {
  if (!isWireError(error)) return undefined;
  const reason = withoutOffer.find((known) => error.fault.reason === known);
  if (!reason) return undefined;
  return {
    reason: reason === 'starttls-not-offered' && offeredBefore ? 'downgrade-suspected' : reason,
    error,
  };
}

/** A last look, so that no dialogue or network can lose the verdict on the way. */
function demandVerification(tls: TlsInfo, requirement: Requirement): void {
  if (requirement.level === 'authenticated' && tls.verification?.status !== 'verified') {
    throw new UsageError('the handshake ended without a verified peer', 'TlsRequest.verify must be asked');
  }
}
