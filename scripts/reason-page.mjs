// Writes docs/guide/read-the-reasons.md: every reason code with the words that `postern explain` has for it. Needs the
// sources of the packages: `node --conditions=@postern/source scripts/reason-page.mjs [--check]`, or `npm run pages`. The
// page is not formatted by prettier, which would fill its tables with blanks as wide as their longest cell.
import { explain, verdictOf } from '@postern/probe';
import { reasonGroup, reasons } from '@postern/wire';
import { generator } from './generated.mjs';

const PAGE = 'docs/guide/read-the-reasons.md';

/** What a group is about, in the order in which a connection meets them. */
const groups = {
  dns: ['Names', 'Before anything can be connected to, its name has to be found.'],
  connect: ['Connecting', 'TCP: somebody answers, somebody says no, or nobody says anything.'],
  greeting: ['The greeting', 'In all three protocols the server speaks first.'],
  mismatch: [
    'The wrong one of the two methods',
    'The port is fine and the method is not: TLS from the first byte where the server begins in plaintext, or the reverse.',
  ],
  starttls: [
    'STARTTLS',
    'The upgrade of a connection that began in plaintext. STLS in POP3 is the same thing.',
  ],
  tls: ['The TLS handshake', 'For alerts see the list at the end.'],
  certificate: ['The certificate', 'TLS stands, but the other end did not prove who it is.'],
  policy: ['Rules', 'Published by the other side or demanded by our own: somebody decided not to go on.'],
  auth: ['Logging in', 'A login is tried only on request, and only inside verified TLS.'],
  delivery: [
    'Messages and mailboxes',
    'The dialogue works; this message, sender, recipient or mailbox does not.',
  ],
  dialogue: ['Replies and framing', 'The other end broke off, or broke the rules of its protocol.'],
};

/** Table cells: no line breaks, and a bar would end the cell. */
function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '\\<');
}

function row(reason) {
  const { summary, cause, action } = explain(reason, { lang: 'en' });
  const name = `<a id="${reason}"></a>\`${reason}\`<br>${verdictOf(reason)}`;
  return `| ${name} | **${cell(summary)}** ${cell(cause)} | ${cell(action)} |`;
}

function table(codes) {
  return [
    '| reason, verdict | what was seen, and what lies behind it | what to do |',
    '| --- | --- | --- |',
    ...codes.map(row),
  ];
}

function page() {
  const alerts = reasons.filter((reason) => reason.startsWith('tls-alert-'));
  const plain = reasons.filter((reason) => !reason.startsWith('tls-alert-'));
  const text = [
    '# Reading the reasons',
    '',
    '<!-- Made by scripts/reason-page.mjs from the texts of @postern/probe; change them there. -->',
    '',
    'Everything that can go wrong has one code out of a closed list. Reports, errors, metrics and JSON all use it, and no code is',
    'ever renamed, so scripts may depend on it. A code says what was seen, not what is guessed about it.',
    '',
    'A code comes with a verdict on the endpoint: `works`; `works-unverified` (TLS stands, the certificate was not demanded to be',
    'good and is not); `refused` (the other side or a policy ended it); `silent` (nothing came back in time); `could-not-tell` (DNS',
    'or the own network was in the way). Where an endpoint works the reason is `none`.',
    '',
    '`postern explain CODE` prints a row of these tables, with `--lang de` in German. In a report the same sentences are more',
    'precise, since there the port, the host and what works instead are known.',
    '',
    ...Object.entries(groups).flatMap(([group, [title, about]]) => [
      `## ${title}`,
      '',
      about,
      '',
      ...table(plain.filter((reason) => reasonGroup(reason) === group)),
      '',
    ]),
    '## TLS alerts',
    '',
    'An alert is the word with which a TLS implementation gives up (RFC 8446 §6.2). Its name stands behind `tls-alert-`. Three',
    'of them have a code of their own, because it is known what they mean: `tls-version-too-old`, `tls-no-shared-cipher` and',
    '`tls-client-cert-required`.',
    '',
    ...table(alerts),
    '',
  ];
  return text.join('\n');
}

export const pages = async () => new Map([[PAGE, page()]]);

await generator(import.meta, pages);
