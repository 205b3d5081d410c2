import { isUsageError, isWireError } from '../src/index.ts';
import type { Fault, Reason } from '../src/index.ts';

/** The fault with which a promise is rejected. */
export async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  try {
    await promise;
  } catch (error) {
    if (isWireError(error)) return error.fault;
    throw error;
  }
  throw new Error('not rejected');
}

/** The reason with which a promise is rejected, if it is; `usage` for a mistake of the caller. */
export async function reasonOf(promise: Promise<unknown>): Promise<Reason | 'usage' | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (isWireError(error)) return error.code;
    if (isUsageError(error)) return 'usage';
    throw error;
  }
}

/** Everything that can go on without time has gone on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
