import type { Connection } from '@postern/wire';

/** No request for a file is longer; what is gets no answer. Ours. */
const LONGEST_REQUEST = 8192;

/** A file by host and path; `undefined` where there is none. */
export type Files = (host: string, path: string) => string | undefined;

/**
 * Answers one request of HTTP/1.1 with a file, or with 404, and ends the connection: as much of a web server as policies
 * and settings need (RFC 8461 §3.3). What is no request gets no answer.
 */
export async function serveFile(connection: Connection, files: Files, signal: AbortSignal): Promise<void> {
  let request = '';
  while (!request.includes('\r\n\r\n')) {
    const bytes = await connection.read({ signal });
    if (bytes === undefined || request.length + bytes.length > LONGEST_REQUEST) return;
    for (const octet of bytes) request += String.fromCharCode(octet);
  }
  // RFC 9112 §3 and RFC 9110 §7.2: the path of a request, without its query, and the host it is meant for.
  const [, path = ''] = /^GET (\/[^\s?]*)\S* HTTP\/1\.[01]\r\n/.exec(request) ?? [];
  const [, host = ''] = /\r\nhost:[ \t]*([^\s:]+)/i.exec(request) ?? [];
  const file = path === '' ? undefined : files(host.toLowerCase(), path);
  const body = new TextEncoder().encode(file ?? 'There is no such file.\n');
  const head = [
    `HTTP/1.1 ${file === undefined ? '404 Not Found' : '200 OK'}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${body.length}`,
    'Connection: close',
    '\r\n',
  ].join('\r\n');
  await connection.write(new TextEncoder().encode(head), { signal });
  await connection.write(body, { signal });
  await connection.end();
}
