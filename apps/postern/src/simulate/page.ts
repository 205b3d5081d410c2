import { escapeHtml } from '@postern/probe/report';
import type { Row } from './report.ts';
import { reportHeads, reportCells } from './report.ts';
import type { Model } from './model.ts';
import { duration } from './model.ts';

/** One colour for each strategy; distinguishable without red and green. */
const colours = ['#7f1d1d', '#d97706', '#0ea5e9', '#7c3aed', '#1d4ed8', '#111827'];

const WIDTH = 860;
const HEIGHT = 340;
const LEFT = 70;
const BOTTOM = 40;

/** A page with both charts and the table, in one file that loads nothing. */
export function simulationPage(model: Model, rows: readonly Row[]): string {
  const legend = rows
    .map(
      ({ outcome }, index) =>
        `<span><i style="background:${colours[index] ?? '#000'}"></i>${escapeHtml(outcome.strategy.name)}</span>`,
    )
    .join(' ');
  const cells = (tag: string, values: readonly string[]): string =>
    values.map((value) => `<${tag}>${escapeHtml(value)}</${tag}>`).join('');
  const table = `<table><thead><tr>${cells('th', reportHeads)}</tr></thead><tbody>${rows
    .map((row) => `<tr>${cells('td', reportCells(row))}</tr>`)
    .join('')}</tbody></table>`;
  const words =
    `${model.messages.toLocaleString('en')} messages to ${model.destinations.toLocaleString('en')} destinations, ` +
    `${model.rate.toLocaleString('en')} a second; port 465 is silent at ${percent(model.silent)}, refuses at ` +
    `${percent(model.refusing)} and answers late at ${percent(model.slow)} of them; ${percent(model.loss)} of packets are lost ` +
    `each way; seed ${model.seed}.`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>postern simulate</title><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;font-size:.8rem;font-variant-numeric:tabular-nums}th,td{padding:.25rem .45rem;text-align:right;border-bottom:1px solid #ddd}td{white-space:nowrap}
th:first-child,td:first-child{text-align:left}i{display:inline-block;width:1em;height:.3em;margin-right:.3em;vertical-align:middle}
span{margin-right:1em;white-space:nowrap}svg{max-width:100%;height:auto}svg text{font:12px system-ui,sans-serif;fill:#444}
</style></head><body><h1>Sending mail past silent ports</h1><p>${escapeHtml(words)}</p>
<h2>Attempts that wait for TCP, over time</h2><p>${legend}</p>${pendingChart(model, rows)}
<h2>How many messages wait longer than that</h2><p>${legend}</p>${waitChart(rows)}
<h2>The figures</h2><div style="overflow-x:auto">${table}</div>
<p>By Little's law the pending attempts are the rate of messages times the time that the attempts of one message are pending; the
expected time follows from the shares alone.</p></body></html>
`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

function pendingChart(model: Model, rows: readonly Row[]): string {
  const most = Math.max(10, ...rows.map(({ outcome }) => Math.max(...outcome.pending)));
  const decades = Math.ceil(Math.log10(most));
  const seconds = duration(model) / 1000;
  const y = (value: number): number => yOf(Math.log10(Math.max(1, value)) / decades);
  const lines = rows.map(({ outcome }, index) => {
    const points = Array.from(outcome.pending, (value, at) => [
      xOf((at + 0.5) / outcome.pending.length),
      y(value),
    ]);
    return line(points, index);
  });
  const marks = Array.from({ length: decades + 1 }, (_, power) =>
    mark(y(10 ** power), (10 ** power).toLocaleString('en')),
  );
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => tick(xOf(share), `${Math.round(seconds * share)} s`));
  return svg([...marks, ...ticks, ...lines]);
}

function waitChart(rows: readonly Row[]): string {
  const decades = 6;
  const depth = 5;
  const x = (ms: number): number => xOf(Math.log10(Math.max(1, ms)) / decades);
  const y = (share: number): number => yOf(1 + Math.log10(Math.max(10 ** -depth, share)) / depth);
  const lines = rows.map(({ outcome }, index) =>
    line(
      outcome.waits.exceeding().map(([ms, share]) => [x(ms), y(share)]),
      index,
    ),
  );
  const names = ['1 ms', '10 ms', '100 ms', '1 s', '10 s', '100 s', '1000 s'];
  const ticks = names.map((name, power) => tick(x(10 ** power), name));
  const marks = Array.from({ length: depth + 1 }, (_, power) =>
    mark(y(10 ** -power), `${Number((100 * 10 ** -power).toPrecision(1))} %`),
  );
  return svg([...marks, ...ticks, ...lines]);
}

function xOf(share: number): number {
  return LEFT + share * (WIDTH - LEFT - 20);
}

function yOf(share: number): number {
  return 10 + (1 - share) * (HEIGHT - BOTTOM - 10);
}

function line(points: readonly (readonly (number | undefined)[])[], index: number): string {
  const path = points.map(([x = 0, y = 0]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
  return `<polyline fill="none" stroke="${colours[index] ?? '#000'}" stroke-width="2" points="${path}"/>`;
}

function mark(y: number, label: string): string {
  return (
    `<line x1="${LEFT}" x2="${WIDTH - 20}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}" stroke="#e5e5e5"/>` +
    `<text x="${LEFT - 6}" y="${(y + 4).toFixed(1)}" text-anchor="end">${escapeHtml(label)}</text>`
  );
}

function tick(x: number, label: string): string {
  // The last one would stand out of the picture.
  const anchor = x > WIDTH - 40 ? 'end' : 'middle';
  return `<text x="${x.toFixed(1)}" y="${HEIGHT - 15}" text-anchor="${anchor}">${escapeHtml(label)}</text>`;
}

function svg(parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">${parts.join('')}</svg>`;
}
