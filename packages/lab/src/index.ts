/**
 * Mail servers with good and bad habits, a DNS server and firewall weather in one process: what others test against.
 * Each port of each host does one thing right or wrong, and the lab says as data what a check must report about it.
 *
 * It is *not* a mail server: it stores nothing, delivers nowhere, and everybody may read its passwords. All of it is on
 * loopback, on free ports, without root; its hosts have their documentation addresses and standard ports on the lab's own
 * network only. This entry is pure and takes network, clock and randomness as parameters; `@postern/lab/node` fills them in.
 *
 * RFCs: 5321, 3207, 6409, 4954 (SMTP); 1939, 2595, 5034 (POP3); 9051 (IMAP); 8314 (ports); 1035 (DNS); 7672, 8461, 8460 (what
 * its domains publish); 5280, 9525 (what its certificates break); 5737, 3849 (documentation addresses).
 *
 * @example
 * ```ts
 * import { startNodeLab } from '@postern/lab/node';
 * const lab = await startNodeLab();
 * for (const { hostName, endpoint, outcomes } of lab.endpoints.slice(0, 1)) {
 *   console.log(hostName, endpoint.port, outcomes.starttls.reason); // mail.allgood.test 25 none
 * }
 * await lab[Symbol.asyncDispose]();
 * ```
 *
 * @packageDocumentation
 */
export type { AuthorityOptions } from './certificates/authority.ts';
export type { WebCrypto } from './certificates/web-crypto.ts';
export type {
  LabAccount,
  LabEndpoint,
  LabWebHost,
  LabProtocol,
  LabPublication,
  LabText,
  Outcome,
  TlsMethod,
} from './endpoint.ts';
export type * from './habits/habit-name.ts';
export { startLab } from './lab.ts';
export type { Lab, LabOptions } from './lab.ts';
export type { LabDomain } from './zone/oddities.ts';
