import { UsageError, utf8 } from '@postern/wire';
import type { EpochMilliseconds } from '../wall-clock.ts';
import { submitterOf } from './report.ts';
import type { TlsReport } from './report.ts';

/** Octets that a report may have once it is unpacked. Ours: a few bytes of gzip can say gigabytes. */
const MAX_OCTETS = 16 * 1024 * 1024;

/** What the name of a report file says (RFC 8460 §5.1). */
export interface ReportFileName {
  /** The domain of the sender's contact. */
  readonly submitter: string;
  /** The domain that is reported to. */
  readonly domain: string;
  /** To the second. */
  readonly from: EpochMilliseconds;
  /** To the second. */
  readonly until: EpochMilliseconds;
  /** Tells several reports of one time apart; letters and digits. */
  readonly unique?: string;
  /** Whether the file is packed by gzip. */
  readonly gzip: boolean;
}

/** Media types of reports (RFC 8460 §6.4, §6.5). */
export const reportMediaTypes: { readonly plain: string; readonly gzip: string } = {
  plain: 'application/tlsrpt+json',
  gzip: 'application/tlsrpt+gzip',
};

/** The name of a report's file: `sender!domain!from!until!unique.json.gz`, times in seconds since 1970 (RFC 8460 §5.1). */
export function reportFileName(
  { contactInfo, from, until }: Pick<TlsReport, 'contactInfo' | 'from' | 'until'>,
  domain: string,
  options?: { readonly unique?: string; readonly gzip?: boolean },
): string {
  const { unique, gzip = true } = options ?? {};
  const fits = isDomain(domain) && (unique === undefined || /^[A-Za-z\d]+$/.test(unique));
  if (!fits) throw new UsageError('a report file is named by domains, letters and digits', 'RFC 8460 §5.1');
  const times = [from, until].map((time) => Math.floor(time / 1000));
  const parts = [submitterOf(contactInfo), domain, ...times, ...(unique === undefined ? [] : [unique])];
  return `${parts.join('!')}.json${gzip ? '.gz' : ''}`;
}

/** Reads the name of a report's file; `undefined` for any other name. What the report itself says counts more (RFC 8460 §5.6). */
export function parseReportFileName(name: string): ReportFileName | undefined {
  if (name.length > 600) return undefined;
  const found = /^([^!]+)!([^!]+)!(\d{1,11})!(\d{1,11})(?:!([A-Za-z\d]+))?\.json(\.gz)?$/.exec(name);
  const [, submitter = '', domain = '', from, until, unique, packed] = found ?? [];
  if (!isDomain(submitter) || !isDomain(domain)) return undefined;
  return {
    submitter,
    domain,
    from: Number(from) * 1000,
    until: Number(until) * 1000,
    ...(unique === undefined ? {} : { unique }),
    gzip: packed !== undefined,
  };
}

function isDomain(text: string): boolean {
  return text.length <= 253 && /^[a-z\d-]+(\.[a-z\d-]+)*$/i.test(text);
}

/** Packs a report's JSON by gzip, as it should be sent (RFC 8460 §5.2). */
export async function packReport(json: string): Promise<Uint8Array> {
  return whole(pipe(utf8(json), new CompressionStream('gzip')), Number.POSITIVE_INFINITY);
}

/**
 * Unpacks a report's JSON. Rejects with a `RangeError` for one of more than 16 MiB, and with what the platform says about
 * octets that are no gzip.
 */
export async function unpackReport(packed: Uint8Array): Promise<string> {
  const octets = await whole(pipe(packed, new DecompressionStream('gzip')), MAX_OCTETS);
  return new TextDecoder().decode(octets);
}

function pipe(
  octets: Uint8Array,
  through: { readonly readable: ReadableStream; readonly writable: WritableStream },
): ReadableStream<Uint8Array> {
  return new Blob([Uint8Array.from(octets)]).stream().pipeThrough(through);
}

async function whole(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      throw new RangeError(`a report of more than ${limit} octets`);
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts.map((one) => Uint8Array.from(one))).arrayBuffer());
}
