import { isSpace, trimmed } from './white-space.ts';

/** One entry of an address list of ENVELOPE (RFC 9051 §7.5.2); with neither name nor host a group begins, with nothing it ends. */
export interface EnvelopeAddress {
  readonly name: string | undefined;
  readonly route: string | undefined;
  readonly mailbox: string | undefined;
  readonly host: string | undefined;
}

type Token =
  | { readonly type: 'word'; readonly text: string; readonly spaced: boolean }
  | { readonly type: 'comment'; readonly text: string }
  | { readonly type: 'special'; readonly text: string };

/** More entries than this in one field are left out. */
const maxAddresses = 1000;

const groupEnd: EnvelopeAddress = { name: undefined, route: undefined, mailbox: undefined, host: undefined };

/** Reads the value of a field of addresses (RFC 5322 §3.4), groups and source routes of RFC 822 included. Never throws. */
export function readAddresses(value: string): readonly EnvelopeAddress[] {
  const addresses: EnvelopeAddress[] = [];
  let inGroup = false;
  let pending: Token[] = [];
  let angle = false;
  const flush = (): void => {
    const address = oneAddress(pending);
    if (address) addresses.push(address);
    pending = [];
    angle = false;
  };
  for (const token of tokens(value)) {
    if (addresses.length >= maxAddresses) break;
    const special = token.type === 'special' ? token.text : '';
    if (special === '<') angle = true;
    if (special === '>') angle = false;
    if (special === ',' && !angle) flush();
    else if (special === ':' && !angle && !inGroup) {
      addresses.push({ ...groupEnd, mailbox: phrase(pending) });
      pending = [];
      inGroup = true;
    } else if (special === ';' && inGroup) {
      flush();
      addresses.push(groupEnd);
      inGroup = false;
    } else pending.push(token);
  }
  flush();
  if (inGroup) addresses.push(groupEnd);
  return addresses;
}

function oneAddress(all: readonly Token[]): EnvelopeAddress | undefined {
  const isSpecial = (token: Token, text: string): boolean => token.type === 'special' && token.text === text;
  const open = all.findIndex((token) => isSpecial(token, '<'));
  const comment = all.find(({ type }) => type === 'comment')?.text;
  const spec = (open < 0 ? all : all.slice(open + 1)).filter(
    (token) => token.type !== 'comment' && !isSpecial(token, '>'),
  );
  // RFC 822 §6.1: a route stands before a colon.
  const colon = spec.findIndex((token) => isSpecial(token, ':'));
  const route = colon < 0 ? undefined : joined(spec.slice(0, colon));
  const address = spec.slice(colon + 1);
  const at = address.findLastIndex((token) => isSpecial(token, '@'));
  const mailbox = joined(at < 0 ? address : address.slice(0, at));
  const host = at < 0 ? '' : joined(address.slice(at + 1));
  const name = (open < 0 ? '' : phrase(all.slice(0, open))) || comment;
  if (mailbox === '' && host === '' && name === undefined) return undefined;
  return { name, route, mailbox, host };
}

function joined(parts: readonly Token[]): string {
  return parts.map(({ text }) => text).join('');
}

function phrase(parts: readonly Token[]): string {
  const text = parts
    .filter(({ type }) => type !== 'comment')
    .map((token) => (token.type === 'word' && token.spaced ? ` ${token.text}` : token.text))
    .join('');
  return trimmed(text);
}

const special = new Set(['<', '>', '@', ',', ';', ':']);

function tokens(value: string): readonly Token[] {
  const found: Token[] = [];
  let spaced = false;
  for (let at = 0; at < value.length;) {
    const character = value[at] ?? '';
    if (isSpace(value, at)) {
      spaced = true;
      at += 1;
      continue;
    }
    if (character === '(') {
      const stop = commentEnd(value, at);
      found.push({ type: 'comment', text: trimmed(value.slice(at + 1, stop - 1)) });
      at = stop;
    } else if (character === '"') {
      const stop = quotedEnd(value, at);
      const text = value.slice(at + 1, value[stop - 1] === '"' && stop - 1 > at ? stop - 1 : stop);
      found.push({ type: 'word', text: text.replaceAll(/\\(.)/g, '$1'), spaced });
      at = stop;
    } else if (special.has(character)) {
      found.push({ type: 'special', text: character });
      at += 1;
    } else {
      let stop = at + 1;
      while (stop < value.length && !/[ \t\r\n"(<>@,;:]/.test(value[stop] ?? '')) stop += 1;
      // A domain literal may hold colons (RFC 5321 §4.1.3).
      if (character === '[' && value.includes(']', at)) stop = value.indexOf(']', at) + 1;
      found.push({ type: 'word', text: value.slice(at, stop), spaced });
      at = stop;
    }
    spaced = false;
  }
  return found;
}

function quotedEnd(value: string, at: number): number {
  let stop = at + 1;
  while (stop < value.length && value[stop] !== '"') stop += value[stop] === '\\' ? 2 : 1;
  return Math.min(stop + 1, value.length);
}

function commentEnd(value: string, at: number): number {
  let depth = 0;
  for (let stop = at; stop < value.length; stop += 1) {
    const character = value[stop];
    if (character === '\\') stop += 1;
    else if (character === '(') depth += 1;
    else if (character === ')') {
      depth -= 1;
      if (depth === 0) return stop + 1;
    }
  }
  return value.length + 1;
}
