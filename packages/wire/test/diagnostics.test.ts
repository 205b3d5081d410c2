import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, it } from 'vitest';
import { diagnosticsChannels } from '@postern/wire/node';

it('publishes each event on the channel of its type', () => {
  const heard: unknown[] = [];
  const listen = (message: unknown, name: string | symbol): void => {
    heard.push([name, message]);
  };
  subscribe('test:connect:won', listen);
  const publish = diagnosticsChannels('test:connect');
  publish({ type: 'attempt' });
  publish({ type: 'won' });
  unsubscribe('test:connect:won', listen);
  publish({ type: 'won' });
  expect(heard).toEqual([['test:connect:won', { type: 'won' }]]);
});
