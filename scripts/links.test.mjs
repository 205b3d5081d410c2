// Links between the pages of the documentation lead somewhere, anchors included, and the paths they name exist.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './generated.mjs';

const pages = globSync(
  [
    '*.md',
    'docs/*.md',
    'docs/{guide,decisions}/*.md',
    'packages/*/README.md',
    'apps/*/README.md',
    'interop/*.md',
  ],
  { cwd: root },
).toSorted();

const code = /```[\s\S]*?```|`[^`\n]*`/g;
const link = /\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)/g;

/** Headings and explicit anchors, as the usual renderers name them. */
function anchors(markdown) {
  const headings = [...markdown.replace(/```[\s\S]*?```/g, '').matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set([...headings, ...[...markdown.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id)]);
}

const named = /`((?:packages|apps|docs|scripts|interop)\/[^`\s]*)`/g;

it.each(pages)('%s names files that exist', (page) => {
  const text = readFileSync(join(root, page), 'utf8').replace(/```[\s\S]*?```/g, '');
  const paths = [...text.matchAll(named)].map(([, path]) => path).filter((path) => path !== 'docs/api');
  expect(paths.filter((path) => globSync(path, { cwd: root }).length === 0)).toEqual([]);
});

it.each(pages)('%s has links that lead somewhere', (page) => {
  const text = readFileSync(join(root, page), 'utf8').replace(code, '');
  const broken = [...text.matchAll(link)].flatMap(([, path, anchor]) => {
    const target = path === '' ? join(root, page) : join(root, dirname(page), path);
    if (!existsSync(target)) return [path];
    // A line of a source file is an anchor that every viewer makes itself.
    if (anchor === undefined || !target.endsWith('.md')) return [];
    return anchors(readFileSync(target, 'utf8')).has(anchor) ? [] : [`${path}#${anchor}`];
  });
  expect(broken).toEqual([]);
});
