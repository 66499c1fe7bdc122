// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Entry } from '../entry.js';
import type { Figures } from './document.js';
import { formatFigure, formatSpread, formatVerdict, withNote } from './figures.js';
import { guestTables } from './guest-table.js';

/** The page with the figures of this run between the marks of that section. */
export function putFigures(page: string, figures: Figures, section: 'figures' | 'guest figures' = 'figures'): string {
  const [begins, ends] = [`<!-- ${section}: begin -->`, `<!-- ${section}: end -->`];
  const begin = page.indexOf(begins);
  const end = page.indexOf(ends);
  if (begin === -1 || end < begin) throw new Error(`the page has no ${begins} ... ${ends}`);
  return `${page.slice(0, begin + begins.length)}\n\n${headText(figures)}\n\n${section === 'figures' ? groupTables(figures.entries) : guestTables(figures.entries)}\n${page.slice(end)}`;
}

function headText({ machine, quick, rounds, revision, entries }: Figures): string {
  const { cores, cpu, memoryMiB, kernel, node, date, load } = machine;
  const place = `${cores} cores of ${cpu}, ${Math.round(memoryMiB / 1024)} GiB, Linux ${kernel}, Node ${node}`;
  const when = `${date.slice(0, 16).replace('T', ' ')} UTC, revision ${revision.slice(0, 13)}, ${quick ? 'smallest sizes (--quick)' : `${rounds} rounds`}, load before ${load.toFixed(1)}`;
  const short = entries.filter(({ verdict }) => verdict === 'short').length;
  const passed = entries.filter(({ verdict }) => verdict === 'pass').length;
  return `${place}; ${when}. ${passed} figures reach their line, ${short} fall short.`;
}

function groupTables(entries: readonly Entry[]): string {
  const groups = [...new Set(entries.map(({ name }) => groupOf(name)))];
  const tables = groups.map((group) =>
    table(
      group,
      entries.filter(({ name }) => groupOf(name) === group),
    ),
  );
  return tables.join('\n');
}

function table(group: string, entries: readonly Entry[]): string {
  const rows = entries.map((entry) => {
    const cells = [withNote(entry), formatFigure(entry.value, entry.unit), formatSpread(entry), formatVerdict(entry)];
    return `| ${cells.join(' | ')} |`;
  });
  return `### ${group}\n\n| what | median | spread | line |\n|---|--:|--:|---|\n${rows.join('\n')}\n`;
}

function groupOf(name: string): string {
  return name.split('.')[0] ?? name;
}
