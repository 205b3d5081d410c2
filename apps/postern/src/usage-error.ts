/** The user typed something that cannot be done. One line, already worded; the status is 2. */
export class UsageMistake extends Error {
  override readonly name: string = 'UsageMistake';
}
