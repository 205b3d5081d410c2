import { expect, it } from 'vitest';
import { nodeNetwork } from '@postern/wire/node';
import { swallowOnLoopback } from './swallow.ts';

it.runIf(process.platform === 'linux')(
  'leaves a connection request without any answer, and stops when disposed of',
  async () => {
    const listener = await swallowOnLoopback();
    expect(listener).toBeDefined();
    if (!listener) return;
    const network = nodeNetwork();
    const controller = new AbortController();
    const attempt = network.connect(listener.endpoint, { signal: controller.signal });
    setTimeout(() => {
      controller.abort('enough');
    }, 100);
    await expect(attempt).rejects.toBe('enough');
    await listener[Symbol.asyncDispose]();
    await expect(network.connect(listener.endpoint)).rejects.toMatchObject({ code: 'connection-refused' });
  },
);
