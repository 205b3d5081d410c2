import { strictText } from '../server-rules.ts';

/** RFC 5802 §5.1: printable ASCII but the comma, which separates attributes. */
const nonceCharacters = '[\\x21-\\x2b\\x2d-\\x7e]+';
const base64Characters = '[A-Za-z0-9+/]+={0,2}';
/** Optional attributes behind the known ones. They are ignored, except `m`, which must be understood. */
const moreAttributes = '((?:,[A-Za-z]=[^,\\0]*)*)';

const serverFirst = new RegExp(
  `^r=(${nonceCharacters}),s=(${base64Characters}),i=([1-9][0-9]{0,9})${moreAttributes}$`,
);
const serverFinal = new RegExp(`^(?:v=(${base64Characters})|e=([^,\\0]+))${moreAttributes}$`);
const clientFirst = new RegExp(
  `^(n|y|p=([A-Za-z0-9.-]+)),(?:a=([^,\\0]*))?,(n=([^,\\0]*),r=(${nonceCharacters})${moreAttributes})$`,
);
const clientFinal = new RegExp(
  `^(c=(${base64Characters}),r=(${nonceCharacters})${moreAttributes}),p=(${base64Characters})$`,
);

/** What the server says first: its nonce, which begins with the client's, the salt and how often to hash. */
export interface ServerFirst {
  readonly text: string;
  readonly nonce: string;
  readonly salt: string;
  readonly iterations: number;
}

/** Reads it; `undefined` where it is none (RFC 5802 §7), or where it wants an extension that nobody knows. */
export function parseServerFirst(bytes: Uint8Array): ServerFirst | undefined {
  const text = strictText(bytes) ?? '';
  const [, nonce, salt, iterations, more = ''] = serverFirst.exec(text) ?? [];
  if (nonce === undefined || salt === undefined || wantsExtension(more)) return undefined;
  return { text, nonce, salt, iterations: Number(iterations) };
}

/** What the server says last: its signature, or why not. */
export type ServerFinal =
  | { readonly type: 'signature'; readonly signature: string }
  | { readonly type: 'error'; readonly error: string };

/** Reads it; `undefined` where it is none. */
export function parseServerFinal(bytes: Uint8Array): ServerFinal | undefined {
  const [, signature, error, more = ''] = serverFinal.exec(strictText(bytes) ?? '') ?? [];
  if (wantsExtension(more)) return undefined;
  if (error !== undefined) return { type: 'error', error };
  return signature === undefined ? undefined : { type: 'signature', signature };
}

/** What the client says first. */
export interface ClientFirst {
  /** RFC 5802 §6: `n` no channel binding, `y` the client could but believes that the server cannot, `p` this type. */
  readonly flag: 'n' | 'y' | 'p';
  readonly bindingType: string | undefined;
  readonly authorizationId: string;
  readonly user: string;
  readonly nonce: string;
  /** The part that is not signed, with its trailing comma. */
  readonly header: string;
  /** The part that is. */
  readonly bare: string;
}

/** Reads it; `undefined` where it is none, or where a name is not encoded as it must be. */
export function parseClientFirst(bytes: Uint8Array): ClientFirst | undefined {
  const text = strictText(bytes) ?? '';
  const match = clientFirst.exec(text);
  if (!match) return undefined;
  const [, flag = '', bindingType, authorizationId = '', bare = '', user = '', nonce = '', more = ''] = match;
  const named = decodeName(user);
  const actsAs = decodeName(authorizationId);
  if (named === undefined || actsAs === undefined || wantsExtension(more)) return undefined;
  return {
    flag: flag === 'n' || flag === 'y' ? flag : 'p',
    bindingType,
    authorizationId: actsAs,
    user: named,
    nonce,
    header: text.slice(0, text.length - bare.length),
    bare,
  };
}

/** What the client says last. */
export interface ClientFinal {
  readonly withoutProof: string;
  readonly binding: string;
  readonly nonce: string;
  readonly proof: string;
}

/** Reads it; `undefined` where it is none. */
export function parseClientFinal(bytes: Uint8Array): ClientFinal | undefined {
  const match = clientFinal.exec(strictText(bytes) ?? '');
  if (!match) return undefined;
  const [, withoutProof = '', binding = '', nonce = '', more = '', proof = ''] = match;
  return wantsExtension(more) ? undefined : { withoutProof, binding, nonce, proof };
}

/** RFC 5802 §5.1: in a name the comma and the equals sign are written as `=2C` and `=3D`. */
export function encodeName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C');
}

/** Reads such a name; `undefined` for an equals sign with anything else behind it. */
function decodeName(text: string): string | undefined {
  if (/=(?!2C|3D)/.test(text)) return undefined;
  return text.replaceAll('=2C', ',').replaceAll('=3D', '=');
}

/** RFC 5802 §5.1: `m` announces an extension that must be understood, and there is none. */
function wantsExtension(more: string): boolean {
  return more.includes(',m=');
}
