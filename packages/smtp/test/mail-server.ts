import { concatBytes, latin1, utf8 } from '@postern/wire';
import type { Connection, TlsOffer } from '@postern/wire';

/** A message as a server of the tests got it. */
export interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly content: string;
}

/** How a server of the tests behaves. */
export interface MailServerOptions {
  /** EHLO keywords. Default: PIPELINING and SIZE. */
  readonly keywords?: readonly string[];
  /** Replies in place of the usual ones; `undefined` = the usual one. `.` is the end of data. */
  readonly reply?: (
    line: string,
    at: { readonly message: number; readonly from: string },
  ) => string | undefined;
  readonly greeting?: string;
  readonly lmtp?: boolean;
  /** Implicit TLS, before the greeting. */
  readonly tls?: TlsOffer;
  /** What ends the connection: a reply that begins with this closes it. */
  readonly closesAfter?: string;
}

/** A server for tests, with a memory: small, obedient, and as wrong as it is told to be. */
export class MailServer {
  readonly messages: Received[] = [];
  /** Command lines, without content. */
  readonly lines: string[] = [];
  /** Everything as it came. */
  received = 0;
  readonly #options: MailServerOptions;
  #connection: Connection | undefined;
  #buffer: Uint8Array = new Uint8Array(0);
  #from: string | undefined;
  #to: string[] = [];
  #parts: Uint8Array[] = [];

  constructor(options: MailServerOptions = {}) {
    this.#options = options;
  }

  async serve(connection: Connection): Promise<void> {
    this.#connection = connection;
    if (this.#options.tls) await connection.acceptTls(this.#options.tls);
    await this.#say(this.#options.greeting ?? '220 mx.example.org ESMTP');
    for (;;) {
      const line = await this.#line();
      if (line === undefined) break;
      this.lines.push(line);
      if (!(await this.#command(line))) break;
    }
    await connection[Symbol.asyncDispose]();
  }

  async #command(line: string): Promise<boolean> {
    const [verb = '', ...words] = line.split(' ');
    const given = this.#options.reply?.(line, { message: this.messages.length, from: this.#from ?? '' });
    switch (verb) {
      case 'EHLO':
      case 'LHLO':
        this.#reset();
        if (given !== undefined) return this.#say(given);
        return this.#say(
          ['mx.example.org', ...(this.#options.keywords ?? ['PIPELINING', 'SIZE 10000000'])]
            .map((word, at, all) => `250${at === all.length - 1 ? ' ' : '-'}${word}`)
            .join('\r\n'),
        );
      case 'MAIL': {
        if (this.#from !== undefined) return this.#say('503 5.5.1 nested MAIL');
        const reply = given ?? '250 2.1.0 sender ok';
        if (reply.startsWith('2')) this.#from = /<(.*?)>/.exec(line)?.[1] ?? '';
        return this.#say(reply);
      }
      case 'RCPT': {
        if (this.#from === undefined) return this.#say('503 5.5.1 no MAIL');
        const reply = given ?? '250 2.1.5 recipient ok';
        if (reply.startsWith('2')) this.#to.push(/<(.*?)>/.exec(line)?.[1] ?? '');
        return this.#say(reply);
      }
      case 'DATA': {
        const reply = given ?? (this.#to.length > 0 ? '354 go ahead' : '503 5.5.1 no recipients');
        if (!(await this.#say(reply)) || !reply.startsWith('354')) return true;
        const content = await this.#data();
        return content !== undefined && this.#end(content, '.');
      }
      case 'BDAT': {
        const size = Number(words[0]);
        const chunk = await this.#take(size);
        if (!chunk) return false;
        if (this.#to.length === 0) return this.#say('503 5.5.1 no recipients');
        this.#parts.push(chunk);
        if (words[1] === 'LAST') return this.#end(latin1(concatBytes(this.#parts)), line);
        // RFC 3030 §2: behind a refused chunk there is nothing but 503 until RSET.
        if (given?.startsWith('2') === false) this.#to = [];
        return this.#say(given ?? `250 2.0.0 ${size} octets`);
      }
      case 'RSET':
        this.#reset();
        return this.#say(given ?? '250 2.0.0 reset');
      case 'STARTTLS':
        await this.#say('220 go');
        this.#reset();
        await this.#connection?.acceptTls({ identity: () => ({ key: '', chain: '' }) });
        return true;
      case 'AUTH':
        return this.#say(given ?? '235 2.7.0 ok');
      case 'QUIT':
        await this.#say(given ?? '221 2.0.0 bye');
        return false;
      default:
        return this.#say(given ?? '250 2.0.0 ok');
    }
  }

  async #end(content: string, line: string): Promise<boolean> {
    const from = this.#from ?? '';
    const to = this.#to;
    const judge = (recipient: string): string =>
      this.#options.reply?.(this.#options.lmtp === true ? `${line} ${recipient}` : line, {
        message: this.messages.length,
        from,
      }) ?? '250 2.0.0 queued';
    const replies = this.#options.lmtp === true ? to.map(judge) : [judge('')];
    if (replies.some((reply) => reply.startsWith('2')) && to.length > 0) {
      const accepted =
        this.#options.lmtp === true ? to.filter((_to, at) => replies[at]?.startsWith('2')) : to;
      this.messages.push({ from, to: accepted, content });
    }
    // RFC 3030 §2: a failed chunk leaves the transaction open.
    if (line === '.' || replies.every((reply) => reply.startsWith('2'))) this.#reset();
    for (const reply of replies) if (!(await this.#say(reply))) return false;
    return true;
  }

  #reset(): void {
    this.#from = undefined;
    this.#to = [];
    this.#parts = [];
  }

  /** Says something; then `|CLOSE` ends the connection, `|RESET` breaks it, `|SILENT` says no more. */
  async #say(reply: string): Promise<boolean> {
    const [text = '', end] = reply.split('|');
    const connection = this.#connection;
    if (!connection) return false;
    if (text !== '') await connection.write(utf8(`${text}\r\n`)).catch(() => undefined);
    if (end === 'RESET') connection.reset();
    while (end === 'SILENT' && (await connection.read().catch(() => undefined)));
    return end === undefined;
  }

  async #line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#buffer.indexOf(10);
      if (end >= 0) return latin1((await this.#take(end + 1)) ?? new Uint8Array(0)).replace(/\r\n$/, '');
      if (!(await this.#more())) return undefined;
    }
  }

  /** Content up to the final dot, dots taken off. */
  async #data(): Promise<string | undefined> {
    let content = '';
    for (;;) {
      const line = await this.#line();
      if (line === undefined) return undefined;
      if (line === '.') return content;
      content += `${line.startsWith('.') ? line.slice(1) : line}\r\n`;
    }
  }

  async #take(size: number): Promise<Uint8Array | undefined> {
    while (this.#buffer.length < size) if (!(await this.#more())) return undefined;
    const taken = this.#buffer.slice(0, size);
    this.#buffer = this.#buffer.slice(size);
    return taken;
  }

  async #more(): Promise<boolean> {
    const bytes = await this.#connection?.read().catch(() => undefined);
    if (!bytes) return false;
    this.received += bytes.length;
    this.#buffer = concatBytes([this.#buffer, bytes.slice()]);
    return true;
  }
}
