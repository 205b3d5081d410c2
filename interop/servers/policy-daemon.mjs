// node policy-daemon.mjs ADDRESS CHAIN KEY POLICY: serves one policy over HTTPS.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [address, chain = '', key = '', policy = ''] = process.argv.slice(2);

createServer({ cert: readFileSync(chain), key: readFileSync(key) }, (request, response) => {
  const found = request.url === '/.well-known/mta-sts.txt';
  response.writeHead(found ? 200 : 404, { 'content-type': 'text/plain' });
  response.end(found ? readFileSync(policy) : 'not found\n');
}).listen(443, address);
