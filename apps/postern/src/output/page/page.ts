import type { Lang } from '@postern/probe/report';
import type { Texts } from '../../texts/texts.ts';
import type { Section } from '../document.ts';
import { blockHtml } from './blocks.ts';
import { markup } from './html.ts';
import type { Html } from './html.ts';
import { style } from './style.ts';

/** What a page is made of. */
export interface PageParts {
  readonly lang: Lang;
  readonly texts: Texts;
  /** What was looked at. */
  readonly title: string;
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** Stands below the title. */
  readonly answer: readonly Section[];
  readonly sections: readonly PageSection[];
  readonly foot: readonly Section[];
}

/** A section of a page, and what stands there besides its blocks. */
export interface PageSection extends Section {
  readonly more?: readonly Html[];
}

/** A page in one file: no script, nothing is loaded from anywhere, and the browser is told to hold it to that. */
export function pageOf({ lang, texts, title, at, answer, sections, foot }: PageParts): string {
  const when = new Intl.DateTimeFormat(lang === 'de' ? 'de-DE' : 'en-GB', {
    dateStyle: 'long',
    timeStyle: 'short',
  }).format(at);
  const headings = sections.flatMap(({ heading }, index) =>
    heading === undefined ? [] : [markup`<li><a href="#s${String(index)}">${heading}</a></li>`],
  );
  const nav =
    headings.length > 1
      ? markup`<nav aria-label="${texts.page.contents}"><ul>${headings}</ul></nav>\n`
      : undefined;
  const page = markup`<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${`${title} · Postern`}</title>
<style>${{ markup: style }}</style>
</head>
<body>
<main>
<header>
<p class="kicker">${texts.page.kicker(when)}</p>
<h1>${title}</h1>
${blocksHtml(answer, title)}${nav}</header>
${sections.map((part, index) => sectionHtml(part, index, title))}<footer>${blocksHtml(foot, title)}</footer>
</main>
</body>
</html>
`;
  return page.markup;
}

function blocksHtml(sections: readonly Section[], label: string): readonly Html[] {
  return sections.flatMap(({ blocks }) => blocks.map((block) => blockHtml(block, label)));
}

function sectionHtml({ heading, blocks, more = [] }: PageSection, index: number, title: string): Html {
  const id = `s${index}`;
  const content = blocks.map((block) => blockHtml(block, heading ?? title));
  if (heading === undefined) return markup`<section>\n${content}${more}</section>\n`;
  return markup`<section aria-labelledby="${id}">\n<h2 id="${id}">${heading}</h2>\n${content}${more}</section>\n`;
}
