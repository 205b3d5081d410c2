// The servers themselves: is there anything to test against?
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { readFileSync } from 'node:fs';
import { connect as connectTls } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { readEnvironment, type Endpoint } from '../environment.ts';

const environment = readEnvironment();
const ca = readFileSync(environment.ca.root);
const greetings = { smtp: /^220 mx\.good\.test ESMTP/, imap: /^\* OK \[CAPABILITY /, pop3: /^\+OK / };

function dial({ address, port, host, method }: Endpoint): Socket {
  return method === 'starttls'
    ? connectTcp({ host: address, port })
    : connectTls({ host: address, port, servername: host, ca });
}

async function firstBytes(socket: Socket): Promise<string> {
  try {
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    return bytes.toString('latin1');
  } finally {
    socket.destroy();
  }
}

describe('a server that works', () => {
  test.each(environment.endpoints)('greets on $endpoint', async (endpoint) => {
    expect(await firstBytes(dial(endpoint))).toMatch(greetings[endpoint.protocol]);
  });
});

describe('a server with a bad certificate', () => {
  const codes = { 'cert-expired': 'CERT_HAS_EXPIRED', 'cert-name-mismatch': 'ERR_TLS_CERT_ALTNAME_INVALID' };
  const implicit = environment.refused.filter(({ method }) => method === 'implicit-tls');

  test.each(implicit)('fails on $endpoint with $reason', async (endpoint) => {
    await expect(firstBytes(dial(endpoint))).rejects.toMatchObject({ code: codes[endpoint.reason] });
  });
});
