import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryStsStore } from './policies.ts';
import type { StoredPolicy, StsText } from './policies.ts';
import { policiesAsText, policiesOfText } from './stored-text.ts';

const stored: StoredPolicy = {
  id: '1',
  policy: { mode: 'enforce', mx: ['*.example.test'], maxAge: 86_400 },
  fetchedAt: 1_000,
};

/** A text in memory, as a file would be. */
function textFile(content?: string): StsText & { readonly content: () => string | undefined } {
  let held = content;
  return {
    content: () => held,
    read: async () => held,
    async write(text) {
      held = text;
    },
  };
}

describe('policies that are written down', () => {
  test('TLS-066 a policy survives a restart, with its id and its age', async () => {
    const text = textFile();
    const withoutRecord = { ...stored, id: undefined };
    const before = memoryStsStore({ text });
    await before.set('example.test', stored);
    await before.set('other.test', withoutRecord);
    const after = memoryStsStore({ text });
    expect(await after.get('example.test')).toEqual(stored);
    expect(await after.get('other.test')).toEqual(withoutRecord);
    expect(await after.get('unknown.test')).toBeUndefined();
  });

  test('the text holds no more than the memory, and the newest', async () => {
    const text = textFile();
    const store = memoryStsStore({ maxEntries: 2, text });
    await Promise.all(['a.test', 'b.test', 'c.test'].map((domain) => store.set(domain, stored)));
    expect([...policiesOfText(text.content() ?? '', 10).keys()]).toEqual(['b.test', 'c.test']);
  });

  test('what cannot be written fails its own call, and not the next', async () => {
    let broken = true;
    const text: StsText = {
      read: async () => undefined,
      async write() {
        if (broken) throw new Error('disk full');
      },
    };
    const store = memoryStsStore({ text });
    await expect(store.set('a.test', stored)).rejects.toThrow('disk full');
    broken = false;
    await store.set('b.test', stored);
    expect(await store.get('a.test')).toEqual(stored);
  });

  test('a text that cannot be read is no empty one, and is read again', async () => {
    let broken = true;
    const text: StsText = {
      async read() {
        if (broken) throw new Error('not now');
        return policiesAsText(new Map([['a.test', stored]]));
      },
      write: async () => undefined,
    };
    const store = memoryStsStore({ text });
    await expect(store.get('a.test')).rejects.toThrow('not now');
    broken = false;
    expect(await store.get('a.test')).toEqual(stored);
  });

  /** A line as it is written, with changes that no policy bears. */
  const changed = (entry: Record<string, unknown>, policy: Record<string, unknown> = {}): string =>
    JSON.stringify({ domain: 'a.test', ...stored, ...entry, policy: { ...stored.policy, ...policy } });

  test.each([
    ['half a line', '{"domain":"a.test","id":"1","pol'],
    ['no policy', '{"domain":"a.test","id":"1","fetchedAt":1}'],
    ['a domain that is no text', changed({ domain: 7 })],
    ['an empty domain', changed({ domain: '' })],
    ['a domain longer than any', changed({ domain: 'a'.repeat(256) })],
    ['an id that is no text', changed({ id: 7 })],
    ['an unknown mode', changed({}, { mode: 'strict' })],
    ['no host', changed({}, { mx: [] })],
    ['hosts that are no list', changed({}, { mx: 'mx.test' })],
    ['a host that is no text', changed({}, { mx: [7] })],
    ['a host longer than any', changed({}, { mx: ['a'.repeat(256)] })],
    ['more hosts than a policy has', changed({}, { mx: Array.from({ length: 1001 }, () => 'x') })],
    ['a policy for ever', changed({}, { maxAge: 1e300 })],
    ['a policy for less than no time', changed({}, { maxAge: -1 })],
    ['a time that is none', changed({ fetchedAt: 'now' })],
    ['a time that never comes', changed({}).replace('"fetchedAt":1000', '"fetchedAt":1e999')],
  ])('a line with %s is left out, and the next one counts', (_, line) => {
    const good = policiesAsText(new Map([['good.test', stored]]));
    expect([...policiesOfText(`${line}\n${good}`, 10).keys()]).toEqual(['good.test']);
  });

  test.each([
    ['in testing', { mode: 'testing' }],
    ['without hosts, of the mode none', { mode: 'none', mx: [] }],
    [
      'of a thousand hosts with the longest names',
      { mx: Array.from({ length: 1000 }, () => 'a'.repeat(255)) },
    ],
    ['for a year', { maxAge: 31_557_600 }],
  ])('TLS-066 a policy %s is read as it was written', (_, change) => {
    const policy = { ...stored.policy, ...change };
    expect([...policiesOfText(changed({}, change), 10).values()]).toEqual([{ ...stored, policy }]);
  });

  test('no more is read than was asked for', () => {
    const text = policiesAsText(new Map(['a', 'b', 'c'].map((domain) => [domain, stored])));
    expect([...policiesOfText(text, 2).keys()]).toEqual(['a', 'b']);
  });

  test('no text makes it throw', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.json(), fc.string())), (lines) => {
        expect(policiesOfText(lines.join('\n'), 10).size).toBeLessThanOrEqual(10);
      }),
    );
  });
});
