import type { Connection, Endpoint, ExchangeOptions, Network } from '@postern/wire';

/** A datagram that was sent to a server. */
export interface SentQuery {
  readonly server: string;
  readonly bytes: Uint8Array;
}

/**
 * A network for datagrams alone, where one query may be answered by several, in the order they are returned; forged ones
 * among them. No answer is silence, an error is thrown.
 */
export function scriptedNetwork(
  answer: (query: Uint8Array, server: string) => readonly Uint8Array[] | Error | undefined,
): Network & { readonly sent: readonly SentQuery[] } {
  const sent: SentQuery[] = [];
  return {
    sent,
    connect: (): Promise<Connection> => Promise.reject(new Error('no TCP in this script')),
    exchange(
      endpoint: Endpoint,
      datagram: Uint8Array,
      { accept, signal }: ExchangeOptions,
    ): Promise<Uint8Array> {
      sent.push({ server: endpoint.address, bytes: Uint8Array.from(datagram) });
      const replies = answer(datagram, endpoint.address);
      if (replies instanceof Error) return Promise.reject(replies);
      const accepted = replies?.find(accept);
      if (accepted !== undefined) return Promise.resolve(accepted);
      return new Promise((_, reject) => {
        signal?.addEventListener('abort', () => {
          reject(signal.reason);
        });
      });
    },
  };
}
