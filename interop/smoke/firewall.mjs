// The hosts behind the firewall, from the client's side of the wire.
import { argv, runCommand } from '../command.ts';
import { shows, text } from './check.mjs';
import { VERIFIED, openssl } from './openssl.mjs';

/**
 * @param {import('../start.mjs').Environment} environment
 * @returns {import('./check.mjs').Check[]}
 */
export function firewallChecks({ ca, walled: { client, resolver, domains } }) {
  const dig = (/** @type {string} */ question) => runCommand(argv`${client.exec} dig ${question.split(' ')}`);
  return [
    ...domains.flatMap(({ domain, mail, imap, port465 }) => [
      {
        what: `${domain}: 465 is ${port465}`,
        async holds() {
          const connect = argv`${client.exec} openssl s_client -connect ${mail}:465`;
          const outcome = await runCommand(connect, { timeout: 1500 });
          if (port465 === 'dropped') return outcome.timedOut || `an answer came: ${text(outcome)}`;
          if (outcome.timedOut) return 'no answer came';
          return text(outcome).includes('Connection refused') || text(outcome);
        },
      },
      ...[
        walled('smtp', `smtp.${domain}`, mail, 587, 'starttls'),
        walled('smtp', `mail.${domain}`, mail, 25, 'starttls'),
        walled('imap', `imap.${domain}`, imap, 993, 'implicit-tls'),
        walled('imap', `imap.${domain}`, imap, 143, 'starttls'),
        walled('pop3', `pop.${domain}`, imap, 995, 'implicit-tls'),
        walled('pop3', `pop.${domain}`, imap, 110, 'starttls'),
      ].map((endpoint) =>
        shows(
          `${domain}: ${endpoint.port} is open, ${endpoint.host} verified`,
          () => openssl(client, ca.root, endpoint),
          VERIFIED,
        ),
      ),
      // Without naming the server: through the resolv.conf of the namespace.
      shows(
        `${domain}: mail exchange`,
        () => dig(`+short ${domain} MX`),
        new RegExp(`^10 mail\\.${domain}\\.$`),
      ),
      ...['mail', 'smtp'].map((host) => named(`${host}.${domain}`, mail)),
      ...['imap', 'pop'].map((host) => named(`${host}.${domain}`, imap)),
      shows(`${domain}: no SRV records`, () => dig(`_submissions._tcp.${domain} SRV`), /status: NXDOMAIN/),
    ]),
    shows('no other names', () => dig(`@${resolver.address} example.org A`), /status: NXDOMAIN/),
  ];

  /**
   * @param {string} name
   * @param {string} address
   */
  function named(name, address) {
    return shows(
      `${name}: ${address}`,
      () => dig(`+short ${name} A`),
      new RegExp(`^${address.replaceAll('.', '\\.')}$`),
    );
  }
}

/**
 * @param {'smtp' | 'imap' | 'pop3'} protocol
 * @param {string} host
 * @param {string} address
 * @param {number} port
 * @param {string} method
 */
function walled(protocol, host, address, port, method) {
  return { protocol, host, address, port, method };
}
