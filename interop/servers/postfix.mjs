// A Postfix of its own: nothing under /etc/postfix is read for settings or changed.
import { writeFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { argv } from '../command.ts';
import { startServer } from '../server.mjs';

/**
 * @typedef {object} Listen
 * @property {string} address
 * @property {string} bundle its certificate
 * @property {boolean} [withoutChunking] what it does not offer
 * @property {Readonly<Record<string, string>>} [smtpd] settings of its own; a server with such has port 25 only
 *
 * @typedef {object} Relay
 * @property {string} domain
 * @property {string} address of the server, port 25; TLS is demanded and verified
 * @property {string} name in that server's certificate
 * @property {string} ca file
 */

/**
 * @param {import('../state.mjs').Run} run
 * @param {object} options
 * @param {string} options.name of its folder
 * @param {import('../namespace.mjs').Place} options.place
 * @param {string} options.hostname what it calls itself in the greeting
 * @param {readonly string[]} options.domains it takes mail for
 * @param {readonly string[]} options.addresses of mail users in these domains
 * @param {readonly Listen[]} options.listens each with ports 25, 465 and 587
 * @param {readonly string[]} [options.discarded] domains, with all below them, whose mail it takes and throws away
 * @param {string} options.authSocket of the Dovecot that checks passwords
 * @param {string} options.mailFolder where Dovecot reads what is delivered
 * @param {readonly Relay[]} [options.relays] domains that it hands on
 */
export async function startPostfix(run, { name, place, listens, ...settings }) {
  const directory = run.folder(name);
  // Beside the queue, not above it: Postfix expects root to own everything in its configuration folder.
  const config = run.folder(`${name}/config`);
  run.folder(`${name}/queue`);
  run.folder(`${name}/data`, 'postfix');
  writeFileSync(`${config}/main.cf`, mainCf({ directory, bundle: listens[0]?.bundle ?? '', ...settings }));
  writeFileSync(`${config}/master.cf`, `${listens.map(services).join('')}${INTERNAL}`);

  await startServer(run, {
    name,
    directory,
    place,
    command: argv`postfix -c ${config} start-fg`,
    listens: listens.flatMap(({ address, smtpd }) =>
      (smtpd ? [25] : [25, 465, 587]).map((port) => ({ address, port })),
    ),
    // Without a terminal Postfix tells start-up errors to syslog only, and there may be none: `script` gives it one.
    diagnose: argv`script -qec ${`postfix -c ${config} check`} /dev/null`,
  });
}

/**
 * @param {{ directory: string, bundle: string, hostname: string, domains: readonly string[],
 *   addresses: readonly string[], authSocket: string, mailFolder: string, relays?: readonly Relay[],
 *   discarded?: readonly string[] }} settings
 */
function mainCf({
  directory,
  bundle,
  hostname,
  domains,
  addresses,
  authSocket,
  mailFolder,
  relays = [],
  discarded = [],
}) {
  const mailboxes = addresses.map(
    (address) => `{ ${address} = ${address.split('@').toReversed().join('/')}/ }`,
  );
  return `
compatibility_level = 3.6
queue_directory = ${directory}/queue
data_directory = ${directory}/data
maillog_file = ${directory}/log
maillog_file_prefixes = ${directory}

myhostname = ${hostname}
mydomain = ${domains[0]}
myorigin = $mydomain
mydestination =
mynetworks =
# An address of 127/8 that is not configured on lo would be fatal here; master.cf has the addresses.
inet_interfaces = loopback-only
inet_protocols = all
# No test is to wait for, or depend on, the reverse name of a loopback address.
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0

alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = ${domains.join(', ')}
virtual_mailbox_base = ${mailFolder}
virtual_mailbox_maps = inline:{ ${mailboxes.join(', ')} }
virtual_uid_maps = static:5000
virtual_gid_maps = static:5000
# Mail for anybody else must not leave the machine.
default_transport = error:5.7.1 this server delivers to its own domains only
relay_transport = $default_transport
relay_domains = ${[...relays.map(({ domain }) => domain), ...discarded].join(', ')}
transport_maps = ${transports(relays, discarded)}
# Lines stay as long as they are.
smtp_line_length_limit = 0
smtp_tls_security_level = secure
smtp_tls_CAfile = ${relays[0]?.ca ?? ''}
smtp_tls_secure_cert_match = ${relays[0]?.name ?? 'nexthop'}
# What is not there yet when a test begins must not cost minutes.
minimal_backoff_time = 2s
queue_run_delay = 2s

# The content of what a client hands in stays as it is: no header is added for a client on this machine.
local_header_rewrite_clients =

smtpd_tls_chain_files = ${bundle}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_loglevel = 1
smtpd_sasl_type = dovecot
# Absolute, outside the queue folder: made by Dovecot below queue/private, it would stop Postfix if root made that first.
smtpd_sasl_path = ${authSocket}
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
`;
}

/**
 * Where relayed domains go. An empty inline table is an error to Postfix, so there is none.
 * @param {readonly Relay[]} relays
 * @param {readonly string[]} discarded
 */
function transports(relays, discarded) {
  const rows = [
    ...relays.map(({ domain, address }) => `{ ${domain} = smtp:[${address}]:25 }`),
    ...discarded.flatMap((domain) => [`{ ${domain} = discard: }`, `{ .${domain} = discard: }`]),
  ];
  if (rows.length === 0) return '';
  return `inline:{ ${rows.join(', ')} }`;
}

/** @param {Listen} listen */
function services({ address, bundle, withoutChunking = false, smtpd }) {
  const host = isIPv6(address) ? `[${address}]` : address;
  const certificate = `-o smtpd_tls_chain_files=${bundle}${withoutChunking ? ' -o smtpd_discard_ehlo_keywords=chunking,silent-discard' : ''}`;
  if (smtpd) {
    const further = Object.entries(smtpd).map(([name, value]) => ` -o ${name}=${value}`);
    return `${host}:25 inet n - n - - smtpd ${certificate}${further.join('')}\n`;
  }
  const submission = `-o smtpd_sasl_auth_enable=yes -o smtpd_relay_restrictions=permit_sasl_authenticated,reject`;
  return `
${host}:25  inet n - n - - smtpd ${certificate}
${host}:465 inet n - n - - smtpd ${certificate} ${submission} -o smtpd_tls_wrappermode=yes
${host}:587 inet n - n - - smtpd ${certificate} ${submission} -o smtpd_tls_security_level=encrypt
`;
}

// As Debian ships it, with no service in a chroot. The one transport that leaves it, smtp, is for relays.
export const INTERNAL = `
pickup    unix n - n 60   1 pickup
cleanup   unix n - n -    0 cleanup
qmgr      unix n - n 300  1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n -    - trivial-rewrite
bounce    unix - - n -    0 bounce
defer     unix - - n -    0 bounce
trace     unix - - n -    0 bounce
verify    unix - - n -    1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n -    - proxymap
error     unix - - n -    - error
retry     unix - - n -    - error
discard   unix - - n -    - discard
smtp      unix - - n -    - smtp
scache    unix - - n -    1 scache
virtual   unix - n n -    - virtual
anvil     unix - - n -    1 anvil
postlog   unix-dgram n - n - 1 postlogd
`;
