import { UsageError } from '@postern/wire';
import { normalAddress } from '../address/literal.ts';
import { normalName } from '../name.ts';
import type { ResourceRecord } from '../records.ts';
import { tokenise } from './tokens.ts';
import type { Entry, Token } from './tokens.ts';

/** Names with their records. A name with an empty list exists: it holds types that are not read here. */
export type Zone = ReadonlyMap<string, readonly ResourceRecord[]>;

/** Seconds for records without a TTL before any `$TTL`. Ours: five minutes, so that tests of expiry stay short. */
const DEFAULT_TTL = 300;

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

interface Context {
  origin: string;
  ttl: number | undefined;
  owner: string | undefined;
}

/**
 * Reads master-file text (RFC 1035 §5.1, RFC 2308 §4 for `$TTL`): comments, parentheses, quoted strings, `@`, relative
 * names, blank owners, TTLs with units. A, AAAA, MX, SRV, TXT, CNAME, TLSA and SOA records are read; of other types only
 * the owner counts, for it makes the name exist. `$INCLUDE` and classes other than IN are refused.
 *
 * Throws a {@link UsageError} that names the line.
 */
export function parseZone(text: string, options?: { readonly origin?: string }): Zone {
  const zone = new Map<string, ResourceRecord[]>();
  const context: Context = { origin: normalName(options?.origin ?? '.'), ttl: undefined, owner: undefined };
  for (const entry of tokenise(text)) readEntry(entry, context, zone);
  for (const [name, records] of zone) {
    const aliases = records.filter((record) => record.type === 'CNAME').length;
    // RFC 2181 §10.1: an alias is alone.
    if (aliases > 1 || (aliases === 1 && records.length > 1)) {
      throw new UsageError(`zone: ${name} is an alias and more`, 'RFC 2181 §10.1');
    }
  }
  return zone;
}

function readEntry(entry: Entry, context: Context, zone: Map<string, ResourceRecord[]>): void {
  const { line } = entry;
  const tokens = [...entry.tokens];
  const first = tokens[0];
  if (first === undefined) return;
  if (!first.quoted && first.text.startsWith('$')) {
    readDirective(first.text.toUpperCase(), tokens[1]?.text, context, line);
    return;
  }
  if (!entry.blankOwner) {
    context.owner = absolute(first.text, context.origin, line);
    tokens.shift();
  }
  const owner = context.owner;
  if (owner === undefined) throw wrong(line, 'no owner name yet');
  // TTL and class come in either order.
  let ttl: number | undefined;
  for (let next = tokens[0]; next !== undefined; next = tokens[0]) {
    const seconds = readTtl(next.text);
    if (seconds !== undefined && ttl === undefined) ttl = seconds;
    else if (/^(CH|CS|HS)$/i.test(next.text)) throw wrong(line, 'only the class IN is known');
    else if (!/^IN$/i.test(next.text)) break;
    tokens.shift();
  }
  const type = tokens.shift()?.text.toUpperCase();
  if (type === undefined || !/^[A-Z][A-Z0-9-]*$/.test(type)) throw wrong(line, 'a record type is missing');
  const records = zone.get(owner) ?? [];
  const record = readRecord(owner, ttl ?? context.ttl ?? DEFAULT_TTL, type, tokens, context, line);
  if (record) records.push(record);
  zone.set(owner, records);
}

function readDirective(name: string, argument: string | undefined, context: Context, line: number): void {
  if (argument === undefined) throw wrong(line, `${name} needs an argument`);
  if (name === '$ORIGIN') {
    context.origin = absolute(argument, context.origin, line);
  } else if (name === '$TTL') {
    const ttl = readTtl(argument);
    if (ttl === undefined) throw wrong(line, `${argument} is no TTL`);
    context.ttl = ttl;
  } else {
    throw wrong(line, `${name} is not supported`);
  }
}

function readRecord(
  name: string,
  ttl: number,
  type: string,
  tokens: readonly Token[],
  context: Context,
  line: number,
): ResourceRecord | undefined {
  const fields = tokens.map((token) => token.text);
  const expect = (count: number): void => {
    if (fields.length !== count) throw wrong(line, `${type} takes ${count} fields, not ${fields.length}`);
  };
  const field = (index: number): string => fields[index] ?? '';
  const host = (index: number): string => absolute(field(index), context.origin, line);
  const number = (index: number, most: number): number => readNumber(field(index), most, line);
  switch (type) {
    case 'A':
    case 'AAAA': {
      expect(1);
      const address = normalAddress(field(0));
      if (address === undefined || address.includes(':') !== (type === 'AAAA')) {
        throw wrong(line, `${field(0)} is no address for ${type}`);
      }
      return { name, ttl, type, data: address };
    }
    case 'CNAME':
      expect(1);
      return { name, ttl, type, data: host(0) };
    case 'MX':
      expect(2);
      return { name, ttl, type, data: { preference: number(0, 0xffff), exchange: host(1) } };
    case 'SRV': {
      expect(4);
      const [priority, weight, port] = [number(0, 0xffff), number(1, 0xffff), number(2, 0xffff)];
      return { name, ttl, type, data: { priority, weight, port, target: host(3) } };
    }
    case 'TXT':
      if (fields.length === 0) throw wrong(line, 'TXT needs a string');
      return { name, ttl, type, data: fields.join('') };
    case 'TLSA': {
      const hex = fields.slice(3).join('');
      if (!/^([0-9a-f]{2})+$/i.test(hex)) throw wrong(line, 'TLSA needs hexadecimal data');
      const [usage, selector, matching] = [number(0, 255), number(1, 255), number(2, 255)];
      return { name, ttl, type, data: { usage, selector, matching, data: fromHex(hex) } };
    }
    case 'SOA': {
      expect(7);
      const seconds = (index: number): number =>
        readTtl(field(index)) ?? readNumber(field(index), 0x7fff_ffff, line);
      const names = { mname: host(0), rname: host(1), serial: number(2, 0xffff_ffff) };
      const times = { refresh: seconds(3), retry: seconds(4), expire: seconds(5), minimum: seconds(6) };
      return { name, ttl, type, data: { ...names, ...times } };
    }
    default:
      return undefined;
  }
}

/** A name of the file: `@` is the origin, one without a last dot is relative to it (RFC 1035 §5.1). */
function absolute(text: string, origin: string, line: number): string {
  if (text === '@') return origin;
  if (text === '') throw wrong(line, 'a name is missing');
  const relative = text !== '.' && !text.endsWith('.');
  const name = normalName(relative && origin !== '.' ? `${text}.${origin}` : text);
  const labels = name === '.' ? [] : name.split('.');
  if (name.length > 253 || labels.some((label) => label.length === 0 || label.length > 63)) {
    throw wrong(line, `${text} is no name`);
  }
  return name;
}

function readTtl(text: string): number | undefined {
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text), 0x7fff_ffff);
  if (!/^(\d{1,9}[smhdw])+$/i.test(text)) return undefined;
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([smhdw])/gi)) {
    sum += Number(count) * (unitSeconds[(unit ?? 's').toLowerCase()] ?? 1);
  }
  return Math.min(sum, 0x7fff_ffff);
}

function readNumber(text: string, most: number, line: number): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number <= most)) throw wrong(line, `${text} is no number up to ${most}`);
  return number;
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16),
  );
}

function wrong(line: number, what: string): UsageError {
  return new UsageError(`zone, line ${line}: ${what}`, 'RFC 1035 §5.1');
}
