// Reads what documentation is made of: fenced code in Markdown, and the same inside doc comments.

/**
 * @typedef {object} Fence
 * @property {string} lang first word of the info string, such as `ts`
 * @property {readonly string[]} info the other words
 * @property {number} line of the first line of code, from 1
 * @property {string} code
 * @property {number} end line of the closing fence
 */

/**
 * The fenced code blocks of a Markdown text.
 * @param {string} markdown
 * @returns {readonly Fence[]}
 */
export function fences(markdown) {
  const found = [];
  let open;
  for (const [index, line] of markdown.split('\n').entries()) {
    const [, indent, marks, info] = /^(\s*)(`{3,}|~{3,})\s*(.*?)\s*$/.exec(line) ?? [];
    if (open) {
      if (marks?.startsWith(open.marks) && info === '') {
        found.push({
          lang: open.lang,
          info: open.info,
          line: open.line,
          code: open.lines.join('\n'),
          end: index + 1,
        });
        open = undefined;
      } else {
        open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line.trimStart());
      }
    } else if (marks !== undefined) {
      const [lang = '', ...words] = info.split(/\s+/);
      open = { indent, marks, lang, info: words, line: index + 2, lines: [] };
    }
  }
  return found;
}

/**
 * Doc comments as Markdown, each with the number of its first line. Everything outside of them is an empty line, so that
 * line numbers of the text are those of the source.
 * @param {string} source
 */
export function docComments(source) {
  const comments = [];
  for (const match of source.matchAll(/^[ \t]*\/\*\*([\s\S]*?)\*\//gm)) {
    const line = source.slice(0, match.index).split('\n').length;
    const text = match[1]
      .split('\n')
      .map((row) => row.replace(/^\s*\*( |$)/, '').trimEnd())
      .join('\n');
    comments.push({ line, text });
  }
  return comments;
}
