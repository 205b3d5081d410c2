import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { startNodeLab } from '@postern/lab/node';
import type { Lab } from '@postern/lab';
import { exitStatus } from '../exit.ts';
import type { ExitStatus } from '../exit.ts';
import { section } from '../output/document.ts';
import type { Command, Paragraph, Row, Section, Table } from '../output/document.ts';
import { commandName } from './command-name.ts';
import type { Context } from './context.ts';
import { show } from './show.ts';

/** `postern lab`: runs the lab until interrupted. */
export async function lab(context: Context): Promise<ExitStatus> {
  const { io, texts } = context;
  await using running = await startNodeLab();
  const folder = await mkdtemp(join(tmpdir(), 'postern-lab-'));
  try {
    const authority = join(folder, 'ca.pem');
    await writeFile(authority, running.roots.join('\n'));
    show(context, description(running, authority), () => labSections(running, authority, context));
    if (!io.interrupted.aborted) await once(io.interrupted, 'abort');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  io.stderr.write(`${texts.lab.closing}\n`);
  return exitStatus.interrupted;
}

function description(running: Lab, authority: string): object {
  return {
    schema: 'postern.lab/1',
    authority,
    resolver: running.resolver,
    accounts: running.accounts,
    endpoints: running.endpoints,
    webHosts: running.webHosts,
    domains: running.domains,
    zone: running.zone,
  };
}

function labSections(running: Lab, authority: string, context: Context): readonly Section[] {
  const { texts, options } = context;
  const { column } = texts;
  const say = (text: string): Paragraph => ({ type: 'paragraph', text });
  const table = (columns: readonly string[], rows: readonly Row[]): Table => ({
    type: 'table',
    columns,
    titled: true,
    rows,
  });
  const accounts = running.accounts.map(({ address, password, lesson }): Row => [
    address,
    password,
    { text: lesson[options.lang], tone: 'faint' },
  ]);
  const endpoints = running.endpoints.map(({ hostName, endpoint, real, protocol, habit }): Row => [
    protocol,
    `${hostName}:${endpoint.port}`,
    real ? `${real.address}:${real.port}` : '-',
    { text: habit, tone: 'faint' },
  ]);
  const webHosts = running.webHosts.map(({ hostName, endpoint, real }): Row => [
    'https',
    `${hostName}:${endpoint.port}`,
    `${real.address}:${real.port}`,
    { text: 'works', tone: 'faint' },
  ]);
  const domains = running.domains.map(({ domain, reason, lesson }): Row => [
    domain,
    reason,
    { text: lesson[options.lang], tone: 'faint' },
  ]);
  const zone = running.zone.split('\n').map((line): Row => [line]);
  return [
    section(texts.lab.opening, [say(texts.lab.ca(authority))]),
    section(texts.lab.accounts, [table([column.account, column.password, column.lesson], accounts)]),
    section(texts.lab.endpoints, [
      table([column.protocol, column.host, column.socket, column.habit], [...endpoints, ...webHosts]),
    ]),
    section(texts.lab.domains, [table([column.domain, column.reason, column.lesson], domains)]),
    options.verbose ? section(texts.lab.zone, [{ type: 'table', columns: [''], rows: zone }]) : [],
    section(texts.lab.next, tryIt(running, authority, context)),
  ].flat();
}

/** Commands that somebody can type in another window, with the ports of this run in them. */
function tryIt(running: Lab, authority: string, { texts, io }: Context): readonly Command[] {
  const name = commandName(io.env);
  const account = running.accounts.find(({ provider }) => provider === 'walled.test');
  const server = running.endpoints.find(
    ({ hostName, endpoint, real }) => hostName === 'mail.allgood.test' && endpoint.port === 993 && real,
  );
  const commands: Command[] = [];
  if (account) {
    const text = `${name} demo ${account.address}`;
    commands.push({ type: 'command', text, does: texts.lab.tryAccount });
  }
  const domain = running.accounts.find(({ provider }) => provider === 'neglected.test')?.provider;
  if (domain !== undefined) {
    commands.push({ type: 'command', text: `${name} demo ${domain}`, does: texts.lab.tryDomain });
  }
  if (server?.real) {
    const { address, port } = server.real;
    const text = `${name} probe imaps://${address}:${port} --server-name ${server.hostName} --ca ${authority}`;
    commands.push({ type: 'command', text, does: texts.lab.tryServer });
  }
  return commands;
}
