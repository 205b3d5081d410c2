import { once } from 'node:events';
import { connect } from 'node:tls';
import { nodeNetwork } from '@postern/wire/node';
import { expect, test } from 'vitest';
import { selfSigned } from '../../wire/test/certificates.ts';
import { requirementFor, tlsRequest } from '../src/index.ts';

const identity = await selfSigned('mail.example.test');

test('TLS-028 a peer that asks for renegotiation gets none, and a request has no field for early data', async () => {
  const network = nodeNetwork();
  await using listener = await network.listen({ address: '127.0.0.1', port: 0 }, async (connection) => {
    await connection.acceptTls({ identity: () => identity });
    // Until the other end is gone.
    await connection.read().catch(() => undefined);
    await connection[Symbol.asyncDispose]();
  });
  const socket = connect({
    host: '127.0.0.1',
    port: listener.endpoint.port,
    ca: identity.chain,
    servername: 'mail.example.test',
    maxVersion: 'TLSv1.2',
  });
  await once(socket, 'secureConnect');
  const refusal = await new Promise<Error | null>((resolve) => {
    socket.once('error', resolve);
    socket.renegotiate({}, resolve);
  });
  socket.destroy();
  expect(refusal).toMatchObject({ code: 'ERR_SSL_NO_RENEGOTIATION' });

  const requirement = requirementFor({ user: 'encrypt' });
  const request = tlsRequest({ serverName: 'mail.example.test', requirement, wallClock: () => 0 });
  expect(Object.keys(request).toSorted()).toEqual(['serverName', 'verify']);
});
