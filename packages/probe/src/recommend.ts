import { explain } from './advice/explain.ts';
import { hintsFor, inTheClear, wouldWork } from './advice/hints.ts';
import { loginKind } from './candidate.ts';
import type { Candidate } from './candidate.ts';
import { factsAround } from './context.ts';
import type { EndpointResult } from './context.ts';
import { compareRank, compareSource, reachedByBoth } from './rank.ts';
import type { Ranked } from './rank.ts';
import type { Recommendation, Rejection, Setting, Source } from './report/account-report.ts';
import { sameEndpoint } from './report/endpoint.ts';
import type { ServiceEndpoint } from './report/endpoint.ts';
import type { Lang } from './report/explanation.ts';

export type { Candidate } from './candidate.ts';

/** The most trustworthy of some candidates, the first among equals. */
function best(candidates: readonly Candidate[]): Candidate | undefined {
  return candidates.toSorted((a, b) => compareSource(a.source, b.source))[0];
}

interface Origin {
  readonly source: Source;
  readonly order: number;
  /** Where user name and login methods are taken from. */
  readonly like: Candidate | undefined;
  readonly needsConfirmation: boolean;
  readonly foundAt: string | undefined;
}

/**
 * Where a probed endpoint comes from. Ports of the matrix and of a re-probe were announced by nobody: they count as
 * guesses, but user name, login and the trust in the host are those of the same service on the same host.
 */
function originOf(endpoint: ServiceEndpoint, candidates: readonly Candidate[]): Origin {
  const exact = best(candidates.filter((candidate) => sameEndpoint(candidate, endpoint)));
  const sameHost = candidates.filter(({ host }) => host === endpoint.host);
  const like =
    exact ??
    best(sameHost.filter(({ protocol }) => protocol === endpoint.protocol)) ??
    best(candidates.filter(({ protocol }) => protocol === endpoint.protocol));
  const doubtful = (candidate: Candidate): boolean =>
    candidate.needsConfirmation ?? candidate.source === 'guess';
  return {
    source: exact?.source ?? 'guess',
    order: exact ? candidates.indexOf(exact) : candidates.length,
    like,
    needsConfirmation: exact ? doubtful(exact) : sameHost.every(doubtful),
    foundAt: exact?.foundAt,
  };
}

function settingOf(result: EndpointResult, origin: Origin): Setting | undefined {
  const { protocol, host, port, method } = result.endpoint;
  if (result.verdict !== 'works' || method === 'plaintext' || protocol === 'smtp') return undefined;
  const template = origin.like?.userNameTemplate;
  return {
    protocol,
    host,
    port,
    method,
    userName: origin.like?.userName ?? 'address',
    ...(template !== undefined && { userNameTemplate: template }),
    source: origin.source,
    ...(origin.foundAt !== undefined && { foundAt: origin.foundAt }),
    login: loginKind(origin.like, result),
    needsConfirmation: origin.needsConfirmation,
  };
}

function rejectionOf(
  result: EndpointResult,
  source: Source,
  results: readonly EndpointResult[],
  lang: Lang,
): Rejection {
  const { endpoint, verdict } = result;
  // A login in the clear is never recommended, however well it works.
  const plaintext = endpoint.method === 'plaintext' && verdict === 'works';
  if (plaintext)
    return {
      endpoint,
      source,
      verdict: 'refused',
      reason: 'plaintext-login-refused',
      line: inTheClear[lang],
    };
  const { summary } = explain(result.reason, { lang, facts: factsAround(result, results) });
  const line = verdict === 'works-unverified' ? wouldWork[lang](summary) : summary;
  return { endpoint, source, verdict, reason: result.reason, line };
}

/**
 * Decides which settings to type from what was found and what the probes saw: what is not TLS with a valid certificate is
 * dropped, the rest is ranked, and everything dropped gets one line with its cause. Pure: the same input gives the same
 * answer, whatever the order of the results.
 *
 * Results of MX hosts (`smtp`) are no settings; they only help to read a silence. Results without a candidate are taken as
 * guesses on a known host.
 *
 * @param options - `lang`: language of lines and hints. Default `en`.
 *
 * @example
 * ```ts run
 * import { recommend } from '@postern/probe';
 * import type { EndpointResult } from '@postern/probe';
 *
 * const host = 'smtp.example.org';
 * const results: EndpointResult[] = [
 *   { endpoint: { protocol: 'submission', host, port: 465, method: 'implicit-tls' }, verdict: 'silent', reason: 'timeout-connect' },
 *   { endpoint: { protocol: 'submission', host, port: 587, method: 'starttls' }, verdict: 'works', reason: 'none' },
 * ];
 * const { outgoing, rejected } = recommend({ candidates: [], results });
 * console.log(outgoing?.port, rejected[0]?.line); // 587 Port 465 is blocked on the way: no reply. Port 587 with STARTTLS works.
 * ```
 */
export function recommend(
  input: { readonly candidates: readonly Candidate[]; readonly results: readonly EndpointResult[] },
  options: { readonly lang?: Lang } = {},
): Recommendation {
  const lang = options.lang ?? 'en';
  const ranked: Ranked[] = [];
  const rejected: Rejection[] = [];
  for (const result of input.results) {
    if (result.endpoint.protocol === 'smtp') continue;
    const origin = originOf(result.endpoint, input.candidates);
    const setting = settingOf(result, origin);
    if (setting) ranked.push({ setting, bothFamilies: reachedByBoth(result), order: origin.order });
    else rejected.push(rejectionOf(result, origin.source, input.results, lang));
  }
  const settings = ranked.toSorted(compareRank).map(({ setting }) => setting);
  const outgoing = settings.find(({ protocol }) => protocol === 'submission') ?? null;
  const incoming = settings.find(({ protocol }) => protocol !== 'submission') ?? null;
  const alternatives = settings.filter((setting) => setting !== incoming && setting !== outgoing);
  const decided = { incoming, outgoing, alternatives, rejected };
  return { ...decided, hints: hintsFor(decided, input.results, lang) };
}
