import { startNodeLab } from '@postern/lab/node';
import type { Lab, LabText } from '@postern/lab';
import type { ProbeEnvironment } from '@postern/probe';
import type { AccountReport } from '@postern/probe/report';
import { exitStatus } from '../exit.ts';
import type { ExitStatus } from '../exit.ts';
import { labEnvironment } from '../lab-environment.ts';
import { nearest } from '../nearest.ts';
import { accountParts, checkSections } from '../output/check-report.ts';
import { section } from '../output/document.ts';
import type { Row, Section } from '../output/document.ts';
import { jsonDocument } from '../output/json.ts';
import { terminalLines } from '../output/terminal.ts';
import { UsageMistake } from '../usage-error.ts';
import { checkTyped } from './check.ts';
import { commandName } from './command-name.ts';
import type { Context } from './context.ts';
import { publishTold } from './publish-told.ts';

/** The accounts of the lab that the demo checks where none is named, in order. */
const shown: readonly string[] = ['anna@allgood.test', 'ben@walled.test', 'clara@stripped.test'];

/**
 * `postern demo [<account or domain>]`: starts the lab in this process, checks three of its accounts or what is named, and stops.
 * Where the report of a domain tells what to publish, that is published, and the check is made once more. The status is 0
 * although some of the providers have faults: they are what is shown.
 */
export async function demo(typed: string | undefined, context: Context): Promise<ExitStatus> {
  const { io, texts, look, options, progress } = context;
  await using lab = await startNodeLab();
  const subjects = subjectsOf(lab, typed === undefined ? shown : [typed], context);
  const print = (sections: readonly Section[]): void => {
    // The checks under way show how far they are in the line where this is to begin.
    progress.clear();
    if (!options.json) io.stdout.write(`${terminalLines(sections, look).join('\n')}\n\n`);
  };
  const say = (text: string): readonly Section[] =>
    section(undefined, [{ type: 'paragraph', text, outdented: true }]);
  print(say(typed === undefined ? texts.demo.opening : texts.demo.openingOne));
  // Three sockets make silence certain in 0.7 s in place of 2.2 s; the lab does not mind, and nobody likes to wait.
  const given: Partial<ProbeEnvironment> = { ...labEnvironment(lab, context.given), sockets: 3 };
  // The lab has web servers, but no public database: that it was not asked is nothing to tell.
  const inLab = { ...options, without: ['ispdb'] as const };
  const checkOne = async (name: string): Promise<AccountReport> => {
    const { notAsked: _, ...report } = await checkTyped(name, { ...context, options: inLab, given });
    return report;
  };
  // All at once: waiting for the silence of one provider is no reason to wait with the others.
  const checks = subjects.map((subject) => {
    const report = checkOne(subject.name);
    report.catch(() => undefined);
    return { ...subject, report };
  });
  const reports: AccountReport[] = [];
  for (const { name, lesson, report } of checks) {
    print(
      section(`postern check ${name}`, [
        {
          type: 'paragraph',
          text: `${texts.demo.lesson}: ${lesson[options.lang]}`,
          tone: 'faint',
          outdented: true,
        },
      ]),
    );
    const done = await report;
    reports.push(done);
    print(checkSections(done, look));
    if (io.interrupted.aborted) break;
    if (publishTold(done, lab)) {
      print(say(texts.demo.published));
      const again = await checkOne(name);
      reports.push(again);
      const { answer, domain } = accountParts(again, look, []);
      print([...answer, ...domain]);
    }
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

/** What can be checked in the lab, and what there is to learn from it. */
interface Subject {
  readonly name: string;
  readonly lesson: LabText;
}

function subjectsOf(lab: Lab, wanted: readonly string[], { texts }: Context): readonly Subject[] {
  const known: readonly Subject[] = [
    ...lab.accounts.map(({ address, lesson }) => ({ name: address, lesson })),
    ...lab.accounts.map(({ provider, lesson }) => ({ name: provider, lesson })),
    ...lab.domains.map(({ domain, lesson }) => ({ name: domain, lesson })),
  ];
  return wanted.map((typed) => {
    const subject = known.find(({ name }) => name === typed);
    if (subject) return subject;
    const names = known.map(({ name }) => name);
    const meant = nearest(typed, names);
    const hint = meant === undefined ? '' : ` ${texts.didYouMean(meant)}`;
    throw new UsageMistake(`${texts.demo.noSuchAccount(typed)}${hint}`);
  });
}
