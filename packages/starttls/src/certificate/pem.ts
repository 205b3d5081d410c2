/** The certificates of a PEM text, DER, in order (RFC 7468 §5). Blocks that are no base64 are left out. */
export function pemCertificates(pem: string): readonly Uint8Array[] {
  const blocks = pem.matchAll(/-----BEGIN CERTIFICATE-----([\w+/=\s]+)-----END CERTIFICATE-----/g);
  return [...blocks].flatMap(([, base64 = '']) => decode(base64));
}

function decode(base64: string): readonly Uint8Array[] {
  try {
    return [Uint8Array.from(atob(base64.replaceAll(/\s/g, '')), (character) => character.charCodeAt(0))];
  } catch {
    return [];
  }
}
