import { accessSync, constants, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Texts } from './texts/texts.ts';
import { UsageMistake } from './usage-error.ts';

/** The file that a page goes to. Where it cannot, that is said before anything is looked at, and an older page stays. */
export class PageFile {
  readonly path: string;

  constructor(path: string, texts: Texts) {
    this.path = path;
    try {
      accessSync(dirname(path), constants.W_OK);
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) throw new Error('a folder');
    } catch {
      throw new UsageMistake(texts.cannotWrite('--html', path));
    }
  }

  /** Writes the page; `false` where it does not fit after all. */
  write(page: string): boolean {
    try {
      writeFileSync(this.path, page);
      return true;
    } catch {
      return false;
    }
  }
}
