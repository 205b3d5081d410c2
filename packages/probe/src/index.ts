/**
 * Composes the other packages into probes, account discovery, reports and advice for people: which of the two TLS methods works
 * on a mail server, why the other does not, and what to type, in English or German and in the words of each mail program.
 *
 * It is *not* a mail client: a probe sends no mail, and no password unless asked to, inside verified TLS only. It opens
 * sockets and tells the time only through what it is given. `@postern/probe/report` is its browser-safe part.
 *
 * RFCs: 8314 (which method), 6186 (settings from SRV), 6409 (submission), 3207, 2595 and 9051 (STARTTLS), 5321 §5 (MX).
 *
 * @example
 * ```ts
 * import { explain, probeEndpoint } from '@postern/probe';
 * import { zoneResolver } from '@postern/dns';
 * import { nodeNetwork, systemClock } from '@postern/wire/node';
 *
 * const report = await probeEndpoint(
 *   { protocol: 'submission', host: '127.0.0.1', port: 587, method: 'starttls' },
 *   {
 *     network: nodeNetwork({ evidence: 'first-bytes' }),
 *     clock: systemClock(),
 *     wallClock: () => Date.now(),
 *     resolver: zoneResolver(''),
 *     allowSpecial: true,
 *   },
 * );
 * console.log(report.reason, explain(report.reason, { lang: 'de' }).action);
 * ```
 *
 * @packageDocumentation
 */
export { parseAccount } from './account/address.ts';
export type { AddressProblem, MailAccount } from './account/address.ts';
export { checkAccount } from './account/check-account.ts';
export type { CheckOptions } from './account/check-account.ts';
export { adviseClients } from './advice/advise-clients.ts';
export { clients, clientWords } from './advice/clients.ts';
export type { ClientOptions, ClientSetting } from './advice/clients.ts';
export { confusions } from './advice/confusions.ts';
export type { ConfusionName } from './advice/confusions.ts';
export { explain } from './advice/explain.ts';
export type { Facts, Scene } from './advice/facts.ts';
export { factsAround } from './context.ts';
export type { EndpointResult } from './context.ts';
export { findingsOf } from './findings.ts';
export { recommend } from './recommend.ts';
export type { Candidate } from './recommend.ts';
export { defineProbe, runProbe } from './run/define.ts';
export type { Probe, ProbeRun, ProbeTools, RunOptions } from './run/define.ts';
export type { ProbeEnvironment, Progress } from './run/environment.ts';
export { observeLines } from './run/observe-lines.ts';
export { probeEndpoint } from './run/probe-endpoint.ts';
export type { ProbeOptions } from './run/probe-endpoint.ts';
export { escapeText, parseEndpoint, printEndpoint, verdictOf } from './report/index.ts';
export type * from './report/index.ts';
