import { decodeMailboxName } from '../mailbox-name.ts';
import { bodyStructure } from './body-structure.ts';
import type { BodyStructure } from './body-structure.ts';
import { envelope } from './envelope.ts';
import type { Envelope } from './envelope.ts';
import { modSequence, number64, positive, unsigned64 } from './numbers.ts';
import type { Number64 } from './numbers.ts';
import {
  another,
  atom,
  atomList,
  close,
  CLOSE,
  closes,
  nil,
  open,
  OPEN,
  peek,
  SPACE,
  space,
  tolerate,
  word,
} from './scan.ts';
import { astring, nstring, string } from './strings.ts';
import { skip } from './skip.ts';
import type { Scan } from './scan.ts';
import { binarySize, sectionItem } from './section.ts';
import type { BinarySize, Section } from './section.ts';

/**
 * What a server told about one message (RFC 9051 §7.5.2). Everything may be missing: servers send what was asked for, in any
 * order and in several responses, and flags also unasked.
 */
export interface FetchData {
  /** The message's sequence number now, also in answers to UID commands; 0 where a server sent none that counts. */
  readonly seq: number;
  readonly uid: number | undefined;
  readonly flags: readonly string[] | undefined;
  /** As it came: `17-Jul-1996 02:44:25 -0700`. */
  readonly internalDate: string | undefined;
  /** RFC822.SIZE. */
  readonly size: Number64 | undefined;
  readonly envelope: Envelope | undefined;
  /** BODY: the structure without extension data. */
  readonly body: BodyStructure | undefined;
  /** BODYSTRUCTURE. */
  readonly bodyStructure: BodyStructure | undefined;
  /** RFC 7162 §3.1.4. */
  readonly modSequence: bigint | undefined;
  /** RFC 8474 §5.1. */
  readonly emailId: string | undefined;
  /** RFC 8474 §5.2; `null` = the server knows of no thread. */
  readonly threadId: string | null | undefined;
  /** RFC 8970 §4; `null` = none yet. */
  readonly preview: string | null | undefined;
  /** RFC 8514 §4.3; `null` = the mailbox keeps none. */
  readonly saveDate: string | null | undefined;
  /** BODY[…], BINARY[…] and RFC822…, in the order they came. */
  readonly sections: readonly Section[] | undefined;
  readonly binarySizes: readonly BinarySize[] | undefined;
  /** X-GM-MSGID, X-GM-THRID and X-GM-LABELS of Gmail. */
  readonly gmailMessageId: bigint | undefined;
  readonly gmailThreadId: bigint | undefined;
  readonly gmailLabels: readonly string[] | undefined;
}

/** The same while it is read; every field is there from the beginning, so that all have one shape. */
export class Fetched implements FetchData {
  seq: number;
  uid: number | undefined = undefined;
  flags: readonly string[] | undefined = undefined;
  internalDate: string | undefined = undefined;
  size: Number64 | undefined = undefined;
  envelope: Envelope | undefined = undefined;
  body: BodyStructure | undefined = undefined;
  bodyStructure: BodyStructure | undefined = undefined;
  modSequence: bigint | undefined = undefined;
  emailId: string | undefined = undefined;
  threadId: string | null | undefined = undefined;
  preview: string | null | undefined = undefined;
  saveDate: string | null | undefined = undefined;
  sections: Section[] | undefined = undefined;
  binarySizes: BinarySize[] | undefined = undefined;
  gmailMessageId: bigint | undefined = undefined;
  gmailThreadId: bigint | undefined = undefined;
  gmailLabels: readonly string[] | undefined = undefined;

  constructor(seq: number) {
    this.seq = seq;
  }
}

/** Reads the list of items behind `FETCH `. */
export function fetchItems(scan: Scan, seq: number): FetchData {
  const data = new Fetched(seq);
  open(scan);
  if (closes(scan)) return data;
  do {
    fetchItem(scan, data);
  } while (another(scan));
  return data;
}

/** Reads one item with its value. */
export function fetchItem(scan: Scan, data: Fetched): void {
  if (peek(scan) === OPEN) {
    // Domino puts an item and its value into parentheses of their own (MailKit #943).
    tolerate(scan, 'extra-parentheses');
    open(scan);
    fetchItem(scan, data);
    close(scan);
    return;
  }
  const name = word(scan);
  const behind = scan.at;
  if (peek(scan) === SPACE) {
    space(scan);
    if (value(scan, name, data)) return;
    scan.at = behind;
  }
  content(scan, name, data);
}

/**
 * Reads the value of an item behind its space; `false` where it is content or unknown. What lists of messages are made of comes first,
 * because each name is compared with all before it.
 */
function value(scan: Scan, name: string, data: Fetched): boolean {
  switch (name) {
    case 'UID':
      data.uid = positive(scan);
      return true;
    case 'FLAGS':
      data.flags = atomList(scan);
      return true;
    case 'INTERNALDATE':
      data.internalDate = nstring(scan);
      return true;
    case 'RFC822.SIZE':
      data.size = number64(scan);
      return true;
    case 'ENVELOPE':
      data.envelope = envelope(scan);
      return true;
    case 'BODYSTRUCTURE':
      data.bodyStructure = bodyStructure(scan);
      return true;
    case 'MODSEQ':
      open(scan);
      data.modSequence = modSequence(scan);
      close(scan);
      return true;
    case 'EMAILID':
      data.emailId = objectId(scan);
      return true;
    case 'THREADID':
      data.threadId = nil(scan) ? null : objectId(scan);
      return true;
    case 'PREVIEW':
      data.preview = nstring(scan) ?? null;
      return true;
    case 'SAVEDATE':
      data.saveDate = nstring(scan) ?? null;
      return true;
    case 'X-GM-MSGID':
      data.gmailMessageId = unsigned64(scan);
      return true;
    case 'X-GM-THRID':
      data.gmailThreadId = unsigned64(scan);
      return true;
    case 'X-GM-LABELS':
      data.gmailLabels = labels(scan);
      return true;
    case 'BODY':
      if (peek(scan) !== OPEN) return false;
      data.body = bodyStructure(scan);
      return true;
    default:
      return false;
  }
}

/** Reads content of the message, and passes what is not known. */
function content(scan: Scan, name: string, data: Fetched): void {
  switch (name) {
    case 'BODY':
    case 'BINARY':
    case 'RFC822':
    case 'RFC822.HEADER':
    case 'RFC822.TEXT':
      (data.sections ??= []).push(sectionItem(scan, name));
      return;
    case 'BINARY.SIZE':
      (data.binarySizes ??= []).push(binarySize(scan));
      return;
  }
  if (peek(scan) === CLOSE) {
    tolerate(scan, 'missing-value');
    return;
  }
  // RFC 9051 §2.2.2: what is not known is passed, literals and all.
  space(scan);
  skip(scan);
}

/** RFC 8474 §4: 1 to 255 letters, digits, `-` and `_`, in parentheses. */
export function objectId(scan: Scan): string {
  open(scan);
  const id = peek(scan) === 0x22 ? string(scan) : atom(scan);
  close(scan);
  if (!/^[\w-]{1,255}$/.test(id)) tolerate(scan, 'bad-object-id');
  return id;
}

/** Labels of Gmail: system labels like flags, the rest names as of mailboxes; NIL is a label called so (RFC 9051 §4.5). */
function labels(scan: Scan): readonly string[] {
  open(scan);
  const list: string[] = [];
  if (closes(scan)) return list;
  do {
    const label = astring(scan);
    list.push(label.startsWith('\\') ? label : decodeMailboxName(label).name);
  } while (another(scan));
  return list;
}
