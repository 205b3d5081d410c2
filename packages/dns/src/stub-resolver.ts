/**
 * The stub resolver: one question at a time put to a recursive resolver, over UDP first and over TCP where an answer does
 * not fit, or over TLS. How a question is pursued:
 *
 * - A *try* is a question to one server with a limit of its own. Silence costs a try and puts the server last for a while;
 *   a failure that was said (SERVFAIL, REFUSED…) takes the server out for this question. Three tries over all servers.
 * - SERVFAIL may hide data that fails validation. The same question with CD=1 tells: if that is answered, the verdict is
 *   `dns-bogus` and final, for to ask a server that does not validate would be the downgrade an attacker hopes for. The
 *   data of that second answer is never used (RFC 4035 §5.5).
 * - Of several failures the one that says most is reported: what a server said, before silence, before being unreachable.
 *
 * Limits: no DNS over HTTPS, no validation of its own, no cookies, no 0x20.
 */
import { deadline, isWireError, sample, UsageError } from '@postern/wire';
import type { Clock, Deadline, Milliseconds, Network, WireError } from '@postern/wire';
import { answersQuery, encodeQuery, isTruncated, parseMessage, rcodes } from './message.ts';
import type { Message, Question } from './message.ts';
import { dnsError, mostTelling } from './failure.ts';
import { questionName } from './resolver.ts';
import type { DnsAnswer, Resolver } from './resolver.ts';
import { aliasChain, readFinding } from './stub/alias-chain.ts';
import { failureOf } from './stub/failure-of.ts';
import { nextServer, server } from './stub/servers.ts';
import type { DnsServer, RememberedFailure, Server } from './stub/servers.ts';
import { streamChannel } from './stub/stream.ts';
import type { StreamChannel } from './stub/stream.ts';

/** How long a stub resolver waits. */
export interface ResolverPatience {
  /** For one answer. Default 2 s: RFC 1035 §4.2.1 asks for at least that before a question is repeated. */
  readonly attempt: Milliseconds;
  /** Tries over all servers. Default 3. */
  readonly tries: number;
  /** For a look-up with all its tries, aliases and transports. Default 8 s. */
  readonly total: Milliseconds;
}

/** Options of {@link stubResolver}. */
export interface StubResolverOptions {
  /** Reaches the servers. */
  readonly network: Network;
  /** Measures every wait. */
  readonly clock: Clock;
  /** The recursive resolvers, first choice first; at least one. `parseResolvConf` reads the system's. */
  readonly servers: readonly DnsServer[];
  /** Numbers from 0 to below 1 nobody can foresee: they become the IDs that keep forged answers out (RFC 5452 §9.2). */
  readonly random: () => number;
  /**
   * Whether answers count as coming from a trusted resolver. Default: every server is declared {@link DnsServer.trusted}.
   * One that is not spoils it for all, or else whoever silences the others would decide what is secure.
   */
  readonly trusted?: boolean;
  /** Sets DO, which asks for signatures too. Default `false`: the AD bit comes without it, and answers stay small. */
  readonly dnssecOk?: boolean;
  /** How long to wait. */
  readonly patience?: Partial<ResolverPatience>;
}

const defaultPatience: ResolverPatience = { attempt: 2000, tries: 3, total: 8000 };

/** One look-up: its limits, and how to turn what ended a wait into what is thrown. */
interface LookUp {
  readonly budget: Deadline;
  readonly signal: AbortSignal | undefined;
  readonly elapsed: () => Milliseconds;
}

/**
 * Makes a resolver that asks recursive resolvers over UDP and TCP, or over TLS where a server says so. It keeps no answers (wrap it in `cachedResolver`), only
 * for half a minute which server failed at which question (RFC 2308 §7) and which was silent.
 *
 * Abort ends every wait and closes what was opened; `signal.reason` is rethrown untouched. Throws a `UsageError` for no server, and
 * for patience that is none.
 *
 * @example
 * ```ts
 * import { cachedResolver, stubResolver } from '@postern/dns';
 * import type { Clock, Network } from '@postern/wire';
 *
 * async function exchangersOf(domain: string, network: Network, clock: Clock, random: () => number) {
 *   const servers = [{ address: '127.0.0.53', port: 53 }];
 *   const resolver = cachedResolver(stubResolver({ network, clock, servers, random }), { clock });
 *   const answer = await resolver.query(domain, 'MX');
 *   return answer.status === 'records' ? answer.records : []; // [{ preference: 10, exchange: 'mx1.example.test' }]
 * }
 * ```
 */
