import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { startNodeLab } from '@postern/lab/node';
import type { Lab } from '@postern/lab';
import { jsonDocument } from '../output/json.ts';
import { exitStatus } from '../exit.ts';
import type { ExitStatus } from '../exit.ts';
import { table } from '../output/table.ts';
import type { Context } from './context.ts';

/** `postern lab`: runs the lab until interrupted. */
export async function lab(context: Context): Promise<ExitStatus> {
  const { io, texts } = context;
  await using running = await startNodeLab();
  const folder = await mkdtemp(join(tmpdir(), 'postern-lab-'));
  try {
    const authority = join(folder, 'ca.pem');
    await writeFile(authority, running.roots.join('\n'));
    if (context.options.json) io.stdout.write(jsonDocument(description(running, authority)));
    else for (const line of labLines(running, authority, context)) io.stdout.write(`${line}\n`);
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
    zone: running.zone,
  };
}

function labLines(running: Lab, authority: string, { texts, look, options }: Context): readonly string[] {
  const { paint } = look;
  return [
    paint.strong(texts.lab.opening),
    '',
    texts.lab.ca(authority),
    '',
    paint.strong(texts.lab.accounts),
    ...table(
      running.accounts.map(({ address, password, lesson }) => [
        address,
        password,
        { text: lesson[options.lang], paint: paint.faint },
      ]),
      look,
    ),
    '',
    paint.strong(texts.lab.endpoints),
    ...table(
      running.endpoints.map(({ hostName, endpoint, real, protocol, habit }) => [
        protocol,
        `${hostName}:${endpoint.port}`,
        real ? `${real.address}:${real.port}` : '-',
        { text: habit, paint: paint.faint },
      ]),
      look,
    ),
    ...(options.verbose ? ['', paint.strong(texts.lab.zone), running.zone] : []),
  ];
}
