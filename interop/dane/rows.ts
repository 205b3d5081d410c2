// The DANE matrix, TLS-059 and around it.
import { lookupRows } from './rows-lookups.ts';
import { nameRows } from './rows-names.ts';
import { recordRows } from './rows-records.ts';
import type { DaneRow } from './row.ts';

export const daneRows: readonly DaneRow[] = [...recordRows, ...nameRows, ...lookupRows];
