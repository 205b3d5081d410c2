import { expect } from 'vitest';

/** What a value must look like: every field listed must be there and fit; others may be there too. */
type Shape = (value: unknown, path: string) => readonly string[];

const primitive =
  (type: 'string' | 'number' | 'boolean'): Shape =>
  (value, path) =>
    typeof value === type ? [] : [`${path} is no ${type}`];

const text: Shape = primitive('string');
const number: Shape = primitive('number');
const flag: Shape = primitive('boolean');

const oneOf =
  (...words: readonly unknown[]): Shape =>
  (value, path) =>
    words.includes(value) ? [] : [`${path} is ${String(value)}`];

const orNull =
  (shape: Shape): Shape =>
  (value, path) =>
    value === null ? [] : shape(value, path);

const optional =
  (shape: Shape): Shape =>
  (value, path) =>
    value === undefined ? [] : shape(value, path);

const list =
  (shape: Shape): Shape =>
  (value, path) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => shape(item, `${path}[${index}]`))
      : [`${path} is no list`];

const fields =
  (shapes: Readonly<Record<string, Shape>>): Shape =>
  (value, path) =>
    typeof value === 'object' && value !== null
      ? Object.entries(shapes).flatMap(([name, shape]) =>
          shape((value as Readonly<Record<string, unknown>>)[name], `${path}.${name}`),
        )
      : [`${path} is no object`];

const verdict = oneOf('works', 'works-unverified', 'refused', 'silent', 'could-not-tell');
const method = oneOf('implicit-tls', 'starttls', 'plaintext');
const endpoint = fields({
  protocol: oneOf('smtp', 'submission', 'imap', 'pop3'),
  host: text,
  port: number,
  method,
});
const explanation = fields({ lang: oneOf('en', 'de'), summary: text, cause: text, action: text });

/** `postern probe --json`. */
export const probeShape: Shape = fields({
  schema: oneOf('postern.probe/1'),
  endpoint,
  verdict,
  reason: text,
  phase: orNull(text),
  explanation,
  tls: orNull(fields({ version: text, cipher: text, alpn: orNull(text), resumed: flag })),
  certificate: orNull(
    fields({
      subject: text,
      issuer: text,
      names: list(text),
      validFrom: text,
      validTo: text,
      fingerprint256: text,
      publicKeySha256: text,
      valid: flag,
      reason: text,
    }),
  ),
  capabilities: fields({ beforeTls: orNull(list(text)), insideTls: orNull(list(text)) }),
  auth: fields({ attempted: flag, ok: orNull(flag) }),
  attempts: list(fields({ address: text, port: number, method, verdict, reason: text, ms: number })),
  timeline: list(fields({ ms: number, event: text, detail: optional(text) })),
  elapsedMs: number,
});

const setting = fields({
  protocol: oneOf('submission', 'imap', 'pop3'),
  host: text,
  port: number,
  method: oneOf('implicit-tls', 'starttls'),
  userName: oneOf('address', 'local-part', 'template'),
  source: oneOf('autoconfig', 'ispdb', 'srv', 'mx', 'guess'),
});

const policyVerdict = fields({
  verdict: oneOf('passes', 'fails', 'none', 'could-not-tell'),
  reason: text,
});

/** `postern check --json`. */
export const accountShape: Shape = fields({
  schema: oneOf('postern.check/1'),
  address: orNull(text),
  lang: oneOf('en', 'de'),
  asked: list(fields({ source: oneOf('autoconfig', 'ispdb'), url: text })),
  notAsked: optional(list(oneOf('autoconfig', 'ispdb'))),
  probes: list(probeShape),
  recommendation: fields({
    incoming: orNull(setting),
    outgoing: orNull(setting),
    alternatives: list(setting),
    rejected: list(fields({ endpoint, verdict, reason: text, line: text })),
    hints: list(text),
  }),
  clients: list(
    fields({
      client: text,
      name: text,
      service: oneOf('incoming', 'outgoing'),
      endpoint,
      status: oneOf('possible', 'not-possible'),
      fields: list(fields({ field: text, choose: text })),
      because: text,
      notes: list(text),
      unconfirmed: flag,
    }),
  ),
  domain: orNull(
    fields({
      name: text,
      route: oneOf('exchangers', 'implicit', 'null-mx', 'no-such-domain', 'failed'),
      authenticated: flag,
      exchangers: list(
        fields({
          host: text,
          preference: number,
          probes: list(probeShape),
          others: optional(
            list(fields({ probe: probeShape, dane: optional(policyVerdict), sts: optional(policyVerdict) })),
          ),
          tlsa: optional(fields({ status: oneOf('records', 'none', 'failed') })),
          dane: optional(policyVerdict),
          sts: optional(policyVerdict),
        }),
      ),
      sts: optional(fields({ status: oneOf('absent', 'not-fetched', 'policy', 'failed') })),
      tlsrpt: optional(fields({ status: oneOf('absent', 'present', 'broken', 'failed') })),
      announcedExchangers: optional(
        list(
          fields({
            host: text,
            port: number,
            preference: number,
            probes: list(probeShape),
            sts: optional(policyVerdict),
          }),
        ),
      ),
      announcement: optional(
        fields({ status: oneOf('absent', 'not-offered', 'announced', 'unusable', 'failed') }),
      ),
      policies: list(fields({ name: text, status: oneOf('present', 'absent', 'failed') })),
      announced: list(fields({ service: text, host: orNull(text), port: number })),
    }),
  ),
  findings: list(
    fields({
      name: text,
      severity: oneOf('problem', 'warning', 'note'),
      reason: text,
      endpoints: list(endpoint),
      explanation,
      domain: optional(text),
      publish: optional(fields({ zone: list(text), file: optional(fields({ url: text, content: text })) })),
    }),
  ),
  controls: optional(
    list(
      fields({
        host: text,
        port: number,
        verdict: oneOf('answers', 'silent', 'could-not-tell'),
        reason: text,
        answered: orNull(number),
      }),
    ),
  ),
  unfinished: optional(list(endpoint)),
  elapsedMs: number,
});

/** Fails with every place that does not fit. */
export function expectShape(value: unknown, shape: Shape): void {
  expect(shape(value, '$')).toEqual([]);
}
