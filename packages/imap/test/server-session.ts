import { latin1 } from '@postern/wire';
import { writtenText } from '@postern/wire/testing';
import { imapServer, memoryMailStore } from '../src/server/index.ts';
import type { ImapServerMachine, ImapServerOptions, MailStore } from '../src/server/index.ts';

/** A session that is logged in, as its client sees it. */
export interface Session {
  /** Sends lines, their ends added, and gives what the server says to them. */
  readonly say: (...lines: readonly string[]) => readonly string[];
  /** What the server says when another session has changed something. */
  readonly changed: () => readonly string[];
  readonly machine: ImapServerMachine;
}

/** Octets of a latin1 text. */
export function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Opens a session on a store. */
export function session(store: MailStore = memoryMailStore(), options: ImapServerOptions = {}): Session {
  const machine = imapServer({ greeting: { type: 'preauth' }, store: () => store, ...options });
  machine.start(0);
  const lines = (text: string): readonly string[] => text.split('\r\n').slice(0, -1);
  return {
    say: (...said) =>
      lines(writtenText(machine.receive(bytes(said.map((line) => `${line}\r\n`).join('')), 0))),
    changed: () => lines(writtenText(machine.send({ verb: 'CHANGED' }, 0))),
    machine,
  };
}

/** The same in a mailbox; what SELECT said is dropped. */
export function selected(store: MailStore, ...first: readonly string[]): Session {
  const opened = session(store);
  opened.say(...first, 's SELECT INBOX');
  return opened;
}

/** A store whose INBOX has so many messages: `Subject: 1` and so on. */
export function inbox(count: number): MailStore {
  const messages = Array.from(
    { length: count },
    (_, index) => `Subject: ${index + 1}\r\n\r\nbody ${index + 1}\r\n`,
  );
  return memoryMailStore({ mailboxes: { INBOX: messages } });
}

/** The messages of a mailbox as texts. */
export function contents(store: MailStore, name: string): readonly string[] {
  return (store.find(name)?.messages ?? []).map(({ content }) => latin1(content));
}
