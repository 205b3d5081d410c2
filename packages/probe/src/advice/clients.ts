import type { ClientAdvice, ClientField, ClientId, Setting } from '../report/account-report.ts';
import { defaultPort } from '../report/endpoint.ts';
import type { ClientProtocol, ServiceEndpoint } from '../report/endpoint.ts';
import { escapeText } from '../report/escape.ts';
import type { Lang } from '../report/explanation.ts';
import { muttFields } from './clients/mutt.ts';
import { confusions } from './confusions.ts';
import type { ConfusionName } from './confusions.ts';
import type { Choice, Dialog, Term } from './dialog.ts';
import { dialogs } from './dialogs.ts';
import { userNameWords } from './user-name.ts';

/** The mail programs whose dialogs are known, the most common first. */
export const clients: readonly ClientId[] = [
  'thunderbird',
  'outlook-new',
  'outlook-365',
  'outlook-2016',
  'outlook-2003',
  'apple-mail',
  'ios-mail',
  'thunderbird-android',
  'gmail-app',
  'evolution',
  'mutt',
];

/** The parts of a {@link Setting} that a dialog asks for. */
export type ClientSetting = Pick<Setting, 'protocol' | 'host' | 'port' | 'method' | 'userName'> &
  Partial<Pick<Setting, 'userNameTemplate' | 'login'>>;

/** How {@link clientWords} speaks. */
export interface ClientOptions {
  /** Default `en`. */
  readonly lang?: Lang;
  /** The mail address, to spell out the user name. Without it the form is described in words. */
  readonly address?: string;
}

/** The neutral names of the two methods; the port is spoken of only where it is the usual one. */
const neutral: Readonly<Record<Setting['method'], Readonly<Record<Lang, (usual: boolean) => string>>>> = {
  'implicit-tls': {
    en: (usual) => `SSL/TLS (encryption from the first byte${usual ? ', port of its own' : ''})`,
    de: (usual) => `SSL/TLS (Verschlüsselung von Anfang an${usual ? ', eigener Port' : ''})`,
  },
  starttls: {
    en: (usual) => `STARTTLS (begins unencrypted, then switches${usual ? '; ordinary port' : ''})`,
    de: (usual) => `STARTTLS (beginnt unverschlüsselt, schaltet dann um${usual ? ', normaler Port' : ''})`,
  },
};

function isUsualPort(setting: ClientSetting): boolean {
  return setting.port === defaultPort(setting.protocol, setting.method);
}

function meaningOf(setting: ClientSetting, lang: Lang): string {
  return neutral[setting.method][lang](isUsualPort(setting));
}

const because: Readonly<Record<Setting['method'], Readonly<Record<Lang, (port: number) => string>>>> = {
  'implicit-tls': {
    en: (port) => `Port ${port} is encrypted from the first byte.`,
    de: (port) => `Port ${port} ist von Anfang an verschlüsselt.`,
  },
  starttls: {
    en: (port) => `Port ${port} begins unencrypted and switches to encryption before the password is sent.`,
    de: (port) => `Port ${port} beginnt unverschlüsselt und schaltet um, bevor das Passwort gesendet wird.`,
  },
};

const instead: Readonly<Record<Lang, (protocol: ClientProtocol) => string>> = {
  en: (protocol) =>
    protocol === 'pop3'
      ? 'Use port 995 with SSL or IMAP, if the provider offers them; else another program.'
      : `Use port ${defaultPort(protocol, 'implicit-tls')} with SSL, if the provider offers it; else another program.`,
  de: (protocol) =>
    protocol === 'pop3'
      ? 'Verwenden Sie Port 995 mit SSL oder IMAP, falls der Anbieter das anbietet; sonst ein anderes Programm.'
      : `Verwenden Sie Port ${defaultPort(protocol, 'implicit-tls')} mit SSL, falls der Anbieter das anbietet; sonst ein anderes Programm.`,
};

/**
 * Says one setting in the words of one mail program's own dialog: which entry of which list to choose, port, server and
 * user name, with the neutral name of the method beside it. Where the program has no way to say it, the status is
 * `not-possible` and no field is invented.
 *
 * @example
 * ```ts run
 * import { clientWords } from '@postern/probe';
 * const host = 'smtp.example.org';
 * const setting = { protocol: 'submission', host, port: 587, method: 'starttls', userName: 'address' } as const;
 * const words = clientWords('outlook-2016', setting).fields.find(({ meaning }) => meaning);
 * console.log(`${words?.field}: ${words?.choose}`); // Use the following type of encrypted connection: TLS
 * const newer = clientWords('outlook-365', setting).fields.find(({ meaning }) => meaning);
 * console.log(newer?.choose); // STARTTLS
 * ```
 */
