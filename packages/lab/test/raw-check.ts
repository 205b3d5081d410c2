import { X509Certificate } from 'node:crypto';
import { deadline, DeadlineExceeded, isWireError, latin1, recogniseProtocol, utf8 } from '@postern/wire';
import type {
  Clock,
  Connection,
  Deadline,
  Milliseconds,
  Reason,
  TlsFault,
  TlsPeer,
  Verification,
} from '@postern/wire';
import type { Lab, LabAccount, LabEndpoint, Outcome, TlsMethod } from '@postern/lab';

/** What a check came to, and what a login inside TLS came to where it got that far. */
export interface RawOutcome extends Outcome {
  readonly login?: LabEndpoint['login'];
}

/** Raised where the check itself has found the reason. */
class Found extends Error {
  readonly reason: Reason;
  constructor(reason: Reason) {
    super(reason);
    this.reason = reason;
  }
}

/** What to look at, and how long to wait in each step. */
export interface RawCheck {
  readonly lab: Lab;
  readonly clock: Clock;
  readonly endpoint: LabEndpoint;
  readonly account: LabAccount | undefined;
  /** How long to wait in the step whose time-out has this reason. */
  readonly patience: (reason: Reason, method: TlsMethod) => Milliseconds;
}

/**
 * A check of one endpoint by hand: plain text and no machine of this project, so that lab and protocol packages cannot agree
 * on the same mistake.
 */
export async function rawCheck(check: RawCheck, method: TlsMethod): Promise<RawOutcome> {
  const first = await attempt(check, method);
  if (method === 'implicit-tls' || first.reason !== 'timeout-greeting') return first;
  return (await answersTls(check)) ? { verdict: 'refused', reason: 'tls-on-plaintext-port' } : first;
}

/** Silence where a greeting was awaited: does it wait for TLS? Any TLS record will do, an alert included. */
async function answersTls({ lab, clock, endpoint, patience }: RawCheck): Promise<boolean> {
  using limit = deadline(clock, patience('timeout-tls-handshake', 'implicit-tls'));
  const { signal } = limit;
  let connection: Connection | undefined;
  try {
    connection = await lab.network.connect(endpoint.endpoint, { signal });
    const anybody = (): Verification => ({ status: 'verified', by: 'pkix' });
    await connection.handshake({ serverName: endpoint.hostName, verify: anybody }, { signal });
    return true;
  } catch (error) {
    if (isWireError(error)) return error.fault.evidence?.bytes?.[0] === 0x15;
    if (error instanceof DeadlineExceeded) return false;
    throw error;
  } finally {
    connection?.reset();
  }
}

async function attempt(check: RawCheck, method: TlsMethod): Promise<RawOutcome> {
  using steps = new Steps(check, method);
  let connection: Connection | undefined;
  try {
    steps.begin('timeout-connect');
    connection = await check.lab.network.connect(check.endpoint.endpoint, { signal: steps.signal });
    const session = new Session(connection, check, steps);
    const login = await (method === 'implicit-tls' ? session.implicit() : session.startTls());
    return { verdict: 'works', reason: 'none', ...(login === undefined ? {} : { login }) };
  } catch (error) {
    if (error instanceof DeadlineExceeded) return { verdict: 'silent', reason: steps.timeout };
    if (error instanceof Found) return { verdict: 'refused', reason: error.reason };
    if (isWireError(error)) {
      return { verdict: error.code === 'unreachable' ? 'could-not-tell' : 'refused', reason: error.code };
    }
    throw error;
  } finally {
    connection?.reset();
  }
}

/** Where a check stands, with a deadline for each step. */
class Steps implements Disposable {
  readonly #check: RawCheck;
  readonly #method: TlsMethod;
  #limit: Deadline | undefined;
  timeout: Reason = 'timeout-connect';

  constructor(check: RawCheck, method: TlsMethod) {
    this.#check = check;
    this.#method = method;
  }

