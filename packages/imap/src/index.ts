/**
 * The IMAP dialogue: a client machine without a socket, and a promise face that puts it to work on any connection. The
 * server's side is `@postern/imap/server`.
 *
 * Today it covers everything from the greeting to a login, and the framing of all responses; mailboxes and messages are not
 * read yet: their data is handed out as it came. It is *not* a mail reader, and it verifies no certificate; what TLS must
 * prove is decided by the request given to `startTls`, for instance one of `@postern/starttls`.
 *
 * RFCs: 9051 (IMAP4rev2) and 3501 (IMAP4rev1) for connection and framing, 2971 (ID), 4959 (SASL-IR), 5530 (response codes),
 * 8314 (TLS only).
 *
 * @example
 * ```ts
 * import { openImap } from '@postern/imap';
 * import { nodeNetwork, systemClock } from '@postern/wire/node';
 * const connection = await nodeNetwork().connect({ address: '192.0.2.7', port: 143 });
 * const imap = await openImap(connection, { clock: systemClock(), patience: 'probe' });
 * console.log(imap.capabilities.startTls); // offered
 * await imap.logout();
 * ```
 *
 * @packageDocumentation
 */
export { noCapabilities, parseCapabilities } from './capabilities.ts';
export type { Capabilities } from './capabilities.ts';
export { openImap } from './client.ts';
export { encodeCommand } from './commands.ts';
export type { EncodedCommand, ImapCommand, MailboxCommand, MailboxVerb, WireCommand } from './commands.ts';
export type { ImapDiagnostic, ImapEvent } from './events.ts';
export type { Argument } from './arguments.ts';
export type { FetchStream } from './fetch-stream.ts';
export type {
  Answer,
  CallOptions,
  Imap,
  Login,
  LoginCallOptions,
  OpenImapOptions,
  StartTlsOptions,
} from './imap.ts';
export type {
  Copied,
  DownloadOptions,
  FetchOptions,
  FlagChange,
  Found,
  Mailbox,
  MessageOptions,
  Stored,
  StoreOptions,
} from './mailbox.ts';
export { decodeMailboxName, encodeMailboxName } from './mailbox-name.ts';
export type { MailboxName } from './mailbox-name.ts';
export type {
  Appended,
  AppendOptions,
  Listed,
  ListOptions,
  SelectOptions,
  StatusItem,
} from './mailbox-options.ts';
export type { MessageSet } from './message-set.ts';
export type { Change, WatchOptions } from './watch.ts';
export type { SearchKeys } from './search-keys.ts';
export type { SelectedMailbox } from './selected.ts';
export { imapClient } from './machine.ts';
export type { ImapClientMachine, ImapClientOptions } from './machine.ts';
export { greetingReason, loginOutcomes, loginReason, startTlsReason } from './outcomes.ts';
export type {
  BodyExtension,
  BodyStructure,
  Disposition,
  Multipart,
  Parameters,
  SinglePart,
} from './parse/body-structure.ts';
export type { CodeData } from './parse/code.ts';
export type { Address, AddressGroup, Envelope } from './parse/envelope.ts';
export type { FetchData } from './parse/fetch.ts';
export type { ListedMailbox, Namespace, Namespaces, SpecialUse } from './parse/list.ts';
export type { MailboxStatus } from './parse/mailbox-status.ts';
export { NumberSet, setOf } from './parse/number-set.ts';
export type { NumberRange } from './parse/number-set.ts';
export type { Number64 } from './parse/numbers.ts';
export type { Quota, QuotaResource, QuotaRoots } from './parse/quota.ts';
export type { Leniency, ScanOptions } from './parse/scan.ts';
export type { ExtendedSearchResult, SearchResult, Thread } from './parse/search.ts';
export type { BinarySize, Section } from './parse/section.ts';
export type { ParseOptions, Untagged } from './parse/untagged.ts';
export { parseResponse, replyLimits } from './reply.ts';
export type { ImapResponse, ReplyLimits } from './reply.ts';
export { patienceProfiles, states } from './states.ts';
export type { Patience, StateName, StateRow } from './states.ts';
export { parseStatus } from './status.ts';
export type { ResponseCode, StatusResponse } from './status.ts';
