// Makes the head of each package's README from the package comment in its src/index.ts, so that the two cannot drift apart:
// what the package is, how to install it, its example, what it is not, its RFCs, its subpaths. What stands below the second
// mark is written by hand and kept. `--check` only says which pages differ.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { docComments, fences } from './docblocks.mjs';
import { current, formatted, generator, root } from './generated.mjs';

const BEGIN = '<!-- Down to the next mark made from src/index.ts by scripts/readmes.mjs -->';
const END = '<!-- From here on written by hand -->';

/**
 * A package comment in its parts.
 * @param {string} file path of an entry
 */
export function packageComment(file) {
  const source = readFileSync(join(root, file), 'utf8');
  const comment = docComments(source).find(({ text }) => text.includes('@packageDocumentation'));
  if (!comment) throw new Error(`${file} has no package comment`);
  const [prose] = comment.text.split(/^@(?:example|packageDocumentation)/m);
  const paragraphs = prose
    .trim()
    .split(/\n\n+/)
    .map((text) => text.replace(/\{@link (?:"[^"]*" \| )?([^}]*)\}/g, '`$1`'));
  const example = fences(comment.text).find(({ lang }) => lang === 'ts');
  return { paragraphs, example };
}

/** What a package comment must say and does not. @returns {readonly string[]} */
export function gaps(file) {
  const { paragraphs, example } = packageComment(file);
  return [
    ...(paragraphs.some((text) => /\b(is|are) [*_]not[*_]/.test(text))
      ? []
      : [`${file} says nowhere what it is *not*`]),
    ...(example ? [] : [`${file} has no example`]),
  ];
}

/** The public entries beside the main one, with the first sentence of their comments. */
function subpaths(folder, { name, exports }) {
  return Object.entries(exports).flatMap(([path, target]) => {
    if (path === '.' || typeof target !== 'object') return [];
    const { paragraphs } = packageComment(join(folder, target['@postern/source']));
    const [sentence] = /^[\s\S]*?[.:](?=\s|$)/.exec(paragraphs[0]) ?? paragraphs;
    return [
      `- \`${name}${path.slice(1)}\`: ${uncapitalised(sentence.replaceAll('\n', ' ').replace(/[.:]$/, ''))}`,
    ];
  });
}

/** A sentence that goes on behind a colon; abbreviations stay as they are. */
function uncapitalised(sentence) {
  return /^[A-Z][a-z]/.test(sentence) ? sentence[0].toLowerCase() + sentence.slice(1) : sentence;
}

function head(folder) {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const { paragraphs, example } = packageComment(join(folder, 'src/index.ts'));
  const [first, ...others] = paragraphs;
  const paths = subpaths(folder, manifest);
  // What the example imports is installed by name, since not every package manager hoists what is only a dependency.
  const imported = example?.code.match(/@postern\/[a-z\d]+/g) ?? [];
  const installed = [...new Set([manifest.name, ...imported.toSorted()])].join(' ');
  const blocks = [
    `# ${manifest.name}`,
    BEGIN,
    first,
    `\`\`\`sh\nnpm install ${installed}\n\`\`\``,
    `ES modules for Node ${manifest.engines.node.replace('>=', '')} and newer; \`require()\` of them works there too.\nThe types want TypeScript 5.6 and \`@types/node\`, or \`ESNext.Disposable\` in \`lib\`.`,
    ...(example ? [`\`\`\`${[example.lang, ...example.info].join(' ')}\n${example.code}\n\`\`\``] : []),
    ...others,
    ...(paths.length > 0 ? [`Further entries:\n\n${paths.join('\n')}`] : []),
    END,
  ];
  return blocks.join('\n\n');
}

/** What somebody wrote below the head. A page that has nothing but the old title and sentence has nothing to keep. */
function rest(path) {
  const text = current(path);
  const at = text.indexOf(END);
  if (at >= 0) return text.slice(at + END.length).trim();
  if (text.split('\n').length <= 5) return '';
  throw new Error(`${path} has no line "${END}" above what is written by hand`);
}

export async function pages() {
  const texts = new Map();
  for (const folder of globSync('packages/*', { cwd: root }).toSorted()) {
    const path = `${folder}/README.md`;
    texts.set(path, await formatted(path, `${head(folder)}\n\n${rest(path)}\n`));
  }
  return texts;
}

await generator(import.meta, pages);
