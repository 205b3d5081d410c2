import type { ClientId } from '../report/account-report.ts';
import type { Protocol, TlsMethod } from '../report/endpoint.ts';
import type { Lang } from '../report/explanation.ts';
import { appleMail, iosMail } from './clients/apple.ts';
import { evolution, gmailApp } from './clients/others.ts';
import { outlook2003, outlook2016, outlook365, outlookNew } from './clients/outlook.ts';
import { thunderbird, thunderbirdAndroid } from './clients/thunderbird.ts';
import type { Dialog } from './dialog.ts';

/** The programs that have a dialog; mutt has a file. */
export const dialogs: Readonly<Record<Exclude<ClientId, 'mutt'>, Dialog>> = {
  thunderbird,
  'thunderbird-android': thunderbirdAndroid,
  'outlook-new': outlookNew,
  'outlook-365': outlook365,
  'outlook-2016': outlook2016,
  'outlook-2003': outlook2003,
  'apple-mail': appleMail,
  'ios-mail': iosMail,
  'gmail-app': gmailApp,
  evolution,
};

/** The word of a program for a method, where its dialog has a list; `undefined` where it has a box, a file or no way. */
export function methodWord(
  client: ClientId,
  setting: { readonly protocol: Protocol; readonly method: TlsMethod },
  lang: Lang,
): string | undefined {
  if (client === 'mutt' || setting.protocol === 'smtp') return undefined;
  const choice = dialogs[client].methods[setting.protocol][setting.method];
  // "Ticked" is no name of a method.
  const box = choice.field !== undefined || choice.onlyPorts !== undefined || choice.notPorts !== undefined;
  return box || client === 'outlook-2003' ? undefined : choice.choose?.[lang];
}
