import type { Lab } from '@postern/lab';
import type { AccountReport } from '@postern/probe/report';

/**
 * Publishes in the lab what the report of one of its domains tells its operator to. Whether there was anything: notes are about
 * what could merely be better, and whoever asked for an account was not told.
 */
export function publishTold({ address, findings }: AccountReport, lab: Lab): boolean {
  if (address !== null) return false;
  const told = findings.flatMap(({ severity, publish }) => (severity !== 'note' && publish ? [publish] : []));
  // One after the other would take away what another finding put at the same place.
  lab.publish({ zone: told.flatMap(({ zone }) => zone) });
  for (const { file } of told) if (file) lab.publish({ zone: [], file });
  return told.length > 0;
}
