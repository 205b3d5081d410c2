import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments.ts';
import type { Options } from './options.ts';

function optionsOf(...argv: readonly string[]): Options {
  const request = readArguments(argv, {});
  if (request.type !== 'command') throw new Error('no command');
  return request.options;
}

function mistake(argv: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  try {
    readArguments(argv, env);
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  return 'no mistake';
}

describe('readArguments', () => {
  it('reads every option', () => {
    const argv =
      'probe imaps://h --json --lang de --ca a.pem --resolver ::1 --connect-to 192.0.2.1 --server-name n.example --any-certificate --html p.html --deadline 2m --user u --trace t.txt --no-color --quiet -v';
    expect(readArguments(argv.split(' '), {})).toEqual({
      type: 'command',
      command: 'probe',
      argument: 'imaps://h',
      options: {
        lang: 'de',
        json: true,
        quiet: true,
        verbose: true,
        color: false,
        ca: 'a.pem',
        resolver: '::1',
        connectTo: '192.0.2.1',
        serverName: 'n.example',
        deadlineMs: 120_000,
        anyCertificate: true,
        user: 'u',
        trace: 't.txt',
        html: 'p.html',
        forget: false,
        without: [],
        controls: [],
      },
    });
  });

  it('has nothing on by default', () => {
    expect(optionsOf('check', 'example.org')).toEqual({
      lang: 'en',
      json: false,
      quiet: false,
      verbose: false,
      color: undefined,
      ca: undefined,
      resolver: undefined,
      connectTo: undefined,
      serverName: undefined,
      deadlineMs: undefined,
      anyCertificate: false,
      user: undefined,
      trace: undefined,
      html: undefined,
      forget: false,
      without: [],
      controls: [],
    });
  });

  it('takes options before and after the argument, with = and without', () => {
    expect(optionsOf('--lang=de', 'check', 'x.example', '--verbose')).toMatchObject({
      lang: 'de',
      verbose: true,
    });
    expect(readArguments(['check', '--', '--strange.example'], {})).toMatchObject({
      argument: '--strange.example',
    });
  });

  it.each([
    [{}, 'en'],
    [{ LANG: 'de_AT.UTF-8' }, 'de'],
    [{ LANG: 'de_DE', LC_ALL: 'C' }, 'en'],
    [{ LC_ALL: '', LC_MESSAGES: 'de' }, 'de'],
    [{ LANG: 'dede' }, 'en'],
  ])('takes the language from the locale %j', (env, lang) => {
    expect(readArguments([], env)).toEqual({ type: 'help', lang });
  });

  it('asks for help or version whatever else is typed', () => {
    expect(readArguments(['check', '-h'], {})).toEqual({ type: 'help', lang: 'en' });
    expect(readArguments(['help', 'check'], {})).toEqual({ type: 'help', lang: 'en' });
    expect(readArguments(['--version', '--lang', 'de'], {})).toEqual({ type: 'version', lang: 'de' });
  });

  it('lets NO_COLOR switch colours off, unless it is empty', () => {
    expect(readArguments(['lab'], { NO_COLOR: '1' })).toMatchObject({ options: { color: false } });
    expect(readArguments(['lab'], { NO_COLOR: '' })).toMatchObject({ options: { color: undefined } });
  });

  it.each([
    [['chekc', 'x'], 'There is no command "chekc". Did you mean check?'],
    [
      ['serve'],
      'There is no command "serve". There are check, probe, plan, send, explain, lab, demo and simulate.',
    ],
    [['check', 'x', '--jsno'], 'There is no option --jsno. Did you mean --json?'],
    [['check', 'x', '--frobnicate'], 'There is no option --frobnicate. postern --help lists all.'],
    [['check', 'x', '-x'], 'There is no option -x. postern --help lists all.'],
    [['check', 'x', '--ca'], '--ca needs a value.'],
    [['check', 'x', '--ca='], '--ca needs a value.'],
    [['check', 'x', '--ca', '--json'], '--ca needs a value.'],
    [['check', 'x', '--json=yes'], '--json takes no value.'],
    [['check', 'x', 'y'], 'check takes one argument; "y" is one too many.'],
    [['lab', 'x'], 'lab takes no argument; "x" is one too many.'],
    [['you@example.org'], 'The command is missing. Did you mean: postern check you@example.org'],
    [['imaps://h'], 'The command is missing. Did you mean: postern probe imaps://h'],
    [['check'], 'Which account? Type an address or a domain: postern check you@example.org'],
    [['probe'], 'Which endpoint? Type one such as: postern probe imaps://mail.example.org'],
    [['check', 'x', '--lang', 'fr'], '--lang: "fr" is not known. Known are en and de.'],
    [
      ['check', 'x', '--without', 'dns'],
      '--without: "dns" is no source that can be left out. Those are autoconfig and ispdb.',
    ],
    [
      ['send', '--from', 'a@b.test', '--to', 'ben'],
      '--to: "ben" is no mail address. It looks like ann@example.net.',
    ],
    [
      ['send', '--from', 'a b@c.test', '--to', 'd@e.test'],
      '--from: There is a space in the address. Remove it.',
    ],
    [
      ['send', '--from', 'a@b.test', '--to', 'd@e.test,f@', '--lang', 'de'],
      '--to: Die Domain nach dem @ fehlt, wie in sie@example.org.',
    ],
    [
      ['send', '--from', 'a@b.test', '--to', 'ben', '--lang', 'de'],
      '--to: „ben“ ist keine Mailadresse. Sie sieht aus wie anna@example.net.',
    ],
    [
      ['check', 'imaps://mail.example.org'],
      '"imaps://mail.example.org" is an endpoint. Did you mean: postern probe imaps://mail.example.org',
    ],
    [
      ['plan', 'smtp+starttls://mx.example.org', '--lang', 'de'],
      '„smtp+starttls://mx.example.org“ ist ein Endpunkt. Meinten Sie: postern probe smtp+starttls://mx.example.org',
    ],
    [
      ['probe', 'you@example.org'],
      '"you@example.org" is an address. Did you mean: postern check you@example.org',
    ],
    [
      ['probe', 'sie@example.org', '--lang', 'de'],
      '„sie@example.org“ ist eine Adresse. Meinten Sie: postern check sie@example.org',
    ],
    [['check', 'x', '--user', 'u'], 'check cannot use --user. Leave it out; it is for probe.'],
    [
      ['explain', 'none', '--trace', 'x'],
      'explain cannot use --trace. Leave it out; it is for check, probe, send and demo.',
    ],
    [['lab', '--ca', 'x'], 'lab cannot use --ca. Leave it out; it is for check, probe, plan and send.'],
    [
      ['demo', '--resolver', '::1'],
      'demo cannot use --resolver. Leave it out; it is for check, probe, plan and send.',
    ],
    [
      ['explain', '-v'],
      'explain cannot use -v. Leave it out; it is for check, probe, plan, send, lab and demo.',
    ],
    [['lab', '--jsn'], 'There is no option --jsn. Did you mean --json?'],
    [['explain', '--traec', 'x'], 'There is no option --traec. postern --help lists all.'],
    [
      ['--json'],
      'No command was given. There are check, probe, plan, send, explain, lab and demo; --help tells more.',
    ],
    [['demo', 'a', 'b'], 'demo takes one argument; "b" is one too many.'],
    [
      ['check', 'x', '--deadline', 'soon'],
      '--deadline: "soon" is no duration. Write for example 30s, 500ms or 2m.',
    ],
    [['chekc', '--lang', 'de'], 'Den Befehl „chekc“ gibt es nicht. Meinten Sie check?'],
    [['check', 'x', '--jsno', '--lang=de'], 'Die Option --jsno gibt es nicht. Meinten Sie --json?'],
    [['lab', 'x', '--lang', 'de'], 'lab nimmt keine Angabe; „x“ ist zu viel.'],
  ])('names the mistake in %j', (argv, message) => {
    expect(mistake(argv)).toBe(`UsageMistake: ${message}`);
  });

  it('takes what is an address, odd or not', () => {
    const { delivery } = optionsOf('send', '--from', '<>', '--to', 'a@[192.0.2.1],"b c"@d.test,jörg@ü.test');
    expect(delivery?.from).toBe('');
    expect(delivery?.to).toEqual(['a@[192.0.2.1]', '"b c"@d.test', 'jörg@ü.test']);
    // Before a :// may stand a password.
    expect(mistake(['probe', 'imaps://ann:secret@example.org'])).not.toContain('secret');
  });

  it('complains in the language of the locale', () => {
    expect(mistake(['probe'], { LANG: 'de_DE.UTF-8' })).toContain('Welcher Endpunkt?');
  });
});
