import type { Block, Cell, Dialog, Item, Listing, Paragraph, Row, Table } from '../document.ts';
import { markup } from './html.ts';
import type { Html } from './html.ts';

/** A part of a section as markup. */
export function blockHtml(block: Block, label: string): Html {
  switch (block.type) {
    case 'paragraph':
      return paragraphHtml(block);
    case 'table':
      return tableHtml(block, label);
    case 'item':
      return itemHtml(block);
    case 'dialog':
      return dialogHtml(block);
    case 'command':
      return markup`<p><code>${block.text}</code> ${block.does}</p>\n`;
    case 'listing':
      return listingHtml(block);
  }
}

/** A sign says what the words beside it say: nobody needs to hear it. */
function markHtml(mark: Cell | undefined): Html | undefined {
  return mark && markup`<span class="mark ${mark.tone ?? ''}" aria-hidden="true">${mark.text}</span> `;
}

function paragraphHtml({ text, mark, tone, outdented }: Paragraph): Html {
  const answer = outdented === true && mark ? 'answer' : '';
  return markup`<p class="${`${answer} ${tone ?? ''}`.trim()}">${markHtml(mark)}${text}</p>\n`;
}

function cellOf(cell: Cell | string): Cell {
  return typeof cell === 'string' ? { text: cell } : cell;
}

function contentHtml(cell: Cell | string): Html {
  const { text: whole, titled: text = whole, tone } = cellOf(cell);
  return tone === undefined ? markup`${text}` : markup`<span class="${tone}">${text}</span>`;
}

/** A table with the names of its columns, as far as they have names. Without any it is a row of notes. */
function tableHtml({ columns, rows, named }: Table, label: string): Html {
  if (columns.every((column) => column === '')) {
    const notes = rows.flat().map((cell) => markup`<li>${contentHtml(cell)}</li>`);
    return markup`<ul class="row">${notes}</ul>\n`;
  }
  const titles = columns.map((column) =>
    column === '' ? markup`<td class="sign"></td>` : markup`<th scope="col">${column}</th>`,
  );
  const body = rows.map((row) => {
    const cells = row.map((cell, at) => cellHtml(cell, columns[at] === '', at === named));
    return markup`<tr>${cells}</tr>\n`;
  });
  // A wide table is moved sideways on a narrow screen, also by the keyboard.
  const frame = markup`<div class="scroll" role="region" tabindex="0" aria-label="${label}">`;
  return markup`${frame}<table>\n<thead><tr>${titles}</tr></thead>\n<tbody>\n${body}</tbody></table></div>\n`;
}

function cellHtml(cell: Cell | string, isSign: boolean, isName: boolean): Html {
  const content = contentHtml(cell);
  if (isSign) return markup`<td class="sign" aria-hidden="true">${content}</td>`;
  return isName ? markup`<th scope="row">${content}</th>` : markup`<td>${content}</td>`;
}

function itemHtml({ title, mark, text, action }: Item): Html {
  const heading = title === undefined ? undefined : markup`<h3>${markHtml(mark)}${title}</h3>\n`;
  const told = text === '' ? undefined : markup`<p>${text}</p>\n`;
  return markup`<article class="item">\n${heading}${told}<p class="action">${action}</p>\n</article>\n`;
}

function listingHtml({ title, lines }: Listing): Html {
  const text = lines.map((line, at) => (at === 0 ? markup`${line}` : markup`\n${line}`));
  return markup`<figure>\n<figcaption>${title}</figcaption>\n<pre tabindex="0"><code>${text}</code></pre>\n</figure>\n`;
}

function dialogHtml({ service, fields, because, notes }: Dialog): Html {
  const rows = fields.map(fieldHtml);
  const table = rows.length > 0 ? markup`<table class="bare"><tbody>\n${rows}</tbody></table>\n` : undefined;
  const traps = notes.map((note) => markup`<li>${note}</li>`);
  const list = traps.length > 0 ? markup`<ul>${traps}</ul>\n` : undefined;
  return markup`<div>\n<h3>${service}</h3>\n${table}<p>${because}</p>\n${list}</div>\n`;
}

function fieldHtml([field = '', choose = '', meaning = '']: Row): Html {
  const meant = cellOf(meaning).text;
  const more = meant === '' ? undefined : markup`<span class="meaning">${meant}</span>`;
  return markup`<tr><th scope="row">${cellOf(field).text}</th><td>${contentHtml(choose)}${more}</td></tr>\n`;
}

/** The dialogs of each program behind its name, to be opened by who uses it. */
export function programsHtml(dialogs: readonly Dialog[]): readonly Html[] {
  const programs = Map.groupBy(dialogs, ({ program }) => program);
  return Array.from(programs, ([program, both]) => {
    const shown = both.map(dialogHtml);
    return markup`<details>\n<summary>${program}</summary>\n<div class="dialogs">\n${shown}</div>\n</details>\n`;
  });
}
