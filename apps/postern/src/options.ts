import type { Lang, WebSource } from '@postern/probe/report';
import type { PolicyLevel } from '@postern/starttls';

/** The commands there are. */
export const commands = ['check', 'probe', 'plan', 'send', 'explain', 'lab', 'demo'] as const;

/** One of the commands. */
export type Command = (typeof commands)[number];

/** What the options say, read and checked. Those that a command does not take are as if they were not given. */
export interface Options {
  readonly lang: Lang;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean | undefined;
  readonly ca: string | undefined;
  readonly resolver: string | undefined;
  readonly connectTo: string | undefined;
  readonly serverName: string | undefined;
  readonly anyCertificate: boolean;
  readonly deadlineMs: number | undefined;
  readonly user: string | undefined;
  readonly trace: string | undefined;
  readonly html: string | undefined;
  readonly forget: boolean;
  /** Hosts by which a port that the own network blocks is told from a silent host. */
  readonly controls: readonly string[];
  /** Sources of settings on the web that are not asked. */
  readonly without: readonly WebSource[];
  /** The folder for what is kept between runs, in place of the user's own. */
  readonly state: string | undefined;
  /** Of `plan` and `send`. */
  readonly delivery: DeliveryOptions | undefined;
}

/** How mail goes to other servers, and from whom to whom. */
export interface DeliveryOptions {
  /** `undefined`: what the domain publishes decides. */
  readonly level: PolicyLevel | undefined;
  /** SHA-256 of certificates or public keys, for the level `fingerprint`. */
  readonly fingerprints: readonly string[];
  readonly announce: 'use' | 'report';
  /** Under which SRV labels it is looked for; empty: under the usual one. */
  readonly srvLabels: readonly `_${string}`[];
  readonly try465: boolean;
  /** RFC 8689: over proved TLS to hosts that promise the same, or not at all. */
  readonly requireTls: boolean;
  readonly from: string | undefined;
  readonly to: readonly string[];
}

/** One option as it is typed, and the commands that can use it. */
interface Flag {
  readonly type: 'boolean' | 'string';
  readonly short?: string;
  readonly of: readonly Command[];
}

const servers: readonly Command[] = ['check', 'probe'];
const delivering: readonly Command[] = ['plan', 'send'];
const asking: readonly Command[] = ['check', 'probe', 'plan', 'send'];
const working: readonly Command[] = ['check', 'probe', 'send', 'demo'];

/** The long name of an option. */
export type FlagName =
  | 'json'
  | 'lang'
  | 'html'
  | 'ca'
  | 'resolver'
  | 'connect-to'
  | 'server-name'
  | 'any-certificate'
  | 'deadline'
  | 'user'
  | 'trace'
  | 'level'
  | 'fingerprint'
  | 'use-srv'
  | 'srv-label'
  | 'try-465'
  | 'requiretls'
  | 'from'
  | 'to'
  | 'forget'
  | 'without'
  | 'control'
  | 'state'
  | 'no-color'
  | 'quiet'
  | 'verbose'
  | 'help'
  | 'version';

/** Every option by its long name. */
export const flags: Readonly<Record<FlagName, Flag>> = {
  json: { type: 'boolean', of: commands },
  lang: { type: 'string', of: commands },
  html: { type: 'string', of: asking },
  ca: { type: 'string', of: asking },
  resolver: { type: 'string', of: asking },
  'connect-to': { type: 'string', of: asking },
  'server-name': { type: 'string', of: asking },
  'any-certificate': { type: 'boolean', of: ['probe'] },
  deadline: { type: 'string', of: [...working, 'plan'] },
  level: { type: 'string', of: delivering },
  fingerprint: { type: 'string', of: delivering },
  'use-srv': { type: 'boolean', of: delivering },
  'srv-label': { type: 'string', of: delivering },
  requiretls: { type: 'boolean', of: delivering },
  'try-465': { type: 'boolean', of: delivering },
  from: { type: 'string', of: ['send'] },
  to: { type: 'string', of: ['send'] },
  user: { type: 'string', of: ['probe'] },
  trace: { type: 'string', of: working },
  forget: { type: 'boolean', of: [...servers, 'send'] },
  without: { type: 'string', of: ['check'] },
  control: { type: 'string', of: servers },
  state: { type: 'string', of: asking },
  'no-color': { type: 'boolean', of: commands },
  quiet: { type: 'boolean', of: [...working, 'plan'] },
  verbose: { type: 'boolean', short: 'v', of: ['check', 'probe', 'plan', 'send', 'lab', 'demo'] },
  help: { type: 'boolean', short: 'h', of: commands },
  version: { type: 'boolean', of: commands },
};

/** Who can be left out of a search for settings; the DNS cannot. */
export const webSources: readonly WebSource[] = ['autoconfig', 'ispdb'];

/** The commands that take an option. */
export function takenBy(name: FlagName): readonly Command[] {
  return flags[name].of;
}

/** Whether there is such an option. */
export function isFlag(name: string): name is FlagName {
  return Object.hasOwn(flags, name);
}
