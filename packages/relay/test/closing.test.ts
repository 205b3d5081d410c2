import { zoneResolver } from '@postern/dns';
import { expect, test } from 'vitest';
import { createRelay } from '../src/index.ts';
import { one, town, twoHosts, words } from './town.ts';

test('a relay that is disposed of while it looks a domain up defers the mail, and bounces none', async () => {
  const inner = zoneResolver(twoHosts);
  const asked = Promise.withResolvers<undefined>();
  const scene = await town(twoHosts, {
    resolver: {
      async query(name, type, options) {
        await asked.promise;
        return inner.query(name, type, options);
      },
    },
  });
  await scene.serve(one, 25, 'starttls');
  const relay = createRelay(scene.environment);
  const message = {
    sender: 'ann@sender.test',
    recipients: ['ben@example.test'],
    content: 'Subject: x\r\n\r\n',
  };
  const delivered = relay.deliver(message);
  await relay[Symbol.asyncDispose]();
  asked.resolve(undefined);
  expect((await delivered).recipients.map(words)).toEqual(['deferred closed']);
});

test('a memory of offers that cannot be read makes the mail wait', async () => {
  const offers = {
    offeredBefore: () => Promise.reject(new Error('disk')),
    noteOffer: () => Promise.resolve(),
  };
  const scene = await town(twoHosts, { more: { offers } });
  await scene.serve(one, 25, 'starttls');
  const { recipients } = await scene.deliver({});
  expect(recipients.map(({ status }) => status)).toEqual(['deferred']);
  expect(scene.taken).toEqual([]);
});
