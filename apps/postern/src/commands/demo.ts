import { startNodeLab } from '@postern/lab/node';
import type { Lab, LabAccount } from '@postern/lab';
import type { ProbeEnvironment } from '@postern/probe';
import type { AccountReport } from '@postern/probe/report';
import { exitStatus } from '../exit.ts';
import type { ExitStatus } from '../exit.ts';
import { labEnvironment } from '../lab-environment.ts';
import { nearest } from '../nearest.ts';
import { checkSections } from '../output/check-report.ts';
import { section } from '../output/document.ts';
import type { Row, Section } from '../output/document.ts';
import { jsonDocument } from '../output/json.ts';
import { terminalLines } from '../output/terminal.ts';
import { UsageMistake } from '../usage-error.ts';
import { checkTyped } from './check.ts';
import { commandName } from './command-name.ts';
import type { Context } from './context.ts';

/** The accounts of the lab that the demo checks where none is named, in order. */
const shown: readonly string[] = ['anna@allgood.test', 'ben@walled.test', 'clara@stripped.test'];

/**
 * `postern demo [<account>]`: starts the lab in this process, checks three of its accounts or the one that is named, and stops.
 * The status is 0 although some of the providers have faults: they are what is shown.
 */
export async function demo(typed: string | undefined, context: Context): Promise<ExitStatus> {
  const { io, texts, look, options, progress } = context;
  await using lab = await startNodeLab();
  const accounts = accountsOf(lab, typed === undefined ? shown : [typed], context);
  const print = (sections: readonly Section[]): void => {
    // The checks under way show how far they are in the line where this is to begin.
    progress.clear();
    if (!options.json) io.stdout.write(`${terminalLines(sections, look).join('\n')}\n\n`);
  };
  const opening = typed === undefined ? texts.demo.opening : texts.demo.openingOne;
  print(section(undefined, [{ type: 'paragraph', text: opening, outdented: true }]));
  // Three sockets make silence certain in 0.7 s in place of 2.2 s; the lab does not mind, and nobody likes to wait.
  const given: Partial<ProbeEnvironment> = { ...labEnvironment(lab, context.given), sockets: 3 };
  // All at once: waiting for the silence of one provider is no reason to wait with the others.
  const checks = accounts.map((account) => {
    const report = checkTyped(account.address, { ...context, given });
    report.catch(() => undefined);
    return { account, report };
  });
  const reports: AccountReport[] = [];
  for (const { account, report } of checks) {
    const lesson = `${texts.demo.lesson}: ${account.lesson[options.lang]}`;
    print(
      section(`postern check ${account.address}`, [
        { type: 'paragraph', text: lesson, tone: 'faint', outdented: true },
      ]),
    );
    const done = await report;
    reports.push(done);
    print(checkSections(done, look));
    if (io.interrupted.aborted) break;
  }
  if (options.json) io.stdout.write(jsonDocument({ schema: 'postern.demo/1', checks: reports }));
  if (io.interrupted.aborted) return exitStatus.interrupted;
  const steps = texts.demo.nextSteps.map(([words, what]): Row => [
    `${commandName(io.env)} ${words}`,
    { text: what, tone: 'faint' },
  ]);
  print(section(texts.demo.next, [{ type: 'table', columns: ['', ''], rows: steps }]));
  return exitStatus.works;
}

function accountsOf(lab: Lab, wanted: readonly string[], { texts }: Context): readonly LabAccount[] {
  return wanted.map((typed) => {
    const account = lab.accounts.find(({ address }) => address === typed);
    if (account) return account;
    const known = lab.accounts.map(({ address }) => address);
    const meant = nearest(typed, known);
    const hint = meant === undefined ? '' : ` ${texts.didYouMean(meant)}`;
    throw new UsageMistake(`${texts.demo.noSuchAccount(typed)}${hint}`);
  });
}
