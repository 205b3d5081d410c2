// Writes every generated page anew, or says with `--check` which are out of date: `npm run pages`.
import { writePages } from './generated.mjs';
import * as decisionIndex from './decision-index.mjs';
import * as readmes from './readmes.mjs';
import * as reasonPage from './reason-page.mjs';
import * as rfcCoverage from './rfc-coverage.mjs';

for (const { pages, essence } of [readmes, reasonPage, rfcCoverage, decisionIndex])
  await writePages(pages, essence);
