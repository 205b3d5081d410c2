// What Postfix and Dovecot delivered, as it stands in the Maildir that Dovecot serves.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readEnvironment } from './environment.ts';

const { directory, mailFolder } = readEnvironment();

export interface Delivered {
  /** The reverse-path. */
  readonly from: string;
  /** Octet for octet, without the header fields that the last hops wrote on top; LF line ends, as Maildir has them. */
  readonly content: Buffer;
}

/** All messages of an account that have come so far. */
export function mailbox(account: string): readonly Delivered[] {
  const [user = '', domain = ''] = account.split('@');
  return ['new', 'cur'].flatMap((state) => {
    const folder = join(mailFolder, domain, user, state);
    if (!existsSync(folder)) return [];
    return readdirSync(folder).map((name) => parse(readFileSync(join(folder, name))));
  });
}

const TRACE = /^(?:(?:Return-Path|X-Original-To|Delivered-To): .*\n)+Received: .*\n(?:[ \t].*\n)*/;

function parse(file: Buffer): Delivered {
  const text = file.toString('latin1');
  const [trace = ''] = TRACE.exec(text) ?? [];
  const from = /^Return-Path: <(.*)>$/m.exec(trace)?.[1] ?? '';
  return { from: Buffer.from(from, 'latin1').toString(), content: file.subarray(trace.length) };
}

/** Waits until Postfix has nothing left to deliver: what is not in a mailbox then will never be. */
export async function queueEmpty(seconds = 10): Promise<void> {
  const queue = join(directory, 'postfix', 'queue');
  const waiting = (): number =>
    ['maildrop', 'incoming', 'active', 'deferred', 'active']
      .flatMap((name) => readdirSync(join(queue, name), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile()).length;
  for (const deadline = performance.now() + seconds * 1000; waiting() > 0; await sleep(50)) {
    if (performance.now() > deadline) throw new Error(`${waiting()} messages are still in the queue`);
  }
}

/** As Maildir stores it. */
export function withLf(content: Uint8Array): Buffer {
  return Buffer.from(Buffer.from(content).toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}
