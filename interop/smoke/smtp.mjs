// What the SMTP tests stand on: who offers CHUNKING, the verdicts of Dovecot's LMTP, and our own server.
import { argv, runCommand } from '../command.ts';
import { shows } from './check.mjs';
import { openssl } from './openssl.mjs';

/**
 * @param {import('../start.mjs').Environment} environment
 * @returns {import('./check.mjs').Check[]}
 */
export function smtpChecks({ place, ca, account: { user, password }, addresses, full }) {
  const ehlo = (/** @type {string} */ address, /** @type {string} */ host) =>
    openssl(place, ca.root, { address, port: 25, host, method: 'starttls', protocol: 'smtp' }, 'EHLO c\n');
  const offered = /^250[ -]CHUNKING\r?$/m;
  const missing = /^(?![^]*CHUNKING)[^]*^250[ -]8BITMIME\r?$/m;
  const login = Buffer.from(`\0${user}\0${password}`).toString('base64');
  const inside = {
    host: 'ours.good.test',
    port: 465,
    method: 'implicit-tls',
    protocol: /** @type {const} */ ('smtp'),
  };

  return [
    shows('Postfix offers CHUNKING', () => ehlo(addresses.postfix, 'mx.good.test'), offered),
    shows('another does not', () => ehlo(addresses.postfixWithoutChunking, 'mx.good.test'), missing),
    shows('our server offers CHUNKING', () => ehlo(addresses.ours, 'ours.good.test'), offered),
    shows('another of ours does not', () => ehlo(addresses.oursWithoutChunking, 'ours.good.test'), missing),
    shows(
      'our server, 465: login',
      () => openssl(place, ca.root, { ...inside, address: addresses.ours }, `EHLO c\nAUTH PLAIN ${login}\n`),
      /^235 /m,
    ),
    shows(
      'LMTP of Dovecot: taken, over quota, unknown',
      () =>
        runCommand(
          argv`${place.exec} swaks --protocol LMTP --server ${addresses.dovecot} --port 24 --helo client.test
            --from a@sender.test --to ${`${user},${full},nobody@good.test`}`,
        ),
      /550 5\.1\.1[^]*250 2\.0\.0[^]*552 5\.2\.2/,
    ),
  ];
}
