import { zoneResolver } from '@postern/dns';
import type { Resolver } from '@postern/dns';
import { accept, refuse } from '@postern/smtp/server';
import type { DeliveryPolicy } from '@postern/starttls';
import { WireError } from '@postern/wire';
import { seededRandom } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { createRelay } from '../src/index.ts';
import { town, words } from './town.ts';
import type { Town } from './town.ts';

const DOMAINS = 200;
const MESSAGES = 2_000;
/** So many at the same time; the next ones find connections that are open. */
const BATCH = 250;
const seed = 20_261_124;

/** A kind of domain: what stands in its zone, what listens, and what must become of its mail. */
interface Kind {
  readonly zone: (domain: string, first: string, second: string) => string;
  readonly serve: (scene: Town, first: string, second: string) => Promise<void>;
  readonly policy?: DeliveryPolicy;
  readonly truth: (domain: string) => string;
}

const mx = (domain: string, first: string, second: string): string =>
  `${domain}. MX 10 a.${domain}.\n${domain}. MX 20 b.${domain}.\na.${domain}. A ${first}\nb.${domain}. A ${second}\n`;
const nobody = async (): Promise<void> => undefined;
const by =
  (host: string, how: string) =>
  (domain: string): string =>
    `delivered to ${host}.${domain} by ${how}`;

const kinds: readonly Kind[] = [
  { zone: mx, serve: (scene, first) => scene.serve(first, 25, 'starttls'), truth: by('a', 'starttls') },
  {
    zone: mx,
    serve: async (scene, first) => scene.serve(first, 25, 'plaintext'),
    truth: by('a', 'plaintext (starttls-not-offered)'),
  },
  {
    // Both hosts are stripped.
    zone: mx,
    async serve(scene, first, second) {
      await scene.serve(first, 25, 'plaintext');
      await scene.serve(second, 25, 'plaintext');
    },
    policy: { level: 'encrypt' },
    truth: () => 'deferred starttls-not-offered',
  },
  {
    zone: mx,
    async serve(scene, first, second) {
      await scene.serve(first, 25, 'broken-starttls');
      await scene.serve(second, 25, 'starttls');
    },
    policy: { level: 'encrypt' },
    truth: by('b', 'starttls'),
  },
  {
    zone: mx,
    async serve(scene, first) {
      scene.weather(first, 465, { type: 'drop' });
      await scene.serve(first, 25, 'starttls');
    },
    policy: { level: 'encrypt', try465: true },
    truth: by('a', 'starttls'),
  },
  {
    zone: mx,
    async serve(scene, first) {
      scene.weather(first, 25, { type: 'drop' });
      await scene.serve(first, 465, 'implicit-tls');
    },
    policy: { try465: true },
    truth: by('a', 'implicit-tls'),
  },
  {
    zone: mx,
    async serve(scene, first, second) {
      scene.weather(first, 25, { type: 'drop' });
      await scene.serve(second, 25, 'starttls');
    },
    truth: by('b', 'starttls'),
  },
  {
    zone: mx,
    serve: async (scene, first) =>
      scene.serve(first, 25, 'starttls', { hooks: { recipient: () => refuse(550, '5.1.1', 'nobody') } }),
    truth: () => 'refused recipient-refused',
  },
  {
    zone: mx,
    async serve(scene, first, second) {
      await scene.serve(first, 25, 'starttls', {
        hooks: { recipient: () => refuse(451, '4.7.1', 'later') },
      });
      await scene.serve(second, 25, 'starttls', { hooks: { recipient: () => accept } });
    },
    truth: by('b', 'starttls'),
  },
  { zone: (domain) => `${domain}. MX 0 .\n`, serve: nobody, truth: () => 'refused null-mx' },
  { zone: () => '', serve: nobody, truth: () => 'refused dns-nxdomain' },
  {
    zone: (domain) => `down.${domain}. A 192.0.2.1\n`,
    serve: nobody,
    truth: () => 'deferred dns-servfail',
  },
  { zone: mx, serve: nobody, truth: () => 'deferred connection-refused' },
];

test(`${MESSAGES} messages to ${DOMAINS} domains of ${kinds.length} kinds through one relay: each recipient's result is the known truth (seed ${seed})`, async () => {
  const random = seededRandom(seed);
  const pick = (below: number): number => Math.floor(random() * below);
  const domains = Array.from({ length: DOMAINS }, (_, at) => {
    const kind = kinds[at < kinds.length ? at : pick(kinds.length)];
    if (!kind) throw new Error('no such kind');
    return { name: `d${at}.test`, first: `10.1.${at}.1`, second: `10.1.${at}.2`, kind };
  });
  const zone = domains.map(({ name, first, second, kind }) => kind.zone(name, first, second)).join('');
  const inner = zoneResolver(zone);
  const failing = new Set(domains.filter(({ kind }) => kind === kinds[11]).map(({ name }) => name));
  const resolver: Resolver = {
    async query(name, type, options) {
      if (failing.has(name) && type === 'MX')
        throw new WireError({ kind: 'dns', reason: 'dns-servfail', phase: 'dns', after: 0 });
      return inner.query(name, type, options);
    },
  };
  const scene = await town('', { resolver, seed });
  for (const { kind, first, second } of domains) await kind.serve(scene, first, second);
  const relay = createRelay(scene.environment);
  const policies = new Map(domains.map(({ name, kind }) => [name, kind.policy ?? {}]));
  const wrong: string[] = [];
  let recipientsInAll = 0;
  let delivered = 0;
  await scene.clock.run(async () => {
    const send = async (at: number): Promise<void> => {
      // Some to several domains at once.
      const chosen = new Set(Array.from({ length: at % 8 === 0 ? 3 : 1 }, () => pick(DOMAINS)));
      const to = [...chosen].flatMap((index) => domains[index] ?? []);
      const { recipients } = await relay.deliver({
        sender: 'ann@sender.test',
        recipients: to.map(({ name }) => `u${at}@${name}`),
        content: `Subject: ${at}\r\n\r\n`,
        policy: (domain) => policies.get(domain) ?? {},
      });
      for (const [index, { name, kind }] of to.entries()) {
        recipientsInAll += 1;
        const [said, truth] = [words(recipients[index]), kind.truth(name)];
        if (said.startsWith('delivered')) delivered += 1;
        if (said !== truth) wrong.push(`${name}: ${said}, in truth ${truth}`);
      }
    };
    for (let first = 0; first < MESSAGES; first += BATCH) {
      await Promise.all(Array.from({ length: BATCH }, (_, at) => send(first + at)));
    }
  });
  await scene.clock.run(async () => relay[Symbol.asyncDispose]());
  expect(wrong.slice(0, 10)).toEqual([]);
  expect(recipientsInAll).toBeGreaterThan(MESSAGES);
  // Nothing twice, nothing lost: those that hooks of a test took are not in the book.
  expect(new Set(scene.taken.map(({ content, to }) => `${content}${String(to)}`)).size).toBe(
    scene.taken.length,
  );
  expect(delivered).toBeGreaterThanOrEqual(scene.taken.length);
  expect(scene.network.counts.open).toBe(0);
}, 20_000);
