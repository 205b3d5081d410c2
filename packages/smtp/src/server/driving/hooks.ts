import type { AuthRules, PasswordCredentials } from '@postern/sasl';
import type { Envelope, Recipient, Sender } from '../envelope.ts';
import type { ClientInfo } from '../events.ts';
import type { Verdict } from '../verdict.ts';

/** What every hook gets to see beside what it is asked about. */
export interface HookContext {
  /** Who is there. */
  readonly client: ClientInfo;
  /**
   * Aborts when the server goes down, when `patience.answer` is over (the client is then told 451), and for `message` when the
   * rest of the content will not come. Its reason says which.
   */
  readonly signal: AbortSignal;
}

/** A message on its way in. */
export interface IncomingMessage {
  /** The sender and the recipients that were accepted. */
  readonly envelope: Envelope;
  /** Its name in the `Received:` line, where `trace` writes one. */
  readonly id: string | undefined;
  /**
   * The content, dot-stuffing undone, trace lines on top; to be read once. Each piece is the hook's own. The client is read
   * from only as fast as this is read. Rejects with `MessageAborted` when the rest will not come.
   */
  readonly content: AsyncIterable<Uint8Array>;
  /**
   * Once the content has been read: whether a CR or LF stood alone in it, as BDAT allows. Sent on by DATA it would mean something
   * else to each server.
   */
  readonly bareLineEnds: boolean;
}

/** What a hook says, now or later. */
export type Eventually<T> = T | Promise<T>;

/**
 * What the owner of a server decides. Each may be asynchronous; the next command of that client waits for it. A hook that throws,
 * takes longer than `patience.answer` or reads no content for as long makes the client try again later (451), and `onHookError`
 * is told.
 */
export interface SmtpHooks {
  /** May this sender? Default: everybody. */
  readonly sender?: (sender: Sender, context: HookContext) => Eventually<Verdict>;
  /**
   * May this recipient? `envelope` is what was accepted before. A server that says yes to everybody is an open relay. RFC 5321 §4.5.1:
   * `postmaster` must be accepted. Default: everybody.
   */
  readonly recipient?: (
    recipient: Recipient,
    context: HookContext & { readonly envelope: Envelope },
  ) => Eventually<Verdict>;
  /**
   * Takes the message: called when its content begins, asked when it is complete. Say yes only once it is safe, because the client
   * then forgets it (RFC 5321 §6.1). In LMTP a list has one verdict for each recipient, in order. Default: each message is an event.
   */
  readonly message?: (
    message: IncomingMessage,
    context: HookContext,
  ) => Eventually<Verdict | readonly Verdict[]>;
}

/** The name of a hook, for whoever is told that it failed. */
export type HookName = keyof SmtpHooks | 'authenticate';

/** How `serveSmtp` lets people log in. */
export interface ServeAuthRules extends Omit<AuthRules, 'authenticate' | 'mayActAs'> {
  /** Whether user and password belong together, now or later. Where it throws, the client is told to try again (454). */
  readonly authenticate: (credentials: PasswordCredentials, context: HookContext) => Eventually<boolean>;
  /**
   * Whether a user whose password was right may act as somebody else (RFC 4616 §2), now or later; asked only where the client
   * wants to, and what was granted is `client.authorizationId` from then on. Default: nobody may, and the login is refused.
   */
  readonly mayActAs?: (user: string, authorizationId: string, context: HookContext) => Eventually<boolean>;
}
