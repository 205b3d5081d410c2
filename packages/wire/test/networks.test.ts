import { describe, it } from 'vitest';
import { nodeNetwork } from '@postern/wire/node';
import { memoryNetwork, networkConformance, simulatedNetwork, virtualClock } from '@postern/wire/testing';
import { selfSigned } from './certificates.ts';

const identity = selfSigned('mail.example.test');

describe('nodeNetwork with first-bytes evidence', () => {
  networkConformance({ describe, it }, async () => ({
    network: nodeNetwork({ evidence: 'first-bytes' }),
    address: '127.0.0.1',
    identity: await identity,
  }));
});

describe('nodeNetwork with count evidence', () => {
  const unseen = 'it only counts bytes, so it says tls-not-spoken';
  networkConformance(
    { describe, it },
    async () => ({ network: nodeNetwork(), address: '127.0.0.1', identity: await identity }),
    {
      skip: {
        'a plaintext greeting in place of a handshake: plaintext-on-tls-port': unseen,
        'a plaintext greeting that arrives in pieces: the same': unseen,
        'TLS-012 text behind the go-ahead: plaintext-after-starttls': unseen,
        'TLS-012 noise in place of a handshake: tls-not-spoken':
          'three bytes are fewer than OpenSSL waits for, so the caller’s deadline ends it',
      },
    },
  );
});

describe('memoryNetwork', () => {
  networkConformance({ describe, it }, async () => ({
    network: memoryNetwork(),
    address: '192.0.2.1',
    identity: await identity,
  }));
});

describe('simulatedNetwork', () => {
  networkConformance({ describe, it }, async () => {
    const clock = virtualClock();
    return {
      network: simulatedNetwork({ clock, path: { latency: 20, segmentBytes: 1460 } }),
      address: '192.0.2.1',
      identity: await identity,
      run: (task) => clock.run(task),
    };
  });
});
