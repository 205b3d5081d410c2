/** What becomes of content sources: whatever goes wrong, each is let go of, and their own errors come out. */
import { Readable } from 'node:stream';
import { isUsageError } from '@postern/wire';
import { expect, test } from 'vitest';
import type { Content } from '../src/content/source.ts';
import type { Smtp } from '../src/smtp.ts';
import type { RecipientResult } from '../src/submit/submission.ts';
import type { SubmitOptions } from '../src/submit/submissions.ts';
import { mailScene } from './mail-scene.ts';

const envelope = { from: 'ann@example.org', to: ['ben@example.net'] };
const content = 'Subject: x\r\n\r\nHello.\r\n';
const chunking = ['PIPELINING', 'CHUNKING', '8BITMIME', 'SIZE 10000000'];

const statuses = ({ recipients }: { readonly recipients: readonly RecipientResult[] }): readonly string[] =>
  recipients.map(({ status }) => status);

interface Source {
  readonly content: Content;
  readonly letGo: () => boolean;
}

/** One source of each kind, with more to give than anybody takes. */
const kinds: Readonly<Record<string, () => Source>> = {
  iterator: () => {
    let returned = false;
    const iterator = {
      next: () => Promise.resolve({ value: 'x: y\r\n', done: false }),
      return: () => {
        returned = true;
        return Promise.resolve({ value: undefined, done: true as const });
      },
    };
    const made: AsyncIterable<string> = { [Symbol.asyncIterator]: () => iterator };
    return { content: made, letGo: () => returned };
  },
  'Node stream': () => {
    const stream = new Readable({
      read() {
        this.push('x: y\r\n');
      },
    });
    return { content: stream, letGo: () => stream.destroyed };
  },
  'Web stream': () => {
    let cancelled = false;
    const stream = new ReadableStream<string>({
      pull: (controller) => {
        controller.enqueue('x: y\r\n');
      },
      cancel: () => {
        cancelled = true;
      },
    });
    return { content: { getReader: () => stream.getReader() }, letGo: () => cancelled };
  },
};

interface Mishap {
  readonly keywords?: readonly string[];
  readonly replies?: Readonly<Record<string, string>>;
  readonly submit?: (smtp: Smtp, content: Content) => Promise<unknown>;
}

const submit = (smtp: Smtp, given: Content, options?: SubmitOptions): Promise<unknown> =>
  smtp.submit(envelope, given, options);

/** What can go wrong before the last octet of a message was sent. */
const mishaps: Readonly<Record<string, Mishap>> = {
  'an envelope without recipients': { submit: (smtp, given) => smtp.submit({ from: '', to: [] }, given) },
  'recipients that are no list': {
    submit: (smtp, given) => smtp.submit({ ...envelope, to: 'ben@example.net' as never }, given),
  },
  'a recipient that is nothing': {
    submit: (smtp, given) => smtp.submit({ ...envelope, to: [null] as never }, given),
  },
  'an address that would break the line': {
    submit: (smtp, given) => smtp.submit({ from: 'a\r\nb@c', to: ['d@e'] }, given),
  },
  'a signal that was aborted before': {
    submit: (smtp, given) => submit(smtp, given, { signal: AbortSignal.abort('enough') }),
  },
  'an abort while the envelope is on its way': {
    submit: (smtp, given) => {
      const controller = new AbortController();
      const submission = submit(smtp, given, { signal: controller.signal });
      return Promise.race([submission, Promise.resolve().then(() => smtp.extensions)]).then(() => {
        controller.abort('enough');
        return submission;
      });
    },
  },
  'what the server does not offer': {
    submit: (smtp, given) => smtp.submit({ ...envelope, from: 'jörg@example.org' }, given),
  },
  'a size over the limit': { submit: (smtp, given) => smtp.submit({ ...envelope, size: 10 ** 9 }, given) },
  'MAIL refused': { replies: { MAIL: '550 5.7.1 no' } },
  'RCPT refused': { replies: { RCPT: '550 5.1.1 no' } },
  'DATA refused': { replies: { DATA: '451 4.3.0 later' } },
  'a chunk refused': { keywords: chunking, replies: { BDAT: '452 4.3.1 space' } },
  'a goodbye to MAIL': { replies: { MAIL: '421 bye|CLOSE' } },
  'a connection lost at RCPT': { replies: { RCPT: '|RESET' } },
  'silence after DATA': { replies: { DATA: '|SILENT' } },
  'a dialogue that was over before': {
    submit: async (smtp, given) => {
      await smtp.quit();
      return submit(smtp, given);
    },
  },
};

