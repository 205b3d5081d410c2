// A mail client made of `openssl s_client`: it upgrades, checks the certificate and passes lines on.
import { argv, runCommand } from '../command.ts';

/** The verdict on the certificate; `s_client` words it differently in different versions. */
export const VERIFIED = /Verif\w+(?: return code)?: (?:OK|0 \(ok\))/;

/** Makes the server close the connection, which ends `s_client`. */
const FAREWELL = { smtp: 'QUIT\n', imap: 'z LOGOUT\n', pop3: 'QUIT\n' };

/**
 * @param {import('../namespace.mjs').Place} place
 * @param {string} root
 * @param {{ address: string, port: number, host: string, method: string, protocol: keyof typeof FAREWELL }} endpoint
 * @param {string} [lines] sent all at once after the handshake
 */
export function openssl(place, root, { address, port, host, method, protocol }, lines = '') {
  return runCommand(
    argv`${place.exec} openssl s_client -connect ${address}:${port} -servername ${host} -verify_hostname ${host}
      -CAfile ${root} -verify_return_error -crlf -ign_eof ${method === 'starttls' ? ['-starttls', protocol] : []}`,
    { input: lines + FAREWELL[protocol], timeout: 10_000 },
  );
}
