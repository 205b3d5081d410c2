// The MTA-STS matrix, TLS-060 to TLS-068.
import { applyRows } from './rows-apply.ts';
import { fetchRows } from './rows-fetch.ts';
import type { StsRow } from './row.ts';

export const stsRows: readonly StsRow[] = [...fetchRows, ...applyRows];
