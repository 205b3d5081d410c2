import { writeFileSync } from 'node:fs';
import { exitStatus } from '../exit.ts';
import type { ExitStatus } from '../exit.ts';
import type { Io } from '../io.ts';
import { jsonDocument } from '../output/json.ts';
import { strategies } from '../simulate/model.ts';
import { simulationPage } from '../simulate/page.ts';
import { readLang, spokenLang } from '../lang.ts';
import { parseSimulation } from '../simulate/parse-model.ts';
import { reportCells, reportData, reportHeads } from '../simulate/report.ts';
import type { Row } from '../simulate/report.ts';
import { simulate as runStrategy } from '../simulate/simulate.ts';
import { expectedPending } from '../simulate/theory.ts';
import { simulateTexts } from '../texts/simulate.ts';
import { textsFor } from '../texts/texts.ts';
import { UsageMistake } from '../usage-error.ts';

/** `postern simulate`: what becomes of a provider that tries port 465, by six strategies. Takes options of its own. */
export async function simulate(argv: readonly string[], io: Io): Promise<ExitStatus> {
  const { model, html, json, help, lang: typed } = parseSimulation(argv, spokenLang(argv, io.env));
  const lang = readLang(typed, io.env);
  if (help) {
    io.stdout.write(simulateTexts[lang].usage);
    return exitStatus.works;
  }
  const rows: Row[] = [];
  for (const strategy of strategies) {
    if (io.stderr.isTTY) io.stderr.write(`${strategy.name} …\n`);
    rows.push({ outcome: runStrategy(model, strategy), expected: expectedPending(model, strategy) });
    // Between two strategies the user may have had enough.
    await new Promise((resolve) => setImmediate(resolve));
    if (io.interrupted.aborted) return exitStatus.interrupted;
  }
  if (html !== undefined) {
    try {
      writeFileSync(html, simulationPage(model, rows));
    } catch {
      throw new UsageMistake(textsFor(lang).cannotWrite('--html', html));
    }
  }
  if (json) {
    const { limit, ...rest } = model;
    const shown = { ...rest, limit: Number.isFinite(limit) ? limit : null };
    io.stdout.write(
      jsonDocument({ schema: 'postern.simulation/1', model: shown, strategies: rows.map(reportData) }),
    );
    return exitStatus.works;
  }
  for (const line of aligned([reportHeads, ...rows.map(reportCells)])) io.stdout.write(`${line}\n`);
  if (Number.isFinite(model.limit)) {
    io.stdout.write(
      "\nWhere messages wait for a descriptor, Little's law speaks of a load that the limit does not admit.\n",
    );
  }
  return exitStatus.works;
}

/** Figures stand under each other; thirteen columns are wider than a terminal's table would be allowed to be. */
function aligned(table: readonly (readonly string[])[]): readonly string[] {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((cells) => cells[column]?.length ?? 0)),
  );
  return table.map((cells) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}
