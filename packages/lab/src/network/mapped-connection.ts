import { isWireError, WireError } from '@postern/wire';
import type { Connection, Endpoint, TlsInfo, TlsRequest } from '@postern/wire';
import { Through } from './through.ts';
import type { Abortable } from './through.ts';

/** A connection that says it leads to the public endpoint, also in its faults and where a certificate is judged. */
export class MappedConnection extends Through {
  readonly #public: Endpoint;

  constructor(inner: Connection, publicEndpoint: Endpoint) {
    super(inner);
    this.#public = publicEndpoint;
  }

  override get endpoint(): Endpoint {
    return this.#public;
  }

  override read(options?: Abortable): Promise<Uint8Array | undefined> {
    return named(this.inner.read(options), this.#public);
  }

  override write(bytes: Uint8Array, options?: Abortable): Promise<void> {
    return named(this.inner.write(bytes, options), this.#public);
  }

  override handshake(request: TlsRequest, options?: Abortable): Promise<TlsInfo> {
    return named(this.inner.handshake(publicRequest(request, this.#public), options), this.#public);
  }
}

/** The same request, whose judge sees the public endpoint. */
export function publicRequest(request: TlsRequest, endpoint: Endpoint): TlsRequest {
  return { ...request, verify: (peer) => request.verify({ ...peer, endpoint }) };
}

/** Puts the public endpoint into the fault of a failure. Anything else, such as an abort, passes untouched. */
export async function named<T>(task: Promise<T>, endpoint: Endpoint): Promise<T> {
  try {
    return await task;
  } catch (error) {
    if (isWireError(error)) throw new WireError({ ...error.fault, endpoint }, { cause: error.cause });
    throw error;
  }
}
