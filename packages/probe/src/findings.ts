import { explain } from './advice/explain.ts';
import { findingTexts } from './advice/finding-texts.ts';
import type { OwnFinding } from './advice/finding-texts.ts';
import { phrase } from './advice/phrases.ts';
import { render } from './advice/render.ts';
import { factsAround } from './context.ts';
import type { EndpointResult } from './context.ts';
import type { Finding, Severity } from './report/account-report.ts';
import { printEndpoint } from './report/endpoint-url.ts';
import type { Lang } from './report/explanation.ts';
import type { ReportReason } from './report/verdict.ts';
import { mechanismsOf } from './speak/mechanisms.ts';

/** A finding before it is worded. */
interface Observation {
  readonly name: string;
  readonly severity: Severity;
  /** Speaks by a text of its own where no reason code names it. */
  readonly own?: OwnFinding;
}

/** Reasons that are more than "does not work": the server, or someone on the way, does something it should not. */
const grave: Readonly<Partial<Record<ReportReason, Observation>>> = {
  'starttls-masked': { name: 'starttls-masked', severity: 'problem' },
  'plaintext-after-starttls': { name: 'tampering', severity: 'problem' },
  'reply-before-command': { name: 'tampering', severity: 'problem' },
  'preauth-before-tls': { name: 'tampering', severity: 'problem' },
  'downgrade-suspected': { name: 'tampering', severity: 'problem' },
  desynchronised: { name: 'tampering', severity: 'warning' },
  'server-not-verified': { name: 'tampering', severity: 'problem' },
  'channel-binding-mismatch': { name: 'tampering', severity: 'problem' },
  'starttls-not-offered': { name: 'starttls-missing', severity: 'warning' },
  'starttls-refused': { name: 'starttls-broken', severity: 'problem' },
  'starttls-protocol-error': { name: 'starttls-broken', severity: 'problem' },
  'plaintext-on-tls-port': { name: 'method-swapped', severity: 'note' },
  'tls-on-plaintext-port': { name: 'method-swapped', severity: 'note' },
  'wrong-protocol': { name: 'wrong-service', severity: 'warning' },
  'tls-version-too-old': { name: 'outdated-encryption', severity: 'problem' },
  'tls-no-shared-cipher': { name: 'outdated-encryption', severity: 'problem' },
  'tls-no-forward-secrecy': { name: 'outdated-encryption', severity: 'warning' },
  'tls-alert-protocol-version': { name: 'outdated-encryption', severity: 'problem' },
  'bare-lf': { name: 'sloppy-server', severity: 'warning' },
  'mx-is-address': { name: 'wrong-record', severity: 'warning' },
  'sts-mx-not-listed': { name: 'wrong-record', severity: 'problem' },
  'dane-mismatch': { name: 'certificate', severity: 'problem' },
  'tlsa-unusable': { name: 'wrong-record', severity: 'warning' },
};

/**
 * Whether the server takes a password before TLS: IMAP without LOGINDISABLED (RFC 9051 §6.2.3), SMTP with AUTH and POP3
 * with USER or a plain SASL mechanism in the clear (RFC 4954 §4, RFC 2595 §4, RFC 8314 §4.1).
 */
function takesPasswordInTheClear({ endpoint, capabilities }: EndpointResult): boolean {
  const offered = (capabilities?.beforeTls ?? []).map((line) => line.toUpperCase());
  if (offered.length === 0 || endpoint.method === 'implicit-tls') return false;
  const plain = mechanismsOf(endpoint.protocol, offered).some((name) => name === 'PLAIN' || name === 'LOGIN');
  if (endpoint.protocol === 'imap') return plain || !offered.includes('LOGINDISABLED');
  return plain || (endpoint.protocol === 'pop3' && offered.includes('USER'));
}

/** The address family that stays silent while the other goes through: programs then hang before they connect. */
function silentFamily({ attempts }: EndpointResult): 'ipv4-silent' | 'ipv6-silent' | undefined {
  const of = (six: boolean): readonly string[] =>
    (attempts ?? []).filter(({ address }) => address.includes(':') === six).map(({ verdict }) => verdict);
  const good = (verdicts: readonly string[]): boolean =>
    verdicts.some((verdict) => verdict.startsWith('works'));
  const silent = (verdicts: readonly string[]): boolean =>
    verdicts.length > 0 && verdicts.every((verdict) => verdict === 'silent');
  if (good(of(false)) && silent(of(true))) return 'ipv6-silent';
  return good(of(true)) && silent(of(false)) ? 'ipv4-silent' : undefined;
}

function observe(result: EndpointResult): readonly Observation[] {
  const seen: Observation[] = [];
  const known = grave[result.reason];
  if (known) seen.push(known);
  else if (result.reason.startsWith('cert-')) seen.push({ name: 'certificate', severity: 'problem' });
  if (takesPasswordInTheClear(result)) {
    seen.push({ name: 'login-in-the-clear', severity: 'warning', own: 'login-in-the-clear' });
  }
  const silent = silentFamily(result);
  if (silent) seen.push({ name: 'one-family-silent', severity: 'warning', own: silent });
  return seen;
}

const order: readonly Severity[] = ['problem', 'warning', 'note'];

/** Findings with the gravest on top; of equal ones the order stays. */
export function gravestFirst(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

/**
 * What is worth telling about the servers beyond "works" and "does not": tampering on the way, bad certificates, logins
 * offered in the clear, a dead address family. Gravest first; one entry per host for certificates, else per endpoint.
 *
 * @param options - `lang`: default `en`.
 *
 * @example
 * ```ts
 * import { findingsOf } from '@postern/probe';
 * import type { AccountReport } from '@postern/probe';
 *
 * export function problems({ probes }: AccountReport): string[] {
 *   const found = findingsOf(probes, { lang: 'de' });
 *   return found.filter(({ severity }) => severity === 'problem').map(({ explanation }) => explanation.summary);
 * }
 * ```
 */
export function findingsOf(
  results: readonly EndpointResult[],
  options: { readonly lang?: Lang } = {},
): readonly Finding[] {
  const lang = options.lang ?? 'en';
  const findings = new Map<string, Finding>();
  for (const result of results) {
    const { endpoint } = result;
    for (const { name, severity, own } of observe(result)) {
      const reason = own === undefined ? result.reason : 'none';
      // The same port seen as submission and as an exchanger's is one port: what it does is told once.
      const where = name === 'certificate' ? endpoint.host : `${endpoint.host} ${endpoint.port}`;
      const key = `${name} ${reason} ${where}`;
      const earlier = findings.get(key);
      if (earlier) {
        // Several addresses of one endpoint are one place.
        if (!earlier.endpoints.some((known) => printEndpoint(known) === printEndpoint(endpoint)))
          findings.set(key, { ...earlier, endpoints: [...earlier.endpoints, endpoint] });
        continue;
      }
      const facts = factsAround(result, results);
      const words = phrase(facts, lang);
      const text = own === undefined ? undefined : findingTexts[own][lang];
      const explanation = text
        ? {
            lang,
            summary: render(text.summary, words),
            cause: render(text.cause, words),
            action: render(text.action, words),
          }
        : explain(reason, { lang, facts });
      findings.set(key, { name, severity, reason, endpoints: [endpoint], explanation });
    }
  }
  return gravestFirst([...findings.values()]);
}
