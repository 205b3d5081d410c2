import { deadline, isUsageError } from '@postern/wire';
import type { Clock, Dialogue, Milliseconds } from '@postern/wire';
import type { ClientInfo, SmtpServerCommand, SmtpServerEvent } from '../events.ts';
import { accept, refuse } from '../verdict.ts';
import type { Verdict } from '../verdict.ts';
import type { HookContext, HookName, IncomingMessage, ServeAuthRules, SmtpHooks } from './hooks.ts';
import { MessageAborted, MessagePipe } from './message-pipe.ts';

/** What {@link Decisions} need. */
export interface DecisionOptions {
  readonly clock: Clock;
  readonly hooks: SmtpHooks;
  readonly auth: ServeAuthRules | undefined;
  /** For one answer. */
  readonly patience: Milliseconds;
  readonly signal: AbortSignal | undefined;
  readonly onHookError: ((error: unknown, hook: HookName) => void) | undefined;
}

/** A message whose hook is at work. */
interface Delivery {
  readonly pipe: MessagePipe;
  readonly message: { bareLineEnds: boolean };
  /** Settles with the verdict; never rejects. */
  readonly verdict: Promise<Answer>;
  readonly controller: AbortController;
}

type Answer = Verdict | readonly Verdict[];

/** Our own side may take this long without the client's deadline being moved. */
const smallDelay: Milliseconds = 1000;

const tryLater = refuse(451, '4.3.0', 'local error, try again later');
const loginLater = refuse(454, '4.7.0', 'temporary authentication failure');
const wrong = refuse(535, '5.7.8', 'authentication credentials invalid');

/** Asks the hooks what the machine wants to know, and hands them content as fast as they take it. */
export class Decisions {
  readonly #dialogue: Dialogue<SmtpServerCommand, SmtpServerEvent>;
  readonly #options: DecisionOptions;
  #delivery: Delivery | undefined;

