/**
 * The IMAP dialogue: a client machine without a socket, and a promise face that puts it to work on any connection. The
 * server's side is `@postern/imap/server`.
 *
 * It reads every response into typed values, selects mailboxes, streams messages with backpressure, and keeps the state of a mailbox
 * right while others change it. It is *not* a mail reader: it decodes no message, no encoded word (RFC 2047), and keeps no copy of a
 * mailbox. It verifies no certificate either; what TLS must prove is decided by the request given to `startTls`, for instance one of
 * `@postern/starttls`.
 *
 * RFCs: 9051 (IMAP4rev2), 3501 (IMAP4rev1), 2177 (IDLE), 2342 (NAMESPACE), 2971 (ID), 3502 (MULTIAPPEND), 3516 (BINARY), 3691 (UNSELECT), 4315 (UIDPLUS),
 * 4731 (ESEARCH), 4959 (SASL-IR), 4978 (COMPRESS), 5161 (ENABLE), 5182 (SEARCHRES), 5256 (SORT and THREAD), 5258 (LIST-EXTENDED), 5530 (response codes), 5819
 * (LIST-STATUS), 5267 (ESORT), 6154 (SPECIAL-USE), 6851 (MOVE), 7162 (CONDSTORE, QRESYNC), 7888 (LITERAL+), 6855 (UTF8=ACCEPT), 8314 (TLS only), 8438
 * (STATUS=SIZE), 8474 (OBJECTID), 8514, 8970, 9208 (read).
 *
 * @example
 * ```ts
 * import { openImap } from '@postern/imap';
 * import { nodeNetwork, systemClock } from '@postern/wire/node';
 * const connection = await nodeNetwork().connect({ address: '192.0.2.7', port: 143 });
 * const imap = await openImap(connection, { clock: systemClock(), patience: 'probe' });
 * // after startTls and login
 * const answer = await imap.examine('INBOX', { fetch: { uids: '1:*', items: ['UID', 'ENVELOPE'] } });
 * if (answer.ok) for await (const { uid, envelope } of answer.value.fetched) console.log(uid, envelope?.subject);
 * await imap.logout();
 * ```
 *
 * @packageDocumentation
 */
export { backoffHint } from './backoff-hint.ts';
export { noCapabilities, parseCapabilities } from './parse/capabilities.ts';
export type { Capabilities } from './parse/capabilities.ts';
export { openImap } from './client.ts';
export { encodeCommand } from './commands.ts';
export type {
  EncodedCommand,
  ImapCommand,
  LaterPart,
  MailboxCommand,
  MailboxVerb,
  WireCommand,
} from './commands.ts';
export type { ImapDiagnostic, ImapEvent } from './events.ts';
export type { Argument, ArgumentContext } from './arguments.ts';
export type { FetchStream } from './mailbox/fetch-stream.ts';
export type {
  Found,
  FoundPart,
  SearchOptions,
  SortCriterion,
  Sorted,
  SortKey,
  ThreadAlgorithm,
} from './mailbox/finding.ts';
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
  FetchedMailbox,
  FetchOptions,
  FlagChange,
  LabelChange,
  Mailbox,
  MessageOptions,
  Moved,
  MoveOptions,
  Stored,
  StoreOptions,
} from './mailbox/mailbox.ts';
export { decodeMailboxName, encodeMailboxName } from './mailbox-name.ts';
export type { MailboxName } from './mailbox-name.ts';
export type {
  Appended,
  AppendOptions,
  Created,
  CreateOptions,
  FetchingOptions,
  Listed,
  ListOptions,
  LsubOptions,
  NewMessage,
  SelectOptions,
  StatusItem,
  StreamedMessage,
  SubscribedName,
} from './mailbox/mailbox-options.ts';
export { MessageNumbers } from './mailbox/message-numbers.ts';
export type { MessageSet } from './message-set.ts';
export type { Change, WatchOptions } from './mailbox/watch.ts';
export type { SearchKeys } from './search-keys.ts';
export type { SelectedMailbox } from './transition/selected.ts';
export { imapClient } from './machine.ts';
export type { ImapClientMachine, ImapClientOptions } from './machine.ts';
export { greetingReason, loginOutcomes, loginReason, startTlsReason } from './transition/outcomes.ts';
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
export type { Leniency } from './parse/leniency.ts';
export type { ScanOptions } from './parse/scan.ts';
export type { ExtendedSearchResult, SearchResult, Thread } from './parse/search.ts';
export type { BinarySize, Section } from './parse/section.ts';
export type { ParseOptions, Untagged } from './parse/untagged.ts';
export { parseResponse, replyLimits } from './parse/reply.ts';
export type { ImapResponse, ReplyLimits } from './parse/reply.ts';
export { patienceProfiles, states } from './transition/states.ts';
export type { Patience, StateName, StateRow } from './transition/states.ts';
export { parseStatus } from './parse/status.ts';
export type { ResponseCode, StatusResponse } from './parse/status.ts';
