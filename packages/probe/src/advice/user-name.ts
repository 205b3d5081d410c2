import type { Setting } from '../report/account-report.ts';
import { escapeText } from '../report/escape.ts';
import type { Lang } from '../report/explanation.ts';

const described: Readonly<Record<Setting['userName'], Readonly<Record<Lang, string>>>> = {
  address: { en: 'your full mail address', de: 'Ihre vollständige Mailadresse' },
  'local-part': { en: 'the part of your address before the @', de: 'der Teil Ihrer Adresse vor dem @' },
  template: { en: 'the user name your provider gave you', de: 'der Benutzername, den Ihr Anbieter nennt' },
};

/** What to type as user name: spelt out where the address is known, else described. */
export function userNameWords(
  setting: Pick<Setting, 'userName'> & Partial<Pick<Setting, 'userNameTemplate'>>,
  lang: Lang,
  address?: string,
): string {
  const form = setting.userName;
  const template =
    form === 'address'
      ? '%EMAILADDRESS%'
      : form === 'local-part'
        ? '%EMAILLOCALPART%'
        : setting.userNameTemplate;
  const at = address?.lastIndexOf('@') ?? -1;
  if (template === undefined || address === undefined || at < 1) return described[form][lang];
  const values: Readonly<Record<string, string>> = {
    '%EMAILADDRESS%': address,
    '%EMAILLOCALPART%': address.slice(0, at),
    '%EMAILDOMAIN%': address.slice(at + 1),
  };
  const filled = template.replace(/%EMAIL(?:ADDRESS|LOCALPART|DOMAIN)%/g, (name) => values[name] ?? name);
  return escapeText(filled, { maxLength: 255 });
}
