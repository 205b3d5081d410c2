// Mail servers behind a firewall: two namespaces joined by a wire, one for the client, one for the servers.
import { closePorts, createNamespace, join, setResolver } from './namespace.mjs';
import { createPki } from './pki.mjs';
import { prepareDovecot, startDovecot } from './servers/dovecot.mjs';
import { startPostfix } from './servers/postfix.mjs';
import { answeringOnly, startUnbound } from './servers/unbound.mjs';
import { ACCOUNT, WALLED } from './world.mjs';

/**
 * Sets up two mail domains. `wall.test`: port 465 swallows everything, 587 is open. `reject.test`: port 465 is refused
 * with a TCP reset, 587 is open. Postfix listens on 465 of both; it is the firewall that makes the difference.
 * IMAP and POP3 are open. Everything is taken down when the run closes.
 *
 * @param {import('./state.mjs').Run} run
 * @param {import('./pki.mjs').Pki} [pki]
 */
export async function firewalledHosts(run, pki) {
  const authority = pki ?? (await createPki(run));
  const certificate = await authority.issue({
    name: 'walled',
    names: ['wall.test', 'reject.test'].flatMap((domain) => [
      ...['mail', 'smtp', 'imap', 'pop'].map((host) => `${host}.${domain}`),
      domain,
    ]),
  });
  const servers = await createNamespace(run, 'servers');
  const client = await createNamespace(run, 'client');
  const inside = [...new Set([WALLED.resolver, WALLED.dropping, WALLED.rejecting, WALLED.dovecot])];
  await join(
    client,
    [`${WALLED.client}/24`],
    servers,
    inside.map((address) => `${address}/24`),
  );
  await closePorts(servers, [
    { address: WALLED.dropping, port: 465, verdict: 'drop' },
    { address: WALLED.rejecting, port: 465, verdict: 'reject with tcp reset' },
  ]);
  setResolver(client, WALLED.resolver);

  const dovecot = prepareDovecot(run, 'walled-dovecot');
  const users = [`tim@wall.test`, `tim@reject.test`];
  await Promise.all([
    startUnbound(run, {
      name: 'walled-unbound',
      place: servers,
      address: WALLED.resolver,
      lines: answeringOnly([
        soa('.'),
        ...mailDomain('wall.test.', WALLED.dropping),
        ...mailDomain('reject.test.', WALLED.rejecting),
      ]),
    }),
    startDovecot(run, dovecot, {
      name: 'walled-dovecot',
      place: servers,
      accounts: users.map((user) => ({ user, password: ACCOUNT.password })),
      listens: [{ address: WALLED.dovecot, certificate }],
    }),
    startPostfix(run, {
      name: 'walled-postfix',
      place: servers,
      hostname: 'mail.wall.test',
      domains: ['wall.test', 'reject.test'],
      addresses: users,
      listens: [WALLED.dropping, WALLED.rejecting].map((address) => ({
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
    password: ACCOUNT.password,
    domains: [
      {
        domain: 'wall.test',
        user: 'tim@wall.test',
        mail: WALLED.dropping,
        imap: WALLED.dovecot,
        port465: 'dropped',
      },
      {
        domain: 'reject.test',
        user: 'tim@reject.test',
        mail: WALLED.rejecting,
        imap: WALLED.dovecot,
        port465: 'rejected',
      },
    ],
  };
}

/**
 * Addresses and MX; no SRV records, so that the ports have to be found by trying.
 *
 * @param {string} domain
 * @param {string} mail
 */
function mailDomain(domain, mail) {
  return [
    soa(domain),
    `${domain} 60 IN MX 10 mail.${domain}`,
    `mail.${domain} 60 IN A ${mail}`,
    `smtp.${domain} 60 IN A ${mail}`,
    `imap.${domain} 60 IN A ${WALLED.dovecot}`,
    `pop.${domain} 60 IN A ${WALLED.dovecot}`,
  ];
}

/** @param {string} zone */
function soa(zone) {
  return `${zone} 60 IN SOA ns.wall.test. tim.wall.test. 1 3600 600 86400 5`;
}