export function clientWords(
  client: ClientId,
  setting: ClientSetting,
  options: ClientOptions = {},
): ClientAdvice {
  const lang = options.lang ?? 'en';
  const user = userNameWords(setting, lang, options.address);
  const service = setting.protocol === 'submission' ? 'outgoing' : 'incoming';
  const reason = because[setting.method][lang](setting.port);
  const { protocol, host, port, method } = setting;
  const endpoint: ServiceEndpoint = { protocol, host, port, method };
  if (client === 'mutt') {
    const fields = muttFields(setting, user).map((field, index) =>
      index === 0 ? { ...field, meaning: meaningOf(setting, lang) } : field,
    );
    return {
      client,
      name: 'mutt',
      service,
      endpoint,
      status: 'possible',
      fields,
      because: reason,
      notes: [],
      unconfirmed: true,
    };
  }

  const dialog = dialogs[client];
  const choice = dialog.methods[setting.protocol][setting.method];
  const name = dialog.name[lang];
  if (!means(choice, setting.port)) {
    return {
      client,
      name,
      service,
      endpoint,
      status: 'not-possible',
      fields: [],
      because: `${impossible(choice, setting, lang)} ${instead[lang](setting.protocol)}`,
      notes: [],
      unconfirmed: choice.choose?.unconfirmed?.includes(lang) === true,
    };
  }
  // Whether the words that decide are sure; a label such as "Port" is found anyway.
  const deciding = [choice.field ?? dialog.security, choice.choose];
  return {
    client,
    name,
    service,
    endpoint,
    status: 'possible',
    fields: fieldsOf(dialog, choice, setting, { user, lang }),
    because: reason,
    notes: trapsOf(dialog, setting).map((trap) => confusions[trap][lang]),
    unconfirmed: deciding.some((term) => term.unconfirmed?.includes(lang) === true),
  };
}

/** Why a program cannot do it: it has no word for the method, or its one switch means the other method on this port. */
function impossible(choice: Choice, setting: ClientSetting, lang: Lang): string {
  if (choice.choose === undefined) return confusions['not-possible-here'][lang];
  return lang === 'de'
    ? `Diese Kombination von Verfahren und Port ist in diesem Programm nicht möglich: Der Port entscheidet dort über das Verfahren, und Port ${setting.port} bedeutet das andere.`
    : `This pair of method and port is not possible in this program: there the port decides the method, and port ${setting.port} means the other one.`;
}

/** Whether a choice exists and means the wanted method on this port. */
function means(choice: Choice, port: number): choice is Choice & { readonly choose: Term } {
  if (choice.choose === undefined || choice.notPorts?.includes(port) === true) return false;
  return choice.onlyPorts === undefined || choice.onlyPorts.includes(port);
}

function trapsOf(dialog: Dialog, setting: ClientSetting): readonly ConfusionName[] {
  return [
    ...(setting.login === 'oauth-only' ? (['browser-login'] as const) : []),
    ...dialog.traps[setting.method],
    ...dialog.traps.always,
    ...(isUsualPort(setting) ? [] : (['unusual-port'] as const)),
  ];
}

/** The fields in the order of most dialogs: server, port, security, authentication, user name. */
function fieldsOf(
  dialog: Dialog,
  choice: Choice & { readonly choose: Term },
  setting: ClientSetting,
  words: { readonly user: string; readonly lang: Lang },
): readonly ClientField[] {
  const { lang } = words;
  const incoming = setting.protocol !== 'submission';
  const host = dialog.host.incoming[setting.protocol] ?? dialog.host.usual;
  const port = (incoming ? dialog.port.incoming : undefined) ?? dialog.port.usual;
  const security = choice.field ?? dialog.security;
  const fields: ClientField[] = [
    { field: host[lang], choose: escapeText(setting.host, { maxLength: 255 }) },
    { field: port[lang], choose: String(setting.port) },
    { field: security[lang], choose: choice.choose[lang], meaning: meaningOf(setting, lang) },
  ];
  const login = dialog.authentication;
  const kind = login && (setting.login === 'oauth-only' ? login.oauth : login.password);
  if (login && kind) {
    fields.push({ field: login.field[lang], choose: kind[lang] });
  }
  fields.push({ field: dialog.userName[lang], choose: words.user });
  return fields;
}
