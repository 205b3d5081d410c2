// Mail servers behind a firewall: two namespaces joined by a wire, one for the client, one for the servers.
import { isIPv6 } from 'node:net';
import { closePorts, createNamespace, join, setResolver } from './namespace.mjs';
import { createPki } from './pki.mjs';
import { prepareDovecot, startDovecot } from './servers/dovecot.mjs';
import { startPostfix } from './servers/postfix.mjs';
import { answeringOnly, startUnbound } from './servers/unbound.mjs';
import { ACCOUNT, WALLED } from './world.mjs';

/**
 * Sets up two mail domains. `wall.test`: port 465 swallows everything, 587 is open. `reject.test`: port 465 is refused
 * with a TCP reset, 587 is open. Postfix listens on 465 of both; it is the firewall that makes the difference.
 * `six.test` has IPv6 addresses only, `hole.test` has both, and those of IPv6 swallow everything. IMAP and POP3 are open
 * elsewhere. Everything is taken down when the run closes.
 *
 * @param {import('./state.mjs').Run} run
 * @param {import('./pki.mjs').Pki} [pki]
 */
export async function firewalledHosts(run, pki) {
  const authority = pki ?? (await createPki(run));
  const certificate = await authority.issue({
    name: 'walled',
    names: DOMAINS.flatMap(({ domain }) => [
      ...['mail', 'smtp', 'imap', 'pop'].map((host) => `${host}.${domain}`),
      domain,
    ]),
  });
  const servers = await createNamespace(run, 'servers');
  const client = await createNamespace(run, 'client');
  const { client: client4, client6, ...others } = WALLED;
  const inside = [...new Set(Object.values(others))];
  await join(client, [client4, client6].map(onWire), servers, inside.map(onWire));
  await closePorts(servers, [
    { address: WALLED.dropping, port: 465, verdict: 'drop' },
    { address: WALLED.rejecting, port: 465, verdict: 'reject with tcp reset' },
    { address: WALLED.hole6, verdict: 'drop' },
  ]);
  setResolver(client, WALLED.resolver);

  const dovecot = prepareDovecot(run, 'walled-dovecot');
  const users = DOMAINS.map(({ domain }) => `tim@${domain}`);
  await Promise.all([
    startUnbound(run, {
      name: 'walled-unbound',
      place: servers,
      address: WALLED.resolver,
      address6: WALLED.mail6,
      lines: answeringOnly([soa('.'), ...DOMAINS.flatMap(records)]),
    }),
    startDovecot(run, dovecot, {
      name: 'walled-dovecot',
      place: servers,
      accounts: users.map((user) => ({ user, password: ACCOUNT.password })),
      listens: [WALLED.dovecot, WALLED.dovecot6].map((address) => ({ address, certificate })),
    }),
    startPostfix(run, {
      name: 'walled-postfix',
      place: servers,
      hostname: 'mail.wall.test',
      domains: DOMAINS.map(({ domain }) => domain),
      addresses: users,
      listens: [WALLED.dropping, WALLED.rejecting, WALLED.mail6].map((address) => ({
        address,
        bundle: certificate.bundle,
      })),
      authSocket: dovecot.authSocket,
      mailFolder: dovecot.mailFolder,
    }),
  ]);

  return {
    client,
    servers,
    resolver: { address: WALLED.resolver, port: 53 },
    resolver6: { address: WALLED.mail6, port: 53 },
    password: ACCOUNT.password,
    domains: WALLS.map(({ domain, mail: [mail], port465 }) => ({
      domain,
      user: `tim@${domain}`,
      mail,
      imap: WALLED.dovecot,
      port465,
    })),
  };
}

/** Domains whose port 465 is closed in one way or the other. */
const WALLS = /** @type {const} */ ([
  { domain: 'wall.test', mail: [WALLED.dropping], imap: [WALLED.dovecot], port465: 'dropped' },
  { domain: 'reject.test', mail: [WALLED.rejecting], imap: [WALLED.dovecot], port465: 'rejected' },
]);

/** @type {readonly { domain: string, mail: readonly string[], imap: readonly string[] }[]} */
const DOMAINS = [
  ...WALLS,
  { domain: 'six.test', mail: [WALLED.mail6], imap: [WALLED.dovecot6] },
  {
    domain: 'hole.test',
    // The address of reject.test: its 465 is closed, so all that works are ways over the older protocol, and not at once.
    mail: [WALLED.hole6, WALLED.rejecting],
    imap: [WALLED.hole6, WALLED.dovecot],
  },
];

/** @param {string} address */
function onWire(address) {
  return isIPv6(address) ? `${address}/64` : `${address}/24`;
}

/**
 * Addresses and MX; no SRV records, so that the ports have to be found by trying.
 *
 * @param {(typeof DOMAINS)[number]} domain
 */
function records({ domain, mail, imap }) {
  const address = (/** @type {string} */ host) => (/** @type {string} */ to) =>
    `${host}.${domain}. 60 IN ${isIPv6(to) ? 'AAAA' : 'A'} ${to}`;
  return [
    soa(`${domain}.`),
    `${domain}. 60 IN MX 10 mail.${domain}.`,
    ...mail.map(address('mail')),
    ...mail.map(address('smtp')),
    ...imap.map(address('imap')),
    ...imap.map(address('pop')),
  ];
}

/** @param {string} zone */
function soa(zone) {
  return `${zone} 60 IN SOA ns.wall.test. tim.wall.test. 1 3600 600 86400 5`;
}
