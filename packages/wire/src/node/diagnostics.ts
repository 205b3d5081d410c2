import { channel } from 'node:diagnostics_channel';
import type { Channel } from 'node:diagnostics_channel';

/**
 * Publishes events on `node:diagnostics_channel`, each on the channel `prefix:type`. An event nobody has subscribed to costs a
 * look-up.
 *
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel';
 * import { diagnosticsChannels } from '@postern/wire/node';
 *
 * subscribe('postern:connect:silent', (event) => console.log(event));
 * const observe = diagnosticsChannels('postern:connect'); // hand it to a pool as `observe`
 * observe({ type: 'silent' });
 * ```
 */
export function diagnosticsChannels(prefix: string): (event: { readonly type: string }) => void {
  const channels = new Map<string, Channel>();
  return (event) => {
    let found = channels.get(event.type);
    if (!found) {
      found = channel(`${prefix}:${event.type}`);
      channels.set(event.type, found);
    }
    if (found.hasSubscribers) found.publish(event);
  };
}
