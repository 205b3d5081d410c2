// Starts the whole world of one run and describes it for the tests.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareMatrix } from './dane/matrix.mjs';
import { firewalledHosts } from './firewall.mjs';
import { issuePolicyCertificates, stsAnswers } from './mta-sts/matrix.mjs';
import { createPki } from './pki.mjs';
import { prepareDovecot, startDovecot } from './servers/dovecot.mjs';
import { startNsd } from './servers/nsd.mjs';
import { startOurs } from './servers/ours.mjs';
import { startPolicyHosts } from './servers/policy.mjs';
import { startPostfixSender } from './servers/postfix-sender.mjs';
import { startPostfix } from './servers/postfix.mjs';
import { startUnbound, validatingFrom } from './servers/unbound.mjs';
import {
  ACCOUNT,
  ADDRESSES,
  FULL,
  GOOD_NAMES,
  HANDED,
  MAILBOXES,
  OUR_NAME,
  RELAYED,
  TOKEN_KEY,
} from './world.mjs';
import { createZones } from './zones.mjs';

/** @typedef {Awaited<ReturnType<typeof startWorld>>['environment']} Environment as environment.ts has it for tests */

/**
 * @param {import('./state.mjs').Run} run
 * @param {import('./namespace.mjs').Place} place of the loopback addresses
 */
export async function startWorld(run, place) {
  const pki = await createPki(run);
  const good = await pki.issue({ name: 'good', names: GOOD_NAMES });
  const policies = await issuePolicyCertificates(pki);
  // With addresses: not every client can connect to one host and ask for the name of another.
  const ours = await pki.issue({
    name: 'ours',
    names: [OUR_NAME, ADDRESSES.ours, ADDRESSES.oursWithoutChunking],
  });
  const client = await pki.issue({ name: 'client', names: [], commonName: ACCOUNT.user, for: 'client' });
  const wrongName = await pki.issue({ name: 'wrong-name', names: ['elsewhere.test'] });
  const expired = await pki.issue({
    name: 'expired',
    names: ['expired.good.test', 'imap-expired.good.test'],
    from: new Date('2020-01-01'),
    to: new Date('2020-02-01'),
  });

  const matrix = await prepareMatrix(run, pki);
  const dovecot = prepareDovecot(run, 'dovecot');
  const { password } = ACCOUNT;
  const [walled, zones, ourServer, sender] = await settled([
    firewalledHosts(run, pki),
    startNames(run, place, good, matrix),
    startOurs(run, {
      name: 'ours',
      place,
      hostname: OUR_NAME,
      certificate: ours,
      account: ACCOUNT,
      listens: [
        { address: ADDRESSES.ours },
        { address: ADDRESSES.oursWithoutChunking, withoutChunking: true },
      ],
    }),
    startPostfixSender(run, { name: 'postfix-sender', place, daneOnly: matrix.daneOnly }),
    startDovecot(run, dovecot, {
      name: 'dovecot',
      place,
      clientRoots: pki.root,
      accounts: [
        ACCOUNT,
        ...MAILBOXES.map((user) => ({ user, password })),
        { user: FULL, password, full: true },
        ...OURS.map((key) => ({ user: HANDED[key], password, handedTo: ADDRESSES[key] })),
      ],
      listens: [
        { address: ADDRESSES.dovecot, certificate: good },
        { address: ADDRESSES.dovecotExpired, certificate: expired },
        { address: ADDRESSES.dovecotWrongName, certificate: wrongName },
      ],
    }),
    startPostfix(run, {
      name: 'postfix',
      place,
      hostname: 'mx.good.test',
      domains: ['good.test'],
      addresses: [ACCOUNT.user, ...MAILBOXES],
      listens: [
        { address: ADDRESSES.postfix, bundle: good.bundle },
        { address: ADDRESSES.postfixExpired, bundle: expired.bundle },
        { address: ADDRESSES.postfixWrongName, bundle: wrongName.bundle },
        { address: ADDRESSES.postfixWithoutChunking, bundle: good.bundle, withoutChunking: true },
        ...matrix.listens,
      ],
      discarded: matrix.domains,
      authSocket: dovecot.authSocket,
      mailFolder: dovecot.mailFolder,
      relays: OURS.map((key) => ({
        domain: RELAYED[key],
        address: ADDRESSES[key],
        name: OUR_NAME,
        ca: pki.root,
      })),
    }),
    startPolicyHosts(run, {
      name: 'policy',
      place,
      address: ADDRESSES.policy,
      identities: policies,
      answers: stsAnswers(),
    }),
  ]);

  const environment = {
    schema: 'postern.interop/1',
    directory: run.directory,
    place,
    ca: { root: pki.root, intermediate: pki.intermediate },
    identity: { key: good.key, chain: good.chain },
    account: ACCOUNT,
    clientIdentity: { key: client.key, chain: client.chain },
    tokenKey: TOKEN_KEY,
    resolver: { address: ADDRESSES.resolver, port: 53 },
    authoritative: { address: ADDRESSES.authoritative, port: 53 },
    zones,
    endpoints: ENDPOINTS,
    refused: REFUSED,
    addresses: ADDRESSES,
    mailFolder: dovecot.mailFolder,
    full: FULL,
    ours: { spool: ourServer.spool, relayed: RELAYED, handed: HANDED },
    sender,
    walled,
  };
  const file = join(run.directory, 'environment.json');
  writeFileSync(file, `${JSON.stringify(environment, undefined, 2)}\n`);
  return { environment, file };
}