export function stubResolver(options: StubResolverOptions): Resolver {
  const { network, clock, random, dnssecOk = false } = options;
  const trusted = options.trusted ?? options.servers.every((one) => one.trusted === true);
  if (options.servers.length === 0)
    throw new UsageError('a resolver needs a server to ask', 'servers: at least one');
  const patience: ResolverPatience = { ...defaultPatience, ...options.patience };
  for (const [name, value] of Object.entries(patience)) {
    // Else every question would run out of time before it is asked, and mail would wait for ever.
    const least = name === 'tries' ? 1 : Number.MIN_VALUE;
    if (!(value >= least)) throw new UsageError(`patience.${name} is ${String(value)}`, 'patience');
  }
  const servers = options.servers.map((endpoint) => server(endpoint, clock, random));
  const streams = new Map<Server, StreamChannel>(
    servers.map((one) => [one, streamChannel(network, clock, one.configured)]),
  );

  /** Runs one exchange under the limit of a try. Whatever ends it comes out as a `dns` fault or the caller's reason. */
  async function limited(
    lookUp: LookUp,
    one: Server,
    run: (signal: AbortSignal) => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    const limit = deadline(clock, patience.attempt, { signal: lookUp.budget.signal });
    try {
      return await run(limit.signal);
    } catch (error) {
      if (lookUp.signal?.aborted) throw lookUp.signal.reason;
      const where = { after: lookUp.elapsed(), endpoint: one.endpoint };
      if (limit.signal.aborted) {
        const outOfTime = lookUp.budget.signal.aborted;
        // A server that got less than a whole try has not shown that it is silent.
        if (!outOfTime) one.noteSilence(clock.now());
        const whole = outOfTime ? patience.total : patience.attempt;
        throw dnsError('dns-timeout', { ...where, limit: whole });
      }
      if (!isWireError(error)) throw error;
      const reason = error.code === 'dns-malformed' ? 'dns-malformed' : 'dns-unreachable';
      throw dnsError(reason, {
        ...where,
        evidence: error.fault.evidence ?? { code: error.code },
        cause: error,
      });
    } finally {
      limit[Symbol.dispose]();
    }
  }

  /** Puts a question to one server once and returns the decoded reply, whatever its response code. */
  async function put(
    lookUp: LookUp,
    one: Server,
    question: Question,
    header: { readonly edns: boolean; readonly checkingDisabled: boolean },
  ): Promise<Message> {
    const firstId = Math.floor(random() * 0x1_0000) & 0xffff;
    const padded = one.configured.tls !== undefined;
    const encode = (id: number): Uint8Array => encodeQuery(question, { id, dnssecOk, padded, ...header });
    const accept = (reply: Uint8Array, id: number): boolean => answersQuery(reply, id, question);
    const byStream = (): Promise<Uint8Array> =>
      limited(lookUp, one, async (signal) => {
        const stream = streams.get(one);
        if (stream === undefined) throw new UsageError('every server has a stream', 'internal');
        return stream.exchange({ id: firstId, encode, accept }, signal);
      });
    // RFC 7858 §3.1: a server for TLS is asked over TLS alone, lest a question leak.
    let reply = padded
      ? await byStream()
      : await limited(lookUp, one, (signal) =>
          network.exchange(one.endpoint, encode(firstId), {
            accept: (datagram) => accept(datagram, firstId),
            signal,
          }),
        );
    // RFC 7766 §5, RFC 2181 §9: nothing in a truncated answer is used.
    if (!padded && isTruncated(reply)) reply = await byStream();
    one.noteAnswer();
    const parsed = parseMessage(reply);
    if (!parsed.ok || parsed.message.truncated) {
      const code = parsed.ok ? 'truncated over TCP' : parsed.problem;
      throw dnsError('dns-malformed', {
        after: lookUp.elapsed(),
        endpoint: one.endpoint,
        evidence: { code, bytes: sample(reply) },
      });
    }
    const { message } = parsed;
    // RFC 6891 §7: without an OPT in the reply the server does not know the extension; NOTIMP is seen as well.
    const unknown = message.rcode === rcodes.FORMERR || message.rcode === rcodes.NOTIMP;
    if (header.edns && unknown && message.edns === undefined) {
      return put(lookUp, one, question, { ...header, edns: false });
    }
    return message;
  }

  /** One try at one server: an answer, or the failure thrown. */
  async function attempt(lookUp: LookUp, one: Server, question: Question): Promise<Message> {
    const message = await put(lookUp, one, question, { edns: true, checkingDisabled: false });
    const failure = failureOf(message);
    if (failure === undefined) return message;
    const bogus = failure.reason === 'dns-servfail' && (await answersUnchecked(lookUp, one, question));
    const verdict: RememberedFailure = bogus ? { ...failure, reason: 'dns-bogus' } : failure;
    one.noteFailure(question.name, question.type, verdict);
    throw failureError(lookUp, one, verdict);
  }

  /** RFC 4035 §5.5: whether the question that failed is answered once nobody validates. */
  async function answersUnchecked(lookUp: LookUp, one: Server, question: Question): Promise<boolean> {
    try {
      const message = await put(lookUp, one, question, { edns: true, checkingDisabled: true });
      return failureOf(message) === undefined;
    } catch (error) {
      // What the caller aborted with may look like a fault; it says nothing about the server.
      if (lookUp.signal?.aborted || !isWireError(error)) throw error;
      return false;
    }
  }

  /** Tries servers until one answers. Throws the failure that says most. */
  async function ask(lookUp: LookUp, question: Question): Promise<Message> {
    const candidates = new Set(servers);
    const tried = new Map<Server, number>();
    let worst: WireError | undefined;
    for (let tries = 0; tries < patience.tries && !lookUp.budget.signal.aborted;) {
      const one = nextServer([...candidates], tried, clock.now());
      if (one === undefined) break;
      const remembered = one.failure(question.name, question.type);
      let failure: WireError;
      if (remembered === undefined) {
        tries += 1;
        tried.set(one, (tried.get(one) ?? 0) + 1);
        try {
          return await attempt(lookUp, one, question);
        } catch (error) {
          if (lookUp.signal?.aborted) throw lookUp.signal.reason;
          if (!isWireError(error)) throw error;
          failure = error;
        }
      } else {
        failure = failureError(lookUp, one, remembered);
      }
      if (failure.code === 'dns-bogus') throw failure;
      if (failure.code !== 'dns-timeout') candidates.delete(one);
      worst = mostTelling(worst === undefined ? [failure] : [worst, failure]);
    }
    if (worst !== undefined && worst.code !== 'dns-timeout') throw worst;
    // Silence throughout: the limit that ran out is that of the look-up, or of all tries together.
    const limit = Math.min(patience.total, patience.tries * patience.attempt);
    throw dnsError('dns-timeout', {
      after: lookUp.elapsed(),
      limit: lookUp.budget.signal.aborted ? patience.total : limit,
      ...(worst?.fault.endpoint === undefined ? {} : { endpoint: worst.fault.endpoint }),
    });
  }

  return {
    async query(name, type, queryOptions) {
      const signal = queryOptions?.signal;
      if (signal?.aborted) throw signal.reason;
      const start = questionName(name, type);
      const started = clock.now();
      const budget = deadline(clock, patience.total, signal === undefined ? {} : { signal });
      const lookUp: LookUp = { budget, signal, elapsed: () => clock.now() - started };
      try {
        const chain = aliasChain(start, lookUp.elapsed);
        let at = start;
        let authenticated = true;
        let ttl = Number.POSITIVE_INFINITY;
        for (;;) {
          const message = await ask(lookUp, { name: at, type });
          // A chain is secure only if every link is (RFC 7672 §2.1.3).
          authenticated &&= message.authenticated;
          const finding = readFinding(message, at, type, message.rcode === rcodes.NXDOMAIN, chain);
          ttl = Math.min(ttl, finding.ttl);
          if (finding.status === 'alias') {
            at = finding.canonical;
            continue;
          }
          const marks = { authenticated, trusted, canonical: finding.canonical, ttl: ttl * 1000 };
          if (finding.status === 'records') return { status: 'records', records: finding.records, ...marks };
          return { status: finding.status, ...marks } satisfies DnsAnswer<never>;
        }
      } finally {
        budget[Symbol.dispose]();
      }
    },
  };
}

function failureError(lookUp: LookUp, one: Server, failure: RememberedFailure): WireError {
  const { reason, code, extendedErrors } = failure;
  const evidence = extendedErrors.length === 0 ? { code } : { code, extendedErrors };
  return dnsError(reason, { after: lookUp.elapsed(), endpoint: one.endpoint, evidence });
}