const rows = Object.keys(mishaps).flatMap((mishap) => Object.keys(kinds).map((kind) => [mishap, kind]));

test.each(rows)('SMTP-056 %s: the %s that was to be sent is let go of', async (mishap = '', kind = '') => {
  const {
    keywords = ['PIPELINING', 'SIZE 1000'],
    replies = {},
    submit: run = submit,
  } = mishaps[mishap] ?? {};
  for (const pipelining of [true, false]) {
    const offered = keywords.filter((keyword) => pipelining || keyword !== 'PIPELINING');
    const reply = (line: string): string | undefined => replies[line.split(' ')[0] ?? ''];
    await mailScene({ keywords: offered, reply }, async ({ open }) => {
      const smtp = await open({ chunking: 'always' });
      const source = kinds[kind]?.();
      await run(smtp, source?.content ?? '').catch(() => undefined);
      await smtp[Symbol.asyncDispose]();
      // A reader is closed behind the results, within the same turn of the loop.
      await new Promise(setImmediate);
      expect(source?.letGo()).toBe(true);
    });
  }
});

test('an abort does not wait for a source that has nothing to give', async () => {
  await mailScene({}, async ({ open, server }) => {
    const smtp = await open();
    const controller = new AbortController();
    const stalled = new Readable({ read: () => undefined });
    const submission = smtp.submit(envelope, stalled, { signal: controller.signal });
    controller.abort('enough');
    await expect(submission).rejects.toBe('enough');
    expect(stalled.destroyed).toBe(true);
    expect(statuses(await smtp.submit(envelope, content))).toEqual(['accepted']);
    expect(server.lines.filter((line) => line.startsWith('MAIL'))).toHaveLength(1);
    await smtp.quit();
  });
});

test('a content source that fails: its error comes out, the message never becomes complete', async () => {
  const failure = new Error('disk');
  async function* source(): AsyncGenerator<string> {
    yield 'x: y\r\n';
    throw failure;
  }
  for (const [options, left] of [
    [{}, 'nothing'],
    [{ chunking: 'always' }, 'the connection'],
  ] as const) {
    await mailScene({ keywords: chunking }, async ({ open, server }) => {
      const smtp = await open(options);
      await expect(smtp.submit(envelope, source())).rejects.toBe(failure);
      const next = await smtp.submit(envelope, content);
      expect(statuses(next)).toEqual([left === 'nothing' ? 'retry-later' : 'accepted']);
      expect(server.messages).toHaveLength(left === 'nothing' ? 0 : 1);
      await smtp[Symbol.asyncDispose]();
    });
  }
});

test('a source that cannot even begin is found out before a word is said', async () => {
  await mailScene({}, async ({ open, server }) => {
    const smtp = await open();
    const missing = new Readable({
      read() {
        this.destroy(new Error('ENOENT'));
      },
    });
    await expect(smtp.submit(envelope, missing)).rejects.toThrow('ENOENT');
    await expect(smtp.submit(envelope, 7 as never)).rejects.toSatisfy(isUsageError);
    for (const to of [[], 'ben@example.net', [null], undefined]) {
      await expect(smtp.submit({ ...envelope, to: to as never }, content)).rejects.toSatisfy(isUsageError);
    }
    expect(statuses(await smtp.submit(envelope, content))).toEqual(['accepted']);
    expect(server.lines.filter((line) => line.startsWith('MAIL'))).toHaveLength(1);
    await smtp.quit();
  });
});
