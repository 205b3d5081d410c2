import { latin1, utf8 } from '@postern/wire';
import { scriptedPeer, virtualClock } from '@postern/wire/testing';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { imapClient, openImap } from '../src/index.ts';
import type { ImapClientMachine, ImapEvent } from '../src/index.ts';
import { reasonOf, settled } from './dialogue.ts';

/** A machine that has asked for content, and streams what is longer than ten octets. */
function asking(): ImapClientMachine {
  const machine = imapClient();
  machine.start(0);
  machine.receive(utf8('* PREAUTH [CAPABILITY IMAP4rev1] x\r\n'), 0);
  machine.send({ verb: 'SELECT', mailbox: 'INBOX' }, 0);
  machine.receive(utf8('* 9 EXISTS\r\na1 OK\r\n'), 0);
  machine.send({ verb: 'FETCH', streamAbove: 10 }, 0);
  return machine;
}

/** What the machine tells of bytes in pieces, with the chunks of a literal put together. */
function told(bytes: Uint8Array, size: () => number): readonly unknown[] {
  const machine = asking();
  const found: unknown[] = [];
  let content = '';
  const see = (event: ImapEvent): void => {
    if (event.type === 'literal-chunk') content += latin1(event.bytes);
    else if (event.type === 'literal-end') found.push(content);
    else if (event.type === 'literal-begin') {
      content = '';
      found.push({ octets: event.octets, head: event.head });
    } else if (event.type === 'untagged' && event.data.type === 'fetch') {
      const { uid, sections, flags } = event.data.message;
      found.push({
        uid,
        flags,
        sections: sections?.map(({ section, latin1: inline, streamedOctets }) => ({
          section,
          inline,
          streamedOctets,
        })),
      });
    } else found.push(event.type);
  };
  for (let at = 0; at < bytes.length;) {
    const lent = bytes.slice(at, at + size());
    for (const output of machine.receive(lent, 0)) {
      if (output.type === 'event') see(output.event);
      else found.push(output.type === 'end' ? output.fault?.reason : output.type);
    }
    at += lent.length;
    lent.fill(0xaa);
  }
  return found;
}

describe('content in chunks', () => {
  const bytes = utf8(
    '* 1 FETCH (UID 4 BODY[1] {19}\r\n01234567890)\r\n* 2 F BODY[2]<0> {3}\r\nabc BODY[3] ~{11}\r\n0123456789) FLAGS (\\Seen))\r\n' +
      '* 2 FETCH (BODY[] {11}\r\nhello world)\r\n* 3 FETCH (X {12}\r\nhello world! UID 9)\r\na2 OK\r\n',
  );
  const expected = [
    { octets: 19, head: '* 1 FETCH (UID 4 BODY[1] {19}\r\n' },
    '01234567890)\r\n* 2 F',
    {
      octets: 11,
      head: expect.stringMatching(
        /^\* 1 FETCH \(UID 4 BODY\[1\] \{19\}\r\n BODY\[2\]<0> \{3\}\r\nabc BODY\[3\] ~\{11\}\r\n$/,
      ),
    },
    '0123456789)',
    {
      uid: 4,
      flags: ['\\Seen'],
      sections: [
        { section: '1', inline: null, streamedOctets: 19 },
        { section: '2', inline: 'abc', streamedOctets: undefined },
        { section: '3', inline: null, streamedOctets: 11 },
      ],
    },
    { octets: 11, head: '* 2 FETCH (BODY[] {11}\r\n' },
    'hello world',
    { uid: undefined, flags: undefined, sections: [{ section: '', inline: null, streamedOctets: 11 }] },
    // What is no content is not streamed.
    { uid: 9, flags: undefined, sections: undefined },
    'completed',
  ];

  test('IMAP-002 is the same in any segmentation, and the response is read without it', () => {
    // The first literal has 19 octets, whatever they look like.
    expect(told(bytes, () => bytes.length)).toEqual(expected);
    for (const size of [1, 2, 7, 13]) expect(told(bytes, () => size)).toEqual(expected);
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer({ min: 1, max: 30 })), (sizes) => {
        expect(told(bytes, () => sizes.next().value ?? 1)).toEqual(expected);
      }),
    );
  });

  test('IMAP-029 single octets of it do not keep a wait alive, 64 KiB do', () => {
    const machine = asking();
    machine.receive(utf8('* 1 FETCH (BODY[] {1000000}\r\n'), 0);
    machine.receive(utf8('x'), 200_000);
    expect(machine.deadline).toBe(300_000);
    machine.receive(new Uint8Array(65_536), 200_000);
    expect(machine.deadline).toBe(500_000);
    expect(machine.tick(500_000)).toMatchObject([{ type: 'end', fault: { reason: 'timeout-reply' } }]);
  });

  test('IMAP-002 a literal beyond every number is none', () => {
    const end = asking().receive(utf8('* 1 FETCH (BODY[] {18446744073709551616}\r\n'), 0).at(-1);
    expect(end).toMatchObject({ type: 'end', fault: { reason: 'protocol-error' } });
  });
});

