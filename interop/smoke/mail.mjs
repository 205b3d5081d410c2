// Postfix and Dovecot: TLS on every port, refused certificates, logins, and a message from one to the other.
import { setTimeout as sleep } from 'node:timers/promises';
import { shows, text } from './check.mjs';
import { VERIFIED, openssl } from './openssl.mjs';

const REFUSALS = { 'cert-expired': /certificate has expired/, 'cert-name-mismatch': /hostname mismatch/ };

/**
 * @param {import('../start.mjs').Environment} environment
 * @returns {import('./check.mjs').Check[]}
 */
export function mailChecks({ place, ca, account: { user, password }, endpoints, refused }) {
  const connect = (/** @type {number} */ port, lines = '') => {
    const endpoint = endpoints.find((candidate) => candidate.port === port);
    if (endpoint === undefined) throw new Error(`no endpoint with port ${port}`);
    return openssl(place, ca.root, endpoint, lines);
  };
  const plain = (/** @type {string} */ secret) =>
    `AUTH PLAIN ${Buffer.from(`\0${user}\0${secret}`).toString('base64')}\n`;
  const submission = `EHLO client.test\n${plain('wrong')}${plain(password)}`;
  const inbox = `a LOGIN ${user} ${password}\nb SELECT INBOX\n`;
  const message = `${submission}MAIL FROM:<${user}>\nRCPT TO:<${user}>\nDATA\nSubject: interop\n\nHello.\n.\n`;

  return [
    ...endpoints.map((endpoint) =>
      shows(`${endpoint.endpoint}: verified`, () => openssl(place, ca.root, endpoint), VERIFIED),
    ),
    ...refused.map((endpoint) =>
      shows(
        `${endpoint.endpoint}: ${endpoint.reason}`,
        () => openssl(place, ca.root, endpoint),
        REFUSALS[endpoint.reason],
      ),
    ),
    ...[465, 587].map((port) =>
      shows(
        `${port}: wrong password refused, right one taken`,
        () => connect(port, submission),
        /^535 [^]*^235 /m,
      ),
    ),
    shows('587: mail for elsewhere refused without a login', () => connect(587, relay), /^554 5\.7\.1/m),
    shows('25: mail for elsewhere refused', () => connect(25, relay), /^554 5\.7\.1/m),
    ...[143, 993].map((port) => shows(`${port}: login`, () => connect(port, inbox), /^a OK .*Logged in/m)),
    ...[110, 995].map((port) =>
      shows(`${port}: login`, () => connect(port, `USER ${user}\nPASS ${password}\n`), /^\+OK Logged in/m),
    ),
    {
      what: 'a message sent to 587 is in the IMAP inbox',
      async holds() {
        const sent = await connect(587, message);
        for (const deadline = performance.now() + 5000; performance.now() < deadline; await sleep(100)) {
          if (/^\* [1-9]\d* EXISTS/m.test(text(await connect(993, inbox)))) return true;
        }
        return `not delivered:\n${text(sent)}`;
      },
    },
  ];
}

const relay = 'EHLO client.test\nMAIL FROM:<tim@good.test>\nRCPT TO:<somebody@elsewhere.test>\n';
