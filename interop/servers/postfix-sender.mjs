// A Postfix that only sends, as a second opinion on what others publish: level `dane`, and `dane-only` for some domains.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from '../command.ts';
import { startServer } from '../server.mjs';
import { INTERNAL } from './postfix.mjs';

/**
 * @param {import('../state.mjs').Run} run
 * @param {object} options
 * @param {string} options.name of its folder
 * @param {import('../namespace.mjs').Place} options.place
 * @param {readonly string[]} options.daneOnly domains that must have TLSA records
 * @returns {Promise<{ config: string, log: string }>} for `sendmail -C`, and where it tells what became of the mail
 */
export async function startPostfixSender(run, { name, place, daneOnly }) {
  const directory = run.folder(name);
  const config = run.folder(`${name}/config`);
  run.folder(`${name}/queue`);
  run.folder(`${name}/data`, 'postfix');
  const levels = daneOnly.map((domain) => `{ ${domain} = dane-only }`);
  writeFileSync(
    join(config, 'main.cf'),
    `
compatibility_level = 3.6
queue_directory = ${directory}/queue
data_directory = ${directory}/data
maillog_file = ${directory}/log
maillog_file_prefixes = ${directory}
myhostname = sender.test
mydestination =
alias_maps =
alias_database =
inet_interfaces = loopback-only
inet_protocols = ipv4
smtp_dns_support_level = dnssec
smtp_tls_security_level = dane
smtp_tls_policy_maps = inline:{ ${levels.join(', ')} }
smtp_tls_loglevel = 1
# Each domain is one delivery with a TLS connection of its own in the log.
smtp_connection_cache_on_demand = no
`,
  );
  writeFileSync(join(config, 'master.cf'), INTERNAL);
  await startServer(run, {
    name,
    directory,
    place,
    command: argv`postfix -c ${config} start-fg`,
    listens: [],
    diagnose: argv`script -qec ${`postfix -c ${config} check`} /dev/null`,
  });
  return { config, log: join(directory, 'log') };
}
