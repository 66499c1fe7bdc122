// SPDX-License-Identifier: MIT OR Apache-2.0

import { formatCount } from '../../base/format.js';
import { formatDuration, formatOffset, formatWallClock } from '../../base/time.js';
import type { OpRow } from '../ports/trace-source.js';
import { rowVerdict, visibleRows } from '../store/selectors.js';
import type { State } from '../store/state.js';
import type { Glyphs } from '../theme/glyphs.js';
import { cutEnd, cutStart, fitTo, type Line, line, padEnd, padStart, type Span, span } from './line.js';

export type Columns = {
  readonly seq: number;
  readonly time: number;
  readonly thread: number;
  readonly op: number;
  readonly subject: number;
  readonly result: number;
  readonly duration: number;
};

/** Cursor, place of the replay, verdict. */
const GUTTER = 4;
const GAP = 1;

/** Widths of the columns; narrow screens lose the thread, then the time. */
export function columnsFor(width: number, lastSeq: bigint): Columns {
  const seq = Math.max(3, lastSeq.toString().length);
  const wide = width >= 110;
  const base = { seq, time: 11, thread: 3, op: wide ? 15 : 11, result: wide ? 18 : 12, duration: wide ? 9 : 8 };
  const rest = (columns: typeof base) =>
    width - GUTTER - Object.values(columns).reduce((sum, cells) => sum + (cells === 0 ? 0 : cells + GAP), 0);
  for (const columns of [base, { ...base, thread: 0 }, { ...base, thread: 0, time: 0 }]) {
    const subject = rest(columns);
    if (subject >= 16) return { ...columns, subject };
  }
  const least = { ...base, thread: 0, time: 0, duration: 0 };
  return { ...least, subject: Math.max(4, rest(least)) };
}

/** Lines of the pane, as many as there are rows on the screen. */
export function opsLines(state: State, width: number, glyphs: Glyphs): readonly Line[] {
  const columns = columnsFor(width, state.trace.last);
  return visibleRows(state).map(({ row, isSelected }) => {
    const spans = rowSpans(state, row, isSelected, columns, glyphs);
    const drawn = fitTo({ spans }, width, glyphs.ellipsis);
    if (!isSelected) return drawn;
    return { ...drawn, over: state.focus === 'ops' ? 'selection' : 'selectionAway' };
  });
}

function rowSpans(state: State, row: OpRow, isSelected: boolean, columns: Columns, glyphs: Glyphs): readonly Span[] {
  const cell = (
    text: string,
    cells: number,
    token: Span['token'],
    align: 'left' | 'right' = 'left',
  ): readonly Span[] => {
    if (cells === 0) return [];
    const cut = cutEnd(text, cells, glyphs.ellipsis);
    return [span(`${align === 'left' ? padEnd(cut, cells) : padStart(cut, cells)} `, token)];
  };
  const isPosition = state.run.position === row.seq;
  return [
    span(isSelected ? glyphs.cursor : ' ', 'key'),
    span(isPosition ? glyphs.position : ' ', 'position'),
    noteOf(state, row, glyphs),
    span(' '),
    ...cell(row.seq.toString(), columns.seq, 'number', 'right'),
    ...cell(timeOf(state, row), columns.time, 'dim', 'right'),
    ...cell(`t${row.thread}`, columns.thread, 'dim'),
    ...cell(row.op, columns.op, 'op'),
    span(`${padEnd(cutStart(row.subject, columns.subject, glyphs.ellipsis), columns.subject)} `, 'name'),
    ...cell(row.result, columns.result, row.failed ? 'warn' : 'text'),
    // The last column has nothing to keep apart from.
    span(padStart(formatDuration(row.durationNs), columns.duration).slice(0, columns.duration), 'dim'),
  ];
}

/** The one sign that matters most about an op. */
function noteOf(state: State, row: OpRow, glyphs: Glyphs): Span {
  const verdict = rowVerdict(state, row.seq);
  if (verdict === 'differs') return span(glyphs.differs, 'bad');
  if (row.gapBefore > 0n) return span(glyphs.gap, 'warn');
  for (const seq of state.marks.values()) if (seq === row.seq) return span(glyphs.mark, 'key');
  return verdict === 'same' ? span(glyphs.same, 'good') : span(' ');
}

function timeOf(state: State, row: OpRow): string {
  if (state.time === 'offset') return formatOffset(row.beginNs, state.trace.startNs).slice(0, -3);
  // The time of day; the date stands in the header of `info`.
  const clock = formatWallClock(row.beginNs);
  return clock.slice(clock.indexOf('T') + 1, -7);
}

/** What stands at the right of the pane's title. */
export function opsTitleNote(state: State): string {
  const { ops, trace } = state;
  const row = ops.rows[ops.selected];
  const where = row === undefined ? '' : `${formatCount(row.seq)} of ${formatCount(trace.ops)}`;
  return ops.filter === undefined ? where : `${where}  filter: ${ops.filter.text}`;
}

/** Said in an empty pane. */
export function emptyOps(state: State): Line {
  if (state.trace.ops === 0n) return line(span(' This trace has no ops.', 'dim'));
  if (state.ops.rowsView !== state.ops.view) return line(span(' Reading...', 'dim'));
  return line(span(' No op fits the filter. ', 'dim'), span('\\', 'key'), span(' shows all.', 'dim'));
}