/**
 * @param {import('./state.mjs').Run} run
 * @param {import('./namespace.mjs').Place} place
 * @param {import('./pki.mjs').Certificate} good
 * @param {import('./dane/matrix.mjs').Matrix} matrix
 */
async function startNames(run, place, good, matrix) {
  const zones = await createZones(run, { mxCertificate: good.certificate, matrix });
  await startNsd(run, { name: 'nsd', place, address: ADDRESSES.authoritative, zones: zones.served });
  // After NSD: a resolver that starts first finds no root and remembers that for a while.
  await startUnbound(run, {
    name: 'unbound',
    place,
    address: ADDRESSES.resolver,
    lines: validatingFrom(zones),
  });
  return zones.states;
}

/**
 * Promise.all, but waits for the others too when one fails: what they start must be known before it can be stopped.
 *
 * @template {readonly unknown[]} T
 * @param {T} promises
 * @returns {Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }>}
 */
async function settled(promises) {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

const OURS = /** @type {const} */ (['ours', 'oursWithoutChunking']);

/** Every way in that works. `certificate` of all: the good one. */
const ENDPOINTS = [
  endpoint('smtp+starttls', 'smtp', 'mx.good.test', ADDRESSES.postfix, 25),
  endpoint('submissions', 'smtp', 'smtp.good.test', ADDRESSES.postfix, 465),
  endpoint('submission+starttls', 'smtp', 'smtp.good.test', ADDRESSES.postfix, 587),
  endpoint('imap+starttls', 'imap', 'imap.good.test', ADDRESSES.dovecot, 143),
  endpoint('imaps', 'imap', 'imap.good.test', ADDRESSES.dovecot, 993),
  endpoint('pop3+starttls', 'pop3', 'pop.good.test', ADDRESSES.dovecot, 110),
  endpoint('pop3s', 'pop3', 'pop.good.test', ADDRESSES.dovecot, 995),
];

/** Ways in that a client must refuse, and its reason. */
const REFUSED = [
  ...[
    endpoint('submissions', 'smtp', 'expired.good.test', ADDRESSES.postfixExpired, 465),
    endpoint('submission+starttls', 'smtp', 'expired.good.test', ADDRESSES.postfixExpired, 587),
    endpoint('imaps', 'imap', 'imap-expired.good.test', ADDRESSES.dovecotExpired, 993),
  ].map((refused) => ({ ...refused, reason: /** @type {const} */ ('cert-expired') })),
  ...[
    endpoint('submissions', 'smtp', 'wrong-name.good.test', ADDRESSES.postfixWrongName, 465),
    endpoint('submission+starttls', 'smtp', 'wrong-name.good.test', ADDRESSES.postfixWrongName, 587),
    endpoint('imaps', 'imap', 'imap-wrong-name.good.test', ADDRESSES.dovecotWrongName, 993),
  ].map((refused) => ({ ...refused, reason: /** @type {const} */ ('cert-name-mismatch') })),
];

/**
 * @param {string} scheme
 * @param {'smtp' | 'imap' | 'pop3'} protocol
 * @param {string} host
 * @param {string} address
 * @param {number} port
 */
function endpoint(scheme, protocol, host, address, port) {
  const method = scheme.endsWith('+starttls') ? 'starttls' : 'implicit-tls';
  return { endpoint: `${scheme}://${host}:${port}`, protocol, host, address, port, method };
}
