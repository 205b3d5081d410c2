/**
 * A mistake of the server that a reader bears, because a real server makes it and what was meant is plain:
 *
 * - `extra-space`: a space where none belongs. `missing-space`: none where one belongs.
 * - `needless-escape`: a backslash before something else than a quote or a backslash, inside a quoted string.
 * - `unescaped-quote`: a quote inside a quoted string.
 * - `wide-atom`: an octet that no atom may hold.
 * - `empty-list`: `()` or a NIL within, where the grammar has NIL or nothing.
 * - `number-out-of-range`: zero, a sign, a fraction or too many digits where a number stands.
 * - `empty-multipart`: a multipart without parts. `short-part`: fields of a body part are missing.
 * - `wrong-field`: a field of a body part or of an envelope has a value of another kind.
 * - `short-envelope`: fields of an envelope are missing. `broken-group`: a group of addresses begins or ends twice.
 * - `missing-value`: an item without its value. `extra-parentheses`: an item and its value inside parentheses.
 * - `missing-status`: a response code without the `OK` that belongs before it.
 * - `bad-name`: the name of a mailbox is no modified UTF-7. `bad-object-id`: an identifier with other characters.
 */
export type Leniency =
  | 'extra-space'
  | 'missing-space'
  | 'needless-escape'
  | 'unescaped-quote'
  | 'wide-atom'
  | 'empty-list'
  | 'number-out-of-range'
  | 'empty-multipart'
  | 'short-part'
  | 'wrong-field'
  | 'short-envelope'
  | 'broken-group'
  | 'missing-value'
  | 'extra-parentheses'
  | 'missing-status'
  | 'bad-name'
  | 'bad-object-id';
