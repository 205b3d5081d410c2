import type { Attempt } from '@postern/pool';
import { describeCertificate } from '@postern/starttls';
import type { EpochMilliseconds } from '@postern/starttls';
import { latin1 } from '@postern/wire';
import type { Evidence, Fault, Milliseconds } from '@postern/wire';
import { explain } from '../advice/explain.ts';
import { factsAround } from '../context.ts';
import type {
  AttemptReport,
  CertificateReport,
  EvidenceReport,
  ProbeReport,
  TlsReport,
} from '../report/probe-report.ts';
import { verdictOf } from '../report/verdict.ts';
import type { ReportReason, Verdict } from '../report/verdict.ts';
import type { Course, Seen } from './attempt.ts';
import type { SecondLook } from './second-look.ts';

/** Everything a report is made of. */
export interface Conclusion extends SecondLook {
  readonly attempts: readonly Attempt[];
  /** When the addresses were dialled, in milliseconds since the probe began. */
  readonly dialledAt: Milliseconds;
}

/** Turns what a probe saw into its report. */
export function endpointReport(course: Course, conclusion: Conclusion): ProbeReport {
  const { seen, ending, more, attempts } = conclusion;
  const dialogueMs = conclusion.endedAt - conclusion.dialledAt;
  const { endpoint, environment, recorder } = course;
  const failure = ending.ok ? loginFault(seen) : ending.fault;
  const reason: ReportReason = failure?.reason ?? 'none';
  recorder.note('end', reason === 'none' ? 'works' : reason);
  // Only a dialogue that went through to its end has a certificate that was noted and forgiven.
  const forgiven = environment.certificate === 'any' && failure !== undefined && failure === seen.certificate;
  const verdict = verdictOf(reason, { unverified: forgiven });
  const certificate = certificateReport(seen, failure);
  const evidence = evidenceReport(failure?.evidence);
  const tried = attempts.map((attempt) => attemptReport(attempt, verdict, reason, failure, dialogueMs));
  const { connectTo, serverName, lang = 'en' } = environment;
  const report: Omit<ProbeReport, 'explanation'> = {
    schema: 'postern.probe/1',
    endpoint,
    ...(connectTo === undefined ? {} : { connectTo }),
    ...(serverName === undefined ? {} : { serverName }),
    verdict,
    reason,
    phase: failure?.phase ?? null,
    // What was remembered was not waited for.
    ...(failure?.kind === 'timeout' && evidence?.silentForMs === undefined
      ? { waitedMs: failure.after }
      : {}),
    tls: tlsReport(seen),
    certificate,
    capabilities: { beforeTls: seen.beforeTls ?? null, insideTls: seen.insideTls ?? null },
    auth: authReport(seen),
    ...(evidence ? { evidence } : {}),
    attempts: [...tried, ...more],
    timeline: recorder.timeline,
    elapsedMs: recorder.elapsed,
  };
  return { ...report, explanation: explain(reason, { lang, facts: factsAround(report, [report]) }) };
}

function loginFault({ login }: Seen): Fault | undefined {
  return login?.ok === false ? { kind: 'peer', reason: login.reason, phase: 'auth', after: 0 } : undefined;
}

function authReport({ login }: Seen): ProbeReport['auth'] {
  if (!login) return { attempted: false, ok: null };
  return login.ok ? { attempted: true, ok: true } : { attempted: true, ok: false, reason: login.reason };
}

function tlsReport({ tls }: Seen): TlsReport | null {
  if (!tls) return null;
  return { version: tls.version, cipher: tls.cipher, alpn: tls.alpn ?? null, resumed: tls.resumed };
}

function certificateReport({ peer, tls }: Seen, failure: Fault | undefined): CertificateReport | null {
  const leaf = peer?.chain[0];
  const described = leaf && describeCertificate(leaf);
  if (!described) return null;
  const judged =
    tls?.verification?.status === 'unverified'
      ? tls.verification.fault.reason
      : failure?.kind === 'tls' && failure.reason.startsWith('cert-')
        ? failure.reason
        : 'none';
  return {
    subject: described.subject,
    issuer: described.issuer,
    names: described.names,
    validFrom: isoDate(described.notBefore),
    validTo: isoDate(described.notAfter),
    fingerprint256: described.fingerprint,
    publicKeySha256: described.publicKeySha256,
    valid: judged === 'none',
    reason: judged,
  };
}

function isoDate(at: EpochMilliseconds): string {
  // oxlint-disable-next-line no-restricted-globals -- a given time is written down, no clock is read
  return new Date(at).toISOString();
}

/** The address that was connected carries the verdict of the dialogue; the others have their own. */
function attemptReport(
  attempt: Attempt,
  verdict: Verdict,
  reason: ReportReason,
  failure: Fault | undefined,
  dialogueMs: Milliseconds,
): AttemptReport {
  const base = {
    address: attempt.endpoint.address,
    port: attempt.endpoint.port,
    method: attempt.method as AttemptReport['method'],
    ms: attempt.ms ?? 0,
  };
  if (attempt.outcome === 'granted') {
    return { ...base, ms: dialogueMs, verdict, reason, phase: failure?.phase ?? null };
  }
  // It answered after another address had won, and was closed: reachable, but of TLS nothing was seen there.
  if (attempt.outcome === 'open') return { ...base, verdict: 'could-not-tell', reason: 'none', phase: null };
  const own: ReportReason = attempt.reason ?? (attempt.outcome === 'abandoned' ? 'none' : 'timeout-connect');
  return {
    ...base,
    verdict: attempt.outcome === 'abandoned' ? 'could-not-tell' : verdictOf(own),
    reason: own,
    phase: 'connect',
    ...(attempt.fault?.limit === undefined ? {} : { limitMs: attempt.fault.limit }),
  };
}

function evidenceReport(evidence: Evidence | undefined): EvidenceReport | undefined {
  if (!evidence) return undefined;
  const { reply, protocol, syns, silentFor, code, bytes } = evidence;
  // A server that was sent a ClientHello complains about every line of it: what it said first is what counts.
  const shown = reply ?? (bytes && latin1(bytes).split(/\r?\n/, 1)[0]);
  const report: EvidenceReport = {
    ...(shown === undefined ? {} : { reply: shown }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(syns === undefined ? {} : { syns }),
    ...(silentFor === undefined ? {} : { silentForMs: Math.round(silentFor) }),
    ...(code === undefined ? {} : { code }),
  };
  return Object.keys(report).length > 0 ? report : undefined;
}