  begin(timeout: Reason): void {
    this.#limit?.[Symbol.dispose]();
    this.timeout = timeout;
    this.#limit = deadline(this.#check.clock, this.#check.patience(timeout, this.#method));
  }

  get signal(): AbortSignal {
    return this.#limit?.signal ?? AbortSignal.abort();
  }

  [Symbol.dispose](): void {
    this.#limit?.[Symbol.dispose]();
  }
}

class Session {
  readonly #connection: Connection;
  readonly #check: RawCheck;
  readonly #steps: Steps;
  #text = '';

  constructor(connection: Connection, check: RawCheck, steps: Steps) {
    this.#connection = connection;
    this.#check = check;
    this.#steps = steps;
  }

  get #protocol(): 'smtp' | 'imap' | 'pop3' {
    const { protocol } = this.#check.endpoint;
    return protocol === 'submission' ? 'smtp' : protocol;
  }

  async implicit(): Promise<LabEndpoint['login']> {
    this.#steps.begin('timeout-tls-handshake');
    await this.#handshake();
    this.#steps.begin('timeout-greeting');
    const greeting = await this.#greeting();
    if (greeting.startsWith('* PREAUTH')) return undefined;
    return this.#login(await this.#capabilities());
  }

  async startTls(): Promise<LabEndpoint['login']> {
    this.#steps.begin('timeout-greeting');
    const greeting = await this.#greeting();
    if (greeting.startsWith('* PREAUTH')) throw new Found('preauth-before-tls');
    this.#steps.begin('timeout-reply');
    const capabilities = await this.#capabilities();
    const words = capabilities.split(/[\s-]+/);
    const word = this.#protocol === 'pop3' ? 'STLS' : 'STARTTLS';
    if (!words.includes(word)) {
      throw new Found(/X{4,}/.test(capabilities) ? 'starttls-masked' : 'starttls-not-offered');
    }
    this.#steps.begin('timeout-starttls-reply');
    const reply = await this.#ask(word);
    if (/^(4|a NO \[UNAVAILABLE\]|-ERR \[SYS\/TEMP\])/m.test(reply))
      throw new Found('starttls-refused-temporarily');
    if (!/^(220|\+OK|a OK)/m.test(reply)) throw new Found('starttls-refused');
    if (this.#text !== '') throw new Found('plaintext-after-starttls');
    this.#steps.begin('timeout-tls-handshake');
    await this.#handshake();
    this.#steps.begin('timeout-reply');
    return this.#login(await this.#capabilities());
  }

  /** The greeting, or its reason to stop. */
  async #greeting(): Promise<string> {
    const expected = this.#protocol;
    let line: string;
    try {
      line = expected === 'smtp' ? await this.#smtpReply() : await this.#line();
    } catch (error) {
      if (isWireError(error) && error.code === 'reset') throw new Found('reset-before-greeting');
      if (error instanceof Found && error.reason === 'closed') throw new Found('closed-before-greeting');
      throw error;
    }
    const seen = recogniseProtocol(utf8(line));
    if (seen !== expected) throw new Found('wrong-protocol');
    if (/^(4|\* BYE \[UNAVAILABLE\]|-ERR \[SYS\/TEMP\])/.test(line)) {
      throw new Found('greeting-rejected-temporarily');
    }
    if (/^(5|\* BYE|-ERR)/.test(line)) throw new Found('greeting-rejected');
    return line;
  }

  async #capabilities(): Promise<string> {
    switch (this.#protocol) {
      case 'smtp':
        return this.#ask('EHLO probe.test');
      case 'pop3':
        await this.#send('CAPA');
        return this.#until(/^\.\r\n/m);
      case 'imap':
        return this.#ask('CAPABILITY');
    }
  }

  async #login(capabilities: string): Promise<LabEndpoint['login']> {
    const { account, endpoint } = this.#check;
    if (!account || endpoint.protocol === 'smtp') return undefined;
    if (!/PLAIN/.test(capabilities)) {
      return /XOAUTH2/.test(capabilities) ? 'oauth-required' : 'auth-not-offered';
    }
    const { address, password } = account;
    const plain = btoa(`\0${address}\0${password}`);
    switch (this.#protocol) {
      case 'smtp':
        return verdict(await this.#ask(`AUTH PLAIN ${plain}`), /^235/, /^535/);
      case 'pop3':
        await this.#ask(`USER ${address}`);
        return verdict(await this.#ask(`PASS ${password}`), /^\+OK/, /^-ERR \[AUTH\]/);
      case 'imap':
        return verdict(
          await this.#ask(`LOGIN "${address}" "${password}"`),
          /^a OK/m,
          /^a NO \[AUTHENTICATIONFAILED\]/m,
        );
    }
  }

  async #ask(command: string): Promise<string> {
    await this.#send(this.#protocol === 'imap' ? `a ${command}` : command);
    switch (this.#protocol) {
      case 'smtp':
        return this.#smtpReply();
      case 'pop3':
        return this.#line();
      case 'imap':
        return this.#until(/^a .*\r\n/m);
    }
  }

  #send(line: string): Promise<void> {
    return this.#connection.write(utf8(`${line}\r\n`));
  }

  #line(): Promise<string> {
    return this.#until(/^.*\r\n/);
  }

  async #smtpReply(): Promise<string> {
    const text = await this.#until(/^\d{3} .*\r\n|^(?!\d{3}-).*\r\n/m);
    if (text.split('\r\n').length > 200) throw new Found('reply-too-long');
    return text;
  }

  /** Everything up to the end of the first match, taken out of what came in. */
  async #until(end: RegExp): Promise<string> {
    for (;;) {
      const match = end.exec(this.#text);
      if (match) {
        const text = this.#text.slice(0, match.index + match[0].length);
        this.#text = this.#text.slice(text.length);
        return text;
      }
      if (this.#text.length > 16_384) {
        throw new Found(this.#text.includes('\n') ? 'reply-too-long' : 'line-too-long');
      }
      const bytes = await this.#connection.read(this.#steps);
      if (!bytes) throw new Found(this.#text === '' ? 'closed' : 'truncated');
      this.#text += latin1(bytes);
    }
  }

  async #handshake(): Promise<void> {
    const { endpoint, lab } = this.#check;
    await this.#connection.handshake(
      { serverName: endpoint.hostName, roots: lab.roots, verify },
      this.#steps,
    );
  }
}

