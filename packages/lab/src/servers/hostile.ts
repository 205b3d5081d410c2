/**
 * What a greeting must not be able to do to a reader: colour and clear a terminal, set its title, ring, run a script in a
 * page, and begin a formula in a table. No NUL and no line end: those would break the protocol, which is another habit.
 */
export const hostileText: string =
  '=1+1 \u001B[31m\u001B[2J\u001B]0;owned\u0007 <script>alert(1)</script><img src=x onerror="alert(1)"> ready';
