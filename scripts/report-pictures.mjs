// Draws the reports that the documentation shows, from real runs of the command on the laboratory:
//
//     npm run pictures
//
// docs/images/check-walled.svg is the whole report of an account whose port 465 is swallowed; the same as text goes into
// docs/guide/check-your-account.md. Not part of `npm run pages`: certificates are new in each run, so their dates differ.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { startNodeLab } from '@postern/lab/node';
import { labEnvironment } from '../apps/postern/src/lab-environment.ts';
import { run } from '../apps/postern/src/run.ts';
import { current, formatted, root } from './generated.mjs';
import { terminalSvg } from './terminal-svg.mjs';

const GUIDE = 'docs/guide/check-your-account.md';

/** What a terminal 100 columns wide shows. */
async function capture(argv, given) {
  let shown = '';
  const out = { write: (text) => void (shown += text), isTTY: true, columns: 100 };
  const io = {
    stdout: out,
    stderr: { ...out, write: () => undefined },
    env: { LANG: 'en_GB.UTF-8' },
    interrupted: new AbortController().signal,
    askPassword: async () => undefined,
  };
  await run(argv, io, { given });
  return shown.trimEnd();
}

const lab = await startNodeLab();
try {
  const account = lab.accounts.find(({ provider }) => provider === 'walled.test');
  if (!account) throw new Error('the laboratory has no account at walled.test');
  const shown = await capture(['check', account.address], labEnvironment(lab));
  const prompt = `postern check ${account.address}`;
  const title = 'The report of an account whose port 465 is swallowed by a firewall';
  writeFileSync(join(root, 'docs/images/check-walled.svg'), terminalSvg(shown, { prompt, title }));

  const block = `<!-- report -->\n\n\`\`\`console\n$ ${prompt}\n${stripVTControlCharacters(shown)}\n\`\`\`\n\n<!-- /report -->`;
  const page = current(GUIDE).replace(/<!-- report -->[\s\S]*<!-- \/report -->/, () => block);
  writeFileSync(join(root, GUIDE), await formatted(GUIDE, page));
} finally {
  await lab[Symbol.asyncDispose]();
}
