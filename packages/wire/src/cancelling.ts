import { onCancel } from './network.ts';
import type { ConnectOptions } from './network.ts';

/** One signal for both ways to cancel a connect: for attempts in several steps, which are few and may have one each. */
export function cancelSignal(options: ConnectOptions | undefined): AbortSignal | undefined {
  const register = options?.[onCancel];
  if (!register) return options?.signal;
  const controller = new AbortController();
  register((reason) => {
    controller.abort(reason);
  });
  return controller.signal;
}
