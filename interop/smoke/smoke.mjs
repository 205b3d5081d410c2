// Checks every server from outside, with other people's tools only: what fails here is no fault of our packages.
import { table } from './check.mjs';
import { dnsChecks } from './dns.mjs';
import { firewallChecks } from './firewall.mjs';
import { mailChecks } from './mail.mjs';
import { policyChecks } from './policy.mjs';
import { smtpChecks } from './smtp.mjs';

/**
 * @param {import('../start.mjs').Environment} environment
 * @param {AbortSignal} signal
 * @returns {Promise<number>} exit status
 */
export async function smoke(environment, signal) {
  const failed = await table(
    [mailChecks, smtpChecks, dnsChecks, policyChecks, firewallChecks].flatMap((checks) =>
      checks(environment),
    ),
    signal,
  );
  return failed === 0 ? 0 : 1;
}
