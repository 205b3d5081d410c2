/** Web Crypto, by the type of the platform's own global: with or without the DOM's declarations. */
export type WebCrypto = typeof globalThis.crypto;

/** A key of {@link WebCrypto}. */
export type WebKey = Awaited<ReturnType<WebCrypto['subtle']['importKey']>>;

/** A private key and its public half. */
export interface WebKeyPair {
  readonly privateKey: WebKey;
  readonly publicKey: WebKey;
}