function verdict(reply: string, good: RegExp, bad: RegExp): LabEndpoint['login'] {
  if (good.test(reply)) return 'works';
  return bad.test(reply) ? 'auth-failed' : 'protocol-error';
}

const chainReasons: Readonly<Record<string, Reason>> = {
  CERT_HAS_EXPIRED: 'cert-expired',
  CERT_NOT_YET_VALID: 'cert-not-yet-valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'cert-self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'cert-chain-incomplete',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'cert-untrusted',
};

/** Chain by the platform's verdict; names by subjectAltName alone. */
function verify(peer: TlsPeer): Verification {
  const reject = (reason: Reason): Verification => {
    const fault: TlsFault = { kind: 'tls', reason, phase: 'tls', after: 0 };
    return { status: 'rejected', fault };
  };
  const [leaf] = peer.chain;
  const certificate = leaf && new X509Certificate(leaf);
  // Node has no name for this verdict of OpenSSL.
  const bits = certificate?.publicKey.asymmetricKeyDetails?.modulusLength ?? Infinity;
  if (bits < 2048) return reject('cert-key-too-small');
  if (!peer.trust.ok) return reject(chainReasons[peer.trust.code] ?? 'cert-untrusted');
  const matches = certificate?.checkHost(peer.serverName, { subject: 'never' }) !== undefined;
  return matches ? { status: 'verified', by: 'pkix' } : reject('cert-name-mismatch');
}
