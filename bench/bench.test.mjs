// Runs the whole bench with small counts, so that it cannot rot. It looks at what has no noise: which rows there are, and how
// many waits were counted. Never at a time.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** @type {Map<string, any>} */
let sections;
/** @type {string} */
let printed;

beforeAll(() => {
  const json = join(folder, 'figures.json');
  // Tests run on the sources; the bench itself measures what is built.
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--conditions=@postern/source',
      join(import.meta.dirname, 'run.mjs'),
      'smtp',
      'pop3',
      'imap',
      '--quick',
      '--json',
      json,
    ],
    { encoding: 'utf8', timeout: 110_000 },
  );
  if (status !== 0 || stderr !== '') throw new Error(`status ${status}\n${stderr}`);
  printed = stdout;
  sections = new Map(
    JSON.parse(readFileSync(json, 'utf8')).sections.map((section) => [
      section.subject === 'smtp' ? section.name : `${section.subject} ${section.name}`,
      section,
    ]),
  );
}, 120_000);

const names = (section) => sections.get(section).rows.map(({ name }) => name.replace(/ \d[\d.]*$/, ''));
const row = (section, start) => sections.get(section).rows.find(({ name }) => name.startsWith(start));

it('counts the waits of every client exactly', () => {
  expect(names('waits')).toEqual(['Postern', 'Postern, window', 'nodemailer', '@upyo/smtp', 'emailjs']);
  expect(row('waits', 'Postern').figures).toEqual({ plain: 5, starttls: 9, tls: 7, further: 1 });
  expect(row('waits', 'Postern, window').figures).toEqual({ plain: 4, starttls: 8, tls: 6, further: 0 });
  expect(row('waits', 'nodemailer').figures).toEqual({ plain: 5, starttls: 9, tls: 7, further: 2 });
  expect(row('waits', '@upyo').figures).toEqual({ plain: 8, starttls: 12, tls: 10, further: 5 });
  expect(row('waits', 'emailjs').figures).toEqual({ plain: 7, starttls: 11, tls: 9, further: 4 });
});

it('lets everybody send the same number of messages, and says who is missing', () => {
  expect(names('throughput')).toEqual([
    'Postern, CHUNKING',
    'Postern, PIPELINING',
    'nodemailer',
    '@upyo/smtp',
    'emailjs',
    'smtp-source -d',
  ]);
  const { rows } = sections.get('throughput');
  const silent = rows.filter(
    ({ figures, missing }) => !(figures?.perSecond > 0 || missing?.includes('not installed')),
  );
  expect(silent).toEqual([]);
});

it('sends large messages', () => {
  expect(names('large')).toEqual([
    'Postern, CHUNKING',
    'Postern, PIPELINING',
    'nodemailer',
    '@upyo/smtp',
    'emailjs',
  ]);
  expect(row('large', '@upyo').missing).toBe('takes no stream');
  expect(names('gigabyte')).toEqual(['Postern, BDAT', 'Postern, DATA']);
});

it('counts the waits of POP3 exactly, and sees who changes messages', () => {
  expect(names('pop3 waits')).toEqual(['Postern', 'Postern, remembered', 'node-pop3', 'poplib']);
  expect(row('pop3 waits', 'Postern').figures).toEqual({ of1: 6, of10: 6 });
  expect(row('pop3 waits', 'Postern, remembered').figures).toEqual({ of1: 5, of10: 5 });
  expect(row('pop3 waits', 'node-pop3').figures).toEqual({ of1: 6, of10: 15 });
  for (const section of ['pop3 throughput', 'pop3 large']) {
    expect(row(section, 'Postern').cells.at(-1)).toBe('the same');
    expect(row(section, 'node-pop3').cells.at(-1)).toBe('changed');
  }
});

it('counts the waits of IMAP exactly, and the turns of a large content', () => {
  expect(names('imap waits')).toEqual([
    'Postern',
    'Postern, each call awaited',
    'Postern, login in the group',
    'imapflow',
    'imap',
  ]);
  expect(row('imap waits', 'Postern').figures).toEqual({ envelopes: 5, stream: 1 });
  expect(row('imap waits', 'Postern, each').figures).toEqual({ envelopes: 6, stream: 1 });
  expect(row('imap waits', 'Postern, login').figures).toEqual({ envelopes: 4, stream: 1 });
  expect(row('imap waits', 'imapflow').figures).toEqual({ envelopes: 12, stream: 65 });
  expect(sections.get('imap waits').rows.at(-1).figures).toEqual({ envelopes: 10, stream: 1 });
});

it('lets every IMAP client take all messages and the whole content', () => {
  expect(names('imap messages')).toEqual(['Postern', 'Postern, lazy', 'imapflow', 'imap']);
  expect(names('imap content')).toEqual(['Postern, borrowed', 'Postern, copies', 'imapflow', 'imap']);
  expect(names('imap objects')).toEqual(['Postern', 'imapflow', 'imap']);
  for (const section of ['imap objects', 'imap messages', 'imap content', 'imap parse'])
    expect(sections.get(section).rows.filter(({ figures }) => !figures)).toEqual([]);
});

it('prints every row and every target', () => {
  for (const { rows, targets } of sections.values()) {
    for (const { name } of rows) expect(printed).toContain(name);
    for (const { text } of targets) expect(printed).toContain(text);
  }
});
