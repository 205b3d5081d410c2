import { headerText } from '../message/searchable.ts';

/** What is left of a subject, and whether something went that a reply or a forwarded message has. */
export interface BaseSubject {
  readonly text: string;
  /** RFC 5256 §3: the rules took away a `re:` or `fwd:`, a `(fwd)` or the brackets of `[fwd: …]`. */
  readonly isReply: boolean;
}

const refwd = /(?:re|fwd?) *(?:\[[^[\]]*\] *)?:/iy;
const forwardedTrailer = /\(fwd\)$/i;
const forwardedHeader = /\[fwd:/iy;

/**
 * The base subject of the value of a Subject field, held as latin1 (RFC 5256 §2.1). Two ends move towards each other and nothing is looked
 * at twice, so a subject of a megabyte of `re:` costs what it is long.
 */
export function baseSubject(value: string): BaseSubject {
  // Step 1.
  const text = headerText(value)
    .replaceAll(/[\t\r\n]/g, ' ')
    .replaceAll(/ {2,}/g, ' ');
  let begin = 0;
  let end = text.length;
  let isReply = false;
  for (;;) {
    // Step 2: subj-trailer.
    for (;;) {
      if (end > begin && text[end - 1] === ' ') end -= 1;
      else if (end - begin >= 5 && forwardedTrailer.test(text.slice(end - 5, end))) {
        end -= 5;
        isReply = true;
      } else break;
    }
    const behind = behindPrefixes(text, begin, end);
    begin = behind.begin;
    isReply ||= behind.isReply;
    // Step 6.
    if (text[end - 1] !== ']' || matchEnd(forwardedHeader, text, begin, end) === undefined)
      return { text: text.slice(begin, end), isReply };
    begin += 5;
    end -= 1;
    isReply = true;
  }
}

/** Steps 3 to 5: what stands in front of the subject proper. */
function behindPrefixes(text: string, from: number, end: number): { begin: number; isReply: boolean } {
  let begin = from;
  let isReply = false;
  for (;;) {
    if (begin < end && text[begin] === ' ') {
      begin += 1;
      continue;
    }
    // All blobs at once: each decides alike, and to begin anew behind every one of them would be quadratic.
    let last = begin;
    let behind = begin;
    for (let next = blobEnd(text, behind, end); next !== undefined; next = blobEnd(text, behind, end)) {
      last = behind;
      behind = next;
    }
    const leader = matchEnd(refwd, text, behind, end);
    if (leader !== undefined) {
      begin = leader;
      isReply = true;
      continue;
    }
    // Step 4: the last blob stays where nothing else is left.
    const stop = behind < end ? behind : last;
    if (stop === begin) return { begin, isReply };
    begin = stop;
    if (begin === last) return { begin, isReply };
  }
}

/** Behind the subj-blob that begins here, its white space included. */
function blobEnd(text: string, begin: number, end: number): number | undefined {
  if (begin >= end || text[begin] !== '[') return undefined;
  let at = begin + 1;
  while (at < end && text[at] !== '[' && text[at] !== ']') at += 1;
  if (at >= end || text[at] !== ']') return undefined;
  at += 1;
  while (at < end && text[at] === ' ') at += 1;
  return at;
}

/** Behind what the sticky pattern matches here, unless that is behind the end. */
function matchEnd(pattern: RegExp, text: string, begin: number, end: number): number | undefined {
  pattern.lastIndex = begin;
  return pattern.test(text) && pattern.lastIndex <= end ? pattern.lastIndex : undefined;
}
