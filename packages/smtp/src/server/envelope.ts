/** A reverse-path and what was said with it (RFC 5321 §4.1.1.2). */
export interface Sender {
  /** Without angle brackets and source route; empty for the null path of a bounce. */
  readonly path: string;
  /** The size that was announced, in octets (RFC 1870 §6.1); `undefined` where none was. */
  readonly size: number | undefined;
  /** What the content is made of (RFC 6152, RFC 3030 §3). `7BIT` where nothing was said. */
  readonly body: '7BIT' | '8BITMIME' | 'BINARYMIME';
  /** SMTPUTF8 was said (RFC 6531 §3.4). */
  readonly utf8: boolean;
  /** REQUIRETLS was said: the message must never leave without TLS (RFC 8689 §2). */
  readonly requireTls: boolean;
  /** How much of the message a report should return (RFC 3461 §4.3). */
  readonly ret: 'FULL' | 'HDRS' | undefined;
  /** The name the sender has for the message, decoded (RFC 3461 §4.4). */
  readonly envid: string | undefined;
  /** Whom the client vouches for, decoded; `<>` for nobody (RFC 4954 §5). Believe it only where the client is trusted. */
  readonly auth: string | undefined;
  /** All parameters as they came, by keyword in upper case. */
  readonly parameters: ReadonlyMap<string, string | undefined>;
}

/** A forward-path and what was said with it (RFC 5321 §4.1.1.3). */
export interface Recipient {
  /** Without angle brackets and source route. `postmaster` comes without a domain (RFC 5321 §4.5.1). */
  readonly path: string;
  /** When the sender wants a report: upper case, `NEVER` alone or any of `SUCCESS`, `FAILURE`, `DELAY` (RFC 3461 §4.1). */
  readonly notify: readonly string[] | undefined;
  /** The address the message was sent to in the beginning, decoded (RFC 3461 §4.2). */
  readonly orcpt: { readonly addressType: string; readonly address: string } | undefined;
  /** All parameters as they came, by keyword in upper case. */
  readonly parameters: ReadonlyMap<string, string | undefined>;
}

/** A sender and the recipients that were accepted. */
export interface Envelope {
  /** The sender. */
  readonly sender: Sender;
  /** The accepted recipients, in order; the same one twice where it was given twice. */
  readonly recipients: readonly Recipient[];
}
