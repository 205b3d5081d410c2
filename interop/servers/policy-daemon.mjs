// node policy-daemon.mjs CONFIG: the policy hosts of all domains over HTTPS, each with its certificate and its manners.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createSecureContext } from 'node:tls';

/** Between the octets of a slow answer, in milliseconds. */
const PAUSE = 50;

/**
 * @type {{ address: string, identities: Record<string, { key: string, chain: string }>,
 *   answers: Record<string, import('../mta-sts/row.ts').PolicyAnswer> }}
 */
const { address, identities, answers } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));

const contexts = Object.fromEntries(
  Object.entries(identities).map(([name, { key, chain }]) => [
    name,
    createSecureContext({ key: readFileSync(key), cert: readFileSync(chain) }),
  ]),
);

const server = createServer(
  {
    SNICallback: (host, done) => done(null, contexts[answers[host]?.certificate ?? 'good']),
  },
  (request, response) => {
    // Who asks by address says the name in the handshake.
    const { servername } = /** @type {import('node:tls').TLSSocket & { servername?: string }} */ (
      request.socket
    );
    const answer = answers[servername ?? ''];
    if (answer === undefined || request.url !== '/.well-known/mta-sts.txt') {
      response.writeHead(404, { 'content-type': 'text/plain' });
      response.end('not found\n');
      return;
    }
    give(answer, response);
  },
);
server.listen(443, address);

/**
 * @param {import('../mta-sts/row.ts').PolicyAnswer} answer
 * @param {import('node:http').ServerResponse} response
 */
function give({ status = 200, headers = { 'content-type': 'text/plain' }, body = '', manner }, response) {
  if (manner === 'never') return;
  if (manner === undefined) {
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    response.end(body);
    return;
  }
  response.writeHead(status, headers);
  if (manner === 'unannounced') {
    response.write(body.slice(0, 1));
    response.end(body.slice(1));
  } else if (manner === 'broken') {
    response.write(body.slice(0, 10), () => response.destroy());
  } else {
    const timer = setInterval(() => response.write('#'), PAUSE);
    response.on('close', () => clearInterval(timer));
  }
}
