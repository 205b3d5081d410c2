/**
 * Composes the other packages into probes, account discovery, reports and advice for people.
 *
 * This entry holds the pure part: explaining a reason code in English or German, deciding which settings to type, and
 * saying them in the words of each mail program. It opens no socket and knows no clock. It is *not* a mail client: what
 * it recommends was seen to work, nothing is sent.
 *
 * RFCs: 8314 (which method), 6186 (settings from SRV), 6409 (submission), 3207, 2595 and 9051 (STARTTLS).
 *
 * @example
 * ```ts
 * import { explain } from '@postern/probe';
 *
 * explain('tls-on-plaintext-port', { lang: 'de', facts: { protocol: 'submission', port: 587 } }).action;
 * // 'Wählen Sie für diesen Port SSL/TLS.'
 * ```
 *
 * @packageDocumentation
 */
export { adviseClients, clients, clientWords } from './advice/clients.ts';
export type { ClientOptions, ClientSetting } from './advice/clients.ts';
export { confusions } from './advice/confusions.ts';
export type { ConfusionName } from './advice/confusions.ts';
export type { ClientProtocol } from './advice/dialog.ts';
export { explain } from './advice/explain.ts';
export type { Facts, Scene } from './advice/facts.ts';
export { factsAround } from './context.ts';
export type { EndpointResult } from './context.ts';
export { findingsOf } from './findings.ts';
export { recommend } from './recommend.ts';
export type { Candidate } from './recommend.ts';
export { escapeText, parseEndpoint, printEndpoint, verdictOf } from './report/index.ts';
export type * from './report/index.ts';
