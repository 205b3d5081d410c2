/** The user typed something that cannot be done. One line, already worded; the status is 2. */
export class UsageMistake extends Error {
  override readonly name: string = 'UsageMistake';
  /** Whether the list of commands or options helps to mend it. */
  readonly help: 'commands' | 'none';

  constructor(message: string, help: 'commands' | 'none' = 'none') {
    super(message);
    this.help = help;
  }
}
