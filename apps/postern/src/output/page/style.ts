/** The looks of a page: one column that a telephone can show, dark where the reader's system is, plain on paper. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #fbfbf9; --sheet: #fff; --ink: #1d2126; --soft: #5b6470; --line: #dfe2e6;
  --good: #14713d; --bad: #b3261e; --unsure: #8a5a00; --accent: #1f5fa8; --shade: #f2f4f6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171a; --sheet: #1c2024; --ink: #e6e8ea; --soft: #a3acb6; --line: #343a41;
    --good: #6fd197; --bad: #ff9a91; --unsure: #f0bd5c; --accent: #8dbdf5; --shade: #252a30;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1, h2, h3 { line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; }
h2 { font-size: 1.25rem; margin-bottom: .75rem; }
h3 { font-size: 1rem; }
p { margin: .5rem 0; max-width: 46rem; overflow-wrap: anywhere; }
a { color: var(--accent); }
.kicker { color: var(--soft); margin: 0 0 .25rem; }
.answer { font-size: 1.2rem; font-weight: 600; margin: .75rem 0; }
nav ul, .row { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 1rem 0 0; padding: 0; }
section { background: var(--sheet); border: 1px solid var(--line); border-radius: .6rem; margin-top: 1.5rem; padding: 1.25rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .9rem .4rem 0; border-top: 1px solid var(--line); overflow-wrap: break-word; }
thead th, thead td { border-top: 0; color: var(--soft); font-weight: 500; font-size: .875rem; }
table.bare tr:first-child > * { border-top: 0; }
tbody th { font-weight: 500; }
td:first-child, tbody th { white-space: nowrap; }
.dialogs tbody th { white-space: normal; }
.sign { width: 1.6rem; padding-right: .4rem; text-align: center; font-weight: 700; }
.mark { display: inline-block; min-width: 1.25rem; font-weight: 700; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.unsure { color: var(--unsure); }
.faint { color: var(--soft); }
.strong { font-weight: 650; }
.item + .item { border-top: 1px solid var(--line); margin-top: 1rem; padding-top: 1rem; }
.row + .item, .scroll + .item, figure + .item { margin-top: 1.25rem; }
.row + .scroll { margin-top: .75rem; }
.item > p { margin-left: 1.25rem; }
.action { background: var(--shade); border-left: .25rem solid var(--accent); padding: .5rem .75rem; border-radius: 0 .3rem .3rem 0; }
figure { margin: .5rem 0 1rem 1.25rem; }
figcaption { color: var(--soft); font-size: .875rem; }
pre { background: var(--shade); border-radius: .3rem; margin: .25rem 0; overflow-x: auto; padding: .5rem .75rem; }
details { border-top: 1px solid var(--line); padding: .6rem 0; }
summary { cursor: pointer; font-weight: 600; }
.dialogs { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); padding: .75rem 0 .25rem; }
.dialogs ul { margin: .5rem 0; padding-left: 1.2rem; }
.meaning { display: block; color: var(--soft); font-size: .875rem; }
footer { color: var(--soft); font-size: .875rem; margin-top: 1.5rem; }
@media (max-width: 40rem) {
  main { padding-top: 1.25rem; }
  section { padding: 1rem; }
  th, td { padding-right: .6rem; }
  td:first-child, tbody th { white-space: normal; }
}
@media print {
  :root { --ground: #fff; --sheet: #fff; --ink: #000; --soft: #444; --line: #bbb; --good: #14713d; --bad: #a01810; --unsure: #704800; --accent: #1f5fa8; --shade: #f2f4f6; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  nav, details:not([open]) { display: none; }
  section { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: .75rem 0 0; }
  pre { white-space: pre-wrap; }
  tr, .item, figure, .dialogs > * { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
`;
