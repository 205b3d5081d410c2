import type { AccountReport, Finding, ProbeReport } from '@postern/probe/report';
import { isUndecided } from './output/headline.ts';

/** Exit statuses; scripts and monitors depend on them. */
export const exitStatus = {
  works: 0,
  findings: 1,
  usage: 2,
  couldNotTell: 3,
  localBlock: 4,
  interrupted: 130,
} as const;

/** One of the exit statuses. */
export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

/** Whether the own network or this machine itself is in the way, and nobody else. */
export function isOwnNetwork(reason: ProbeReport['reason']): boolean {
  return reason === 'local-block' || reason === 'prohibited';
}

/** The status for one endpoint. */
export function probeStatus({ verdict, reason }: Pick<ProbeReport, 'verdict' | 'reason'>): ExitStatus {
  if (isOwnNetwork(reason)) return exitStatus.localBlock;
  switch (verdict) {
    case 'works':
      return exitStatus.works;
    case 'works-unverified':
    case 'refused':
      return exitStatus.findings;
    case 'silent':
    case 'could-not-tell':
      return exitStatus.couldNotTell;
  }
}

/**
 * The status for an account. It works when there is a setting for receiving and for sending, everything that the domain
 * announced works, and nothing needs mending; what was only guessed may fail. Where a look-up failed on which that hangs, nobody can
 * tell.
 */
export function accountStatus({ probes, recommendation, findings, domain }: AccountReport): ExitStatus {
  if (probes.some(({ reason }) => isOwnNetwork(reason))) return exitStatus.localBlock;
  const told = probes.filter(({ verdict }) => verdict !== 'silent' && verdict !== 'could-not-tell');
  // Where nothing was found there was nothing to tell; that is a finding, unless the search itself failed.
  const foundNothing = probes.length === 0 && domain?.reason?.startsWith('dns-') !== true;
  if (told.length === 0 && !foundNothing) return exitStatus.couldNotTell;

  const announced = probes.filter((probe) => isAnnounced(probe, domain));
  const missing = services.filter((service) => recommendation[service] === null);
  const wrong =
    findings.some((finding) => finding.severity !== 'note' && !isUnknown(finding)) ||
    announced.some(({ verdict }) => verdict !== 'works' && verdict !== 'could-not-tell') ||
    missing.some((service) => !isUndecided({ probes, recommendation }, service));
  if (wrong) return exitStatus.findings;
  const unknown =
    missing.length > 0 ||
    findings.some((finding) => finding.severity !== 'note' && isUnknown(finding)) ||
    announced.some(({ verdict }) => verdict === 'could-not-tell') ||
    (domain?.unanswered ?? []).length > 0;
  return unknown ? exitStatus.couldNotTell : exitStatus.works;
}

const services = ['incoming', 'outgoing'] as const;

/** What a domain publishes and could not be looked up: nobody knows whether it needs mending. */
function isUnknown({ domain, reason }: Finding): boolean {
  return domain !== undefined && (reason.startsWith('dns-') || reason === 'sts-timeout');
}

function isAnnounced({ endpoint }: ProbeReport, domain: AccountReport['domain']): boolean {
  return (domain?.announced ?? []).some(
    ({ protocol, host, port, method }) =>
      protocol === endpoint.protocol &&
      host === endpoint.host &&
      port === endpoint.port &&
      method === endpoint.method,
  );
}