  constructor(dialogue: Dialogue<SmtpServerCommand, SmtpServerEvent>, options: DecisionOptions) {
    this.#dialogue = dialogue;
    this.#options = options;
    // One listener for the whole dialogue: a server's signal outlives very many of them.
    options.signal?.addEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => {
    this.#release(new MessageAborted('closing', { cause: this.#options.signal?.reason }));
  };

  /** Does what an event asks for. Nothing is read from the client meanwhile. Rejects with the reason of `signal` only. */
  async react(event: SmtpServerEvent): Promise<void> {
    const { hooks, auth } = this.#options;
    switch (event.type) {
      case 'ask-sender':
        return this.#ask('sender', event.client, tryLater, (context) =>
          (hooks.sender ?? acceptAll)(event.sender, context),
        );
      case 'ask-recipient':
        return this.#ask('recipient', event.client, tryLater, (context) =>
          (hooks.recipient ?? acceptAll)(event.recipient, { ...context, envelope: event.envelope }),
        );
      case 'ask-login':
        return this.#ask('authenticate', event.client, loginLater, async (context) => {
          const right = await event.attempt.judge((credentials) => auth?.authenticate(credentials, context));
          if (right !== true) return wrong;
          return event.attempt.authorizationId === undefined
            ? accept
            : this.#mayActAs(event.attempt, context);
        });
      case 'ask-act-as':
        return this.#ask('authenticate', event.client, loginLater, (context) =>
          this.#mayActAs(event, context),
        );
      case 'message-begin':
        this.#begin(event);
        return;
      case 'content':
        return this.#content(event.bytes);
      case 'ask-message':
        return this.#askMessage(event.bareLineEnds);
      case 'message-aborted':
        return this.#abort(new MessageAborted(event.reason));
      case 'command':
      case 'diagnostic':
      case 'discarded':
      case 'early-talker':
      case 'login':
      case 'message':
      case 'secured':
        return;
    }
  }

  /** RFC 4616 §2: a right password says nothing about whom somebody may act as. */
  async #mayActAs(
    who: { readonly user: string; readonly authorizationId: string | undefined },
    context: HookContext,
  ): Promise<Verdict> {
    const { user, authorizationId = user } = who;
    return (await this.#options.auth?.mayActAs?.(user, authorizationId, context)) === true ? accept : wrong;
  }

  /** Lets go of a message that is under way: the dialogue is over. */
  async stop(cause: unknown): Promise<void> {
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    await this.#abort(new MessageAborted('lost', { cause })).catch(() => undefined);
  }

  #release(error: unknown): void {
    this.#delivery?.pipe.fail(error);
    this.#delivery?.controller.abort(error);
  }

  async #ask(
    hook: HookName,
    client: ClientInfo,
    otherwise: Verdict,
    run: (context: HookContext) => Verdict | Promise<Verdict>,
  ): Promise<void> {
    const settled = await this.#within(async (signal) => {
      const answer = await this.#guarded(hook, otherwise, () => run({ client, signal }));
      return { answer };
    });
    if (!settled) this.#tellLate(hook);
    this.#answer(hook, settled ? settled.answer : otherwise, otherwise);
  }

  #tellLate(hook: HookName): void {
    const { onHookError, patience } = this.#options;
    onHookError?.(new Error(`the hook did not settle within ${patience} ms`), hook);
  }

  /** Runs a hook; where it fails, the client is told to come again. */
  async #guarded<T>(hook: HookName, otherwise: T, run: () => T | Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof MessageAborted) && this.#options.signal?.aborted !== true) {
        this.#options.onHookError?.(error, hook);
      }
      return otherwise;
    }
  }

  /** Waits for work, as long as it may take; `undefined` when that is over. */
  async #within<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const { clock, patience, signal } = this.#options;
    signal?.throwIfAborted();
    const limit = deadline(clock, patience, signal ? { signal } : {});
    const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
    const abort = (): void => {
      resolve(undefined);
    };
    limit.signal.addEventListener('abort', abort, { once: true });
    try {
      const result = await Promise.race([work(limit.signal), aborted]);
      signal?.throwIfAborted();
      return result;
    } finally {
      limit.signal.removeEventListener('abort', abort);
      limit[Symbol.dispose]();
    }
  }

  #answer(hook: HookName, verdict: Answer, otherwise: Verdict): void {
    if (this.#dialogue.ended) return;
    try {
      this.#dialogue.send({ verb: 'ANSWER', verdict });
    } catch (error) {
      // A verdict that makes no reply, such as a code of 250 for a refusal: a fault of the hook.
      if (!isUsageError(error)) throw error;
      this.#options.onHookError?.(error, hook);
      this.#dialogue.send({ verb: 'ANSWER', verdict: otherwise });
    }
  }

  #begin(event: Extract<SmtpServerEvent, { readonly type: 'message-begin' }>): void {
    const { hooks } = this.#options;
    const pipe = new MessagePipe();
    const controller = new AbortController();
    const message: IncomingMessage & { bareLineEnds: boolean } = {
      envelope: event.envelope,
      id: event.id,
      content: pipe,
      bareLineEnds: false,
    };
    const context: HookContext = { client: event.client, signal: controller.signal };
    const verdict = this.#guarded<Answer>('message', tryLater, () =>
      (hooks.message ?? acceptAll)(message, context),
    ).finally(() => {
      pipe.abandon();
    });
    this.#delivery = { pipe, message, verdict, controller };
  }

  async #content(bytes: Uint8Array): Promise<void> {
    const { clock, signal } = this.#options;
    if (!this.#delivery) return;
    // The bytes are borrowed; a hook may keep what it gets.
    const { pipe } = this.#delivery;
    const before = clock.now();
    const taken = await this.#within(() => pipe.push(bytes.slice()).then(() => true));
    signal?.throwIfAborted();
    if (taken === undefined) {
      // A hook that neither reads nor settles must not hold the client for ever. The rest is swallowed and answered with 451.
      this.#tellLate('message');
      this.#release(new MessageAborted('timed-out'));
      this.#delivery = undefined;
    }
    const by = clock.now() - before;
    if (by > smallDelay && !this.#dialogue.ended) this.#dialogue.send({ verb: 'EXTEND', by });
  }

  async #askMessage(bareLineEnds: boolean): Promise<void> {
    const delivery = this.#delivery;
    if (!delivery) {
      this.#answer('message', tryLater, tryLater);
      return;
    }
    delivery.message.bareLineEnds = bareLineEnds;
    delivery.pipe.end();
    const settled = await this.#within(async () => ({ answer: await delivery.verdict }));
    this.#delivery = undefined;
    if (!settled) {
      this.#tellLate('message');
      delivery.controller.abort(new MessageAborted('timed-out'));
    }
    this.#answer('message', settled ? settled.answer : tryLater, tryLater);
  }

  /** The hook sees it at its next piece; it is given time to clean up before anything else is asked. */
  async #abort(error: unknown): Promise<void> {
    const delivery = this.#delivery;
    if (!delivery) return;
    this.#release(error);
    this.#delivery = undefined;
    await this.#within(() => delivery.verdict);
  }
}

function acceptAll(): Verdict {
  return accept;
}
