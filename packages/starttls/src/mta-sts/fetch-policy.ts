import { deadline, isWireError, peerText, unlessAborted, UsageError, WireError } from '@postern/wire';
import type { Clock, Evidence, Milliseconds, PolicyReason, PolicyFault } from '@postern/wire';
import { isCertificateCode } from '../chain-reason.ts';
import { isHostName } from '../identity.ts';
import { parseMtaSts } from './policy.ts';
import type { MtaStsPolicy } from './policy.ts';

/** RFC 8461 §3.3: "a suggested timeout of one minute". */
const PATIENCE: Milliseconds = 60_000;
/** RFC 8461 §3.3: "a suggested maximum policy size of 64 kilobytes". */
const MAX_OCTETS = 65_536;

/** What of a response is looked at; that of `fetch` fits. */
export interface StsResponse {
  /** The status code; 0 where a browser hides a redirect. */
  readonly status: number;
  /** Its header fields. */
  readonly headers: StsHeaders;
  /** Its content. */
  readonly body: StsBody | null;
}

/** Header fields; `Headers` of the platform fits. */
export interface StsHeaders {
  /** The value of a field, in whatever case its name is written. */
  readonly get: (name: string) => string | null;
}

/** Content that is read in parts; `ReadableStream` of the platform fits. */
export interface StsBody {
  /** Begins to read. */
  readonly getReader: () => StsBodyReader;
}

/** Reads content; `ReadableStreamDefaultReader` of the platform fits. */
export interface StsBodyReader {
  /** The next part. */
  readonly read: () => Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  /** Says that the rest is not wanted. */
  readonly cancel: () => Promise<void>;
}

/**
 * Fetches one URL, as `fetch` does; that of the platform fits. It must follow no redirect (`redirect: 'manual'`), use no cache,
 * and accept only a certificate that is good for the host of the URL (RFC 8461 §3.3); a rejection for a bad certificate
 * carries the platform's code, as `error.cause.code`, or is a `WireError` of kind `tls`.
 */
export type StsFetch = (
  url: string,
  options: {
    readonly method: 'GET';
    readonly redirect: 'manual';
    readonly cache: 'no-store';
    readonly headers: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
) => Promise<StsResponse>;

/** What {@link fetchStsPolicy} needs. */
export interface FetchPolicyOptions {
  /** Fetches. */
  readonly fetch: StsFetch;
  /** Measures the minute it may take. */
  readonly clock: Clock;
  /** Gives up; `signal.reason` is rethrown untouched. */
  readonly signal?: AbortSignal;
}

/**
 * Fetches the policy of a domain, an A-label name, from `https://mta-sts.<domain>/.well-known/mta-sts.txt` (RFC 8461 §3.3):
 * status 200 and `text/plain` only, no redirect, at most 64 KiB within 60 seconds, whatever the response does.
 *
 * Rejects with a `WireError` of kind `policy`: `sts-cert` (the certificate of the policy host), `sts-redirect`,
 * `sts-media-type`, `sts-too-large`, `sts-timeout`, `sts-syntax`, and `sts-not-found` for every other failure, with
 * the status or the platform's code as evidence. Throws a `UsageError` for what is no name of a domain.
 */
export async function fetchStsPolicy(domain: string, options: FetchPolicyOptions): Promise<MtaStsPolicy> {
  const { clock, fetch, signal } = options;
  const begun = clock.now();
  const fail = (reason: PolicyReason, evidence: Evidence = {}, cause?: unknown): WireError => {
    const after = clock.now() - begun;
    const limit = reason === 'sts-timeout' ? { limit: PATIENCE } : {};
    const fault: PolicyFault = {
      kind: 'policy',
      reason,
      phase: 'policy',
      after,
      by: 'mta-sts',
      evidence,
      ...limit,
    };
    return new WireError(fault, cause === undefined ? {} : { cause });
  };
  if (signal?.aborted) throw signal.reason;
  if (!isHostName(domain))
    throw new UsageError('a policy belongs to a domain', 'an A-label name', 'argument-refused');
  const limit = deadline(clock, PATIENCE, signal ? { signal } : {});
  try {
    const text = await unlessAborted(fetchText(domain, fetch, limit.signal, fail), limit.signal);
    const parsed = parseMtaSts(text);
    if (parsed.ok) return parsed.policy;
    throw fail('sts-syntax', {
      code: parsed.line > 0 ? `${parsed.problem} in line ${parsed.line}` : parsed.problem,
    });
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (limit.signal.aborted) throw fail('sts-timeout', {}, error);
    if (isWireError(error) && error.fault.kind === 'policy') throw error;
    throw fail(isCertificateError(error) ? 'sts-cert' : 'sts-not-found', { code: codeOf(error) }, error);
  } finally {
    limit[Symbol.dispose]();
  }
}

type Fail = (reason: PolicyReason, evidence?: Evidence, cause?: unknown) => WireError;

async function fetchText(domain: string, fetch: StsFetch, signal: AbortSignal, fail: Fail): Promise<string> {
  const { status, headers, body } = await fetch(`https://mta-sts.${domain}/.well-known/mta-sts.txt`, {
    method: 'GET',
    redirect: 'manual',
    cache: 'no-store',
    headers: { accept: 'text/plain' },
    signal,
  });
  const reader = body?.getReader();
  try {
    // A browser shows a redirect that is not followed as status 0.
    if (status === 0 || (status >= 300 && status < 400))
      throw fail('sts-redirect', { code: `HTTP ${status}` });
    if (status !== 200) throw fail('sts-not-found', { code: `HTTP ${status}` });
    // RFC 8461 §3.2: keeps out files that users of a web server put there as something else.
    const [type = ''] = (headers.get('content-type') ?? '').split(';');
    if (type.trim().toLowerCase() !== 'text/plain') throw fail('sts-media-type');
    const whole = new Uint8Array(MAX_OCTETS);
    let length = 0;
    for (;;) {
      const part = await reader?.read();
      if (part === undefined || part.done) return peerText(whole.subarray(0, length));
      const bytes = part.value ?? new Uint8Array();
      if (length + bytes.length > MAX_OCTETS) throw fail('sts-too-large');
      whole.set(bytes, length);
      length += bytes.length;
    }
  } finally {
    // What was not read is not wanted; that it cannot be called off is nobody's concern any more.
    reader?.cancel().catch(() => undefined);
  }
}

function isCertificateError(error: unknown): boolean {
  return causes(error).some((one) =>
    isWireError(one)
      ? one.code.startsWith('cert-')
      : isCertificateCode(String((one as { code?: unknown }).code)),
  );
}

/** The platform's code of a failure, from the error or from what caused it. */
function codeOf(error: unknown): string {
  const codes = causes(error).map(({ code }) => code);
  return (codes.find((code) => typeof code === 'string') ?? 'unknown').slice(0, 100);
}

/** An error and its causes. Their chain is short, unless somebody made a ring of it. */
function causes(error: unknown): readonly { readonly code?: unknown }[] {
  const chain: { readonly code?: unknown; readonly cause?: unknown }[] = [];
  for (let next = error; typeof next === 'object' && next !== null && chain.length < 5;) {
    chain.push(next);
    next = 'cause' in next ? next.cause : undefined;
  }
  return chain;
}