describe('download', () => {
  test('hands out a large attachment as it comes, and a small one too', async () => {
    const heard: (string | undefined)[] = [];
    const large = 'x'.repeat(200_000);
    const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
      await send('* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n');
      await line();
      await send('a1 OK\r\n');
      heard.push(await line());
      await send(`* 1 FETCH (UID 7 BODY[2] {200000}\r\n${large})\r\na2 OK\r\n`);
      heard.push(await line());
      await send('* 1 FETCH (UID 7 BODY[1] "small")\r\na3 OK\r\n');
      heard.push(await line());
      await send('* 1 FETCH (UID 7 BODY[2] {200000}\r\nabc');
      await accepted[Symbol.asyncDispose]();
    });
    const imap = await openImap(connection, { clock: virtualClock(), limits: { maxLiteralBytes: 1000 } });
    const answer = await imap.select('INBOX');
    if (!answer.ok) throw new Error('not selected');
    const { value: mailbox } = answer;
    let content = '';
    for await (const piece of mailbox.download(7, '2')) content += latin1(piece);
    expect(content).toBe(large);
    const small = await mailbox.download(7, '1').all();
    expect(small.ok && small.value.map(latin1)).toEqual(['small']);
    expect(await reasonOf(mailbox.download(7, '2').all())).toBe('truncated');
    expect(heard).toEqual([
      'a2 UID FETCH 7 (BODY.PEEK[2])',
      'a3 UID FETCH 7 (BODY.PEEK[1])',
      'a4 UID FETCH 7 (BODY.PEEK[2])',
    ]);
  });

  test('borrowed pieces are right until the loop goes on, however slow it is', async () => {
    const large = Array.from({ length: 30_000 }, (_, index) => String(index)).join(' ');
    const connection = await scriptedPeer(async ({ send, line }) => {
      await send('* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n');
      await line();
      await send('a1 OK\r\n');
      await line();
      await send(`* 1 FETCH (BODY[] {${large.length}}\r\n`);
      for (let at = 0; at < large.length; at += 10_000) await send(large.slice(at, at + 10_000));
      await send(')\r\na2 OK\r\n');
    });
    const imap = await openImap(connection, { clock: virtualClock() });
    const answer = await imap.select('INBOX');
    if (!answer.ok) throw new Error('not selected');
    let content = '';
    for await (const piece of answer.value.download(7, '', { borrow: true })) {
      await settled();
      content += latin1(piece);
    }
    expect(content).toBe(large);
  });

  test('IMAP-002 streams what is above the limit of a literal, also where that limit is small', async () => {
    const content = 'x'.repeat(2000);
    const connection = await scriptedPeer(async ({ send, line }) => {
      await send('* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n');
      await line();
      await send('a1 OK\r\n');
      await line();
      await send(`* 1 FETCH (BODY[] {${content.length}}\r\n${content})\r\na2 OK\r\n`);
    });
    const limits = { maxLiteralBytes: 1000 };
    const imap = await openImap(connection, { clock: virtualClock(), limits });
    const answer = await imap.select('INBOX');
    if (!answer.ok) throw new Error('not selected');
    let got = '';
    for await (const piece of answer.value.download(7)) got += latin1(piece);
    expect(got).toBe(content);
  });

  test('refuses what is no part', async () => {
    const connection = await scriptedPeer(async ({ send, line }) => {
      await send('* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n');
      await line();
      await send('a1 OK\r\n');
      await line();
    });
    const imap = await openImap(connection, { clock: virtualClock() });
    const answer = await imap.select('INBOX');
    expect(() => answer.ok && answer.value.download(7, '1] FLAGS')).toThrow(/no part/);
  });
});
