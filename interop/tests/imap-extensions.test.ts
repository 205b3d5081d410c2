// Our IMAP client and what Dovecot offers beyond IMAP4rev1: it sorts, threads, compresses, and takes messages in pieces.
import { utf8 } from '@postern/wire';
import { deflateLayer } from '@postern/wire/node';
import { describe, expect, test } from 'vitest';
import { ImapAccount, value } from '../imap-account.ts';

const account = new ImapAccount('changer@good.test');

/** A message of a thread. */
function mail(number: number, subject: string, answers?: number): Uint8Array {
  return utf8(
    [
      `Message-ID: <${number}@x.example>`,
      ...(answers === undefined
        ? []
        : [`In-Reply-To: <${answers}@x.example>`, `References: <${answers}@x.example>`]),
      `Date: ${number} Nov 2025 09:12:44 +0100`,
      `Subject: ${subject}`,
      'From: Ada <ada@x.example>',
      '',
      `body ${number}`,
      '',
    ].join('\r\n'),
  );
}

const thread = [mail(3, 'b'), mail(1, 'a'), mail(2, 'Re: a', 1), mail(4, 'Re: a', 2), mail(5, 'Re: a', 1)];

describe('Dovecot', () => {
  test('IMAP-048 IMAP-061 IMAP-062 keeps several messages at once, sorts them, threads them, and saves a result', async () => {
    await using imap = await account.open('implicit-tls');
    value(await imap.create('Threads'));
    const kept = value(
      await imap.appendAll(
        'Threads',
        thread.map((message) => ({ message })),
      ),
    );
    expect(kept && [...kept.uids]).toEqual([1, 2, 3, 4, 5]);
    const mailbox = value(await imap.select('Threads'));
    expect(value(await mailbox.sort(['reverse date'])).numbers).toEqual([5, 4, 1, 3, 2]);
    expect(value(await mailbox.sort(['subject', 'reverse arrival'], { subject: 'a' })).numbers[0]).toBe(2);
    expect(value(await mailbox.thread('references'))).toMatchObject([
      // In the order of their dates: 2 begins, 3 answers it and 4 that, 5 answers 2.
      { numbers: [2], branches: [{ numbers: [3, 4] }, { numbers: [5] }] },
      { numbers: [1], branches: [] },
    ]);
    expect(value(await mailbox.search({ subject: 'ü' })).count).toBe(0);
    expect(value(await mailbox.search({ body: 'body 3' }, { tell: ['count', 'min'] }))).toMatchObject({
      count: 1,
      min: 1,
    });
    const saved = mailbox.search({ subject: 'Re' }, { tell: [], save: true });
    const replies = await mailbox.fetch('$', ['UID']).all();
    expect(value(await saved)).toBeDefined();
    expect(value(replies).map(({ uid }) => uid)).toEqual([3, 4, 5]);
    expect(value(await imap.status('Threads', ['messages', 'size']))).toMatchObject({
      messages: 5,
      size: thread.reduce((sum, { length }) => sum + length, 0),
    });
    value(await imap.subscribe('Threads'));
    expect(value(await imap.lsub()).map(({ name }) => name)).toContain('Threads');
    expect(value(await imap.list({ only: ['SUBSCRIBED'] })).map(({ name }) => name)).toContain('Threads');
    value(await mailbox.unselect());
    value(await imap.unsubscribe('Threads'));
    value(await imap.delete('Threads'));
  });

  test.each(['implicit-tls', 'starttls'] as const)(
    'IMAP-084 compresses with %s, and what goes through is the same',
    async (method) => {
      await using imap = await account.open(method, { compression: deflateLayer() });
      expect(imap.capabilities.atoms).toContain('COMPRESS=DEFLATE');
      value(await imap.compress());
      const box = `Squeezed-${method}`;
      value(await imap.create(box));
      const piece = utf8('as compressible as can be, and some more of it\r\n'.repeat(1000));
      const head = utf8('Subject: long\r\n\r\n');
      const octets = head.length + 40 * piece.length;
      const pieces = (function* () {
        yield head;
        for (let count = 0; count < 40; count += 1) yield piece;
      })();
      value(await imap.append(box, { octets, pieces }));
      const mailbox = value(await imap.select(box));
      let got = 0;
      for await (const chunk of mailbox.download(1)) got += chunk.length;
      expect(got).toBe(octets);
      value(await mailbox.unselect());
      value(await imap.delete(box));
      expect(await imap.logout()).toMatchObject({ status: 'OK' });
    },
  );

  test('IMAP-059 takes a set of five thousand UIDs in several commands, and a source that breaks keeps nothing', async () => {
    await using imap = await account.open('implicit-tls');
    value(await imap.create('Sets'));
    value(
      await imap.appendAll(
        'Sets',
        thread.map((message) => ({ message })),
      ),
    );
    const odd = Array.from({ length: 5000 }, (_, index) => 2 * index + 1);
    const mailbox = value(await imap.select('Sets'));
    expect(value(await mailbox.fetch(odd, ['UID']).all()).map(({ uid }) => uid)).toEqual([1, 3, 5]);
    const stored = value(await mailbox.store(odd, { how: 'add', flags: ['$Odd'] }));
    expect(stored.messages.map(({ uid }) => uid)).toEqual([1, 3, 5]);
    expect(value(await mailbox.move(odd, 'Sets')).copied?.source.size).toBe(3);
    // A source of which the second cannot be read: all or none.
    const broken = new Error('no such file');
    const pieces = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(broken) }),
    };
    const both = [{ message: { octets: 5, pieces: [utf8('a: b\n')] } }, { message: { octets: 9, pieces } }];
    await expect(imap.appendAll('Sets', both)).rejects.toBe(broken);
    value(await imap.noop());
    expect(mailbox.state.exists).toBe(5);
    value(await mailbox.unselect());
    value(await imap.delete('Sets'));
  });
});
