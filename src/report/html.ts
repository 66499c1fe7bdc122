// SPDX-License-Identifier: MIT OR Apache-2.0

import { escapeMarkup } from './xml-text.js';

/** How good the news is; shown by a word and a sign as well as by colour. */
export type Tone = 'good' | 'bad' | 'note' | 'plain';

export type HtmlBlock =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [name: string, value: string])[] }
  | {
      readonly kind: 'table';
      readonly columns: readonly string[];
      readonly rows: readonly { readonly cells: readonly string[]; readonly tone?: Tone }[];
      /** Columns of numbers, by index; set to the right. */
      readonly numeric?: readonly number[];
    }
  | { readonly kind: 'code'; readonly text: string }
  /** Two texts side by side, such as the answers of two versions. */
  | { readonly kind: 'pair'; readonly left: HtmlSide; readonly right: HtmlSide };

export type HtmlSide = { readonly title: string; readonly text: string };

export type HtmlSection = {
  readonly title: string;
  readonly tone?: Tone;
  readonly blocks: readonly HtmlBlock[];
  /** Closed at first; for long lists. */
  readonly folded?: boolean;
};

export type HtmlPage = { readonly title: string; readonly verdict?: string; readonly tone?: Tone };

const SIGNS: Readonly<Record<Tone, string>> = { good: '\u2713 ', bad: '\u2717 ', note: '! ', plain: '' };

const STYLE = `
:root{color-scheme:light dark;--line:#8886;--good:#18794e;--bad:#c62a2f;--note:#946800}
@media(prefers-color-scheme:dark){:root{--good:#4cc38a;--bad:#ff6369;--note:#f1a10d}}
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}summary{font-size:1.15rem;font-weight:600;margin-top:2rem;cursor:pointer}
table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid var(--line);padding:.25rem .6rem;text-align:left;vertical-align:top}
td,pre,dd{font-family:ui-monospace,monospace;font-size:13px;overflow-wrap:anywhere}.n{text-align:right;font-variant-numeric:tabular-nums}
pre{border:1px solid var(--line);border-radius:4px;padding:.6rem;overflow:auto;white-space:pre-wrap}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem}dd{margin:0}dt{color:GrayText}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:1rem}.good{color:var(--good)}.bad{color:var(--bad)}.note{color:var(--note)}
@media(max-width:50rem){.pair{grid-template-columns:1fr}}`;

/** One HTML file that needs nothing else: no script, no font, no network (and its policy forbids them). */
export function htmlReport(page: HtmlPage, sections: readonly HtmlSection[]): string {
  const verdict =
    page.verdict === undefined
      ? ''
      : `<p class="${page.tone ?? 'plain'}"><strong>${signed(page.verdict, page.tone)}</strong></p>\n`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(page.title)}</title>
<style>${STYLE}</style>
<h1>${escapeMarkup(page.title)}</h1>
${verdict}${sections.map(section).join('')}</html>
`;
}

function section(one: HtmlSection): string {
  const title = signed(one.title, one.tone);
  const blocks = one.blocks.map(block).join('');
  const tone = one.tone ?? 'plain';
  if (one.folded === true) return `<details>\n<summary class="${tone}">${title}</summary>\n${blocks}</details>\n`;
  return `<section>\n<h2 class="${tone}">${title}</h2>\n${blocks}</section>\n`;
}

function block(one: HtmlBlock): string {
  switch (one.kind) {
    case 'text':
      return `<p>${escapeMarkup(one.text)}</p>\n`;
    case 'code':
      return `<pre>${escapeMarkup(one.text)}</pre>\n`;
    case 'facts':
      return `<dl>${one.facts.map(([name, value]) => `<dt>${escapeMarkup(name)}</dt><dd>${escapeMarkup(value)}</dd>`).join('\n')}</dl>\n`;
    case 'pair':
      return `<div class="pair">${side(one.left)}${side(one.right)}</div>\n`;
    case 'table':
      return table(one);
  }
}

function side(one: HtmlSide): string {
  return `<div><h3>${escapeMarkup(one.title)}</h3><pre>${escapeMarkup(one.text)}</pre></div>`;
}

function table(one: Extract<HtmlBlock, { readonly kind: 'table' }>): string {
  const kind = (index: number): string => (one.numeric?.includes(index) === true ? ' class="n"' : '');
  const head = one.columns.map((name, index) => `<th scope="col"${kind(index)}>${escapeMarkup(name)}</th>`).join('');
  const rows = one.rows.map((row) => {
    const cells = row.cells.map(
      (cell, index) => `<td${kind(index)}>${index === 0 ? signed(cell, row.tone) : escapeMarkup(cell)}</td>`,
    );
    return `<tr class="${row.tone ?? 'plain'}">${cells.join('')}</tr>\n`;
  });
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${rows.join('')}</tbody>\n</table>\n`;
}

function signed(text: string, tone: Tone | undefined): string {
  return SIGNS[tone ?? 'plain'] + escapeMarkup(text);
}
