// SPDX-License-Identifier: MIT OR Apache-2.0

import { formatCount } from '../../base/format.js';
import { formatDuration, formatWallClock } from '../../base/time.js';
import type { FieldDifference } from '../ports/replay-engine.js';
import type { Field, OpDetail } from '../ports/trace-source.js';
import { differenceAt, selectedDetail, selectedRow } from '../store/selectors.js';
import type { State } from '../store/state.js';
import { chooseGlyphs, type Glyphs } from '../theme/glyphs.js';
import { cutEnd, fitTo, type Line, line, padEnd, span } from './line.js';

/** A field of both answers; an absent side is undefined. */
export type AnswerRow = {
  readonly name: string;
  readonly recorded: string | undefined;
  readonly replayed: string | undefined;
  readonly differs: boolean;
};

export type Answers = {
  readonly rows: readonly AnswerRow[];
  /** Why there is no replayed answer. */
  readonly missing: string | undefined;
};

/** Both answers to the selected op, field by field. */
export function answersOf(state: State, detail: OpDetail): Answers {
  const { seq } = detail.row;
  const replayed = state.run.answers.get(seq);
  const difference = differenceAt(state, seq);
  if (replayed !== undefined) {
    return { rows: sideBySide(detail.answer, replayed, difference?.fields), missing: undefined };
  }
  if (difference !== undefined) return { rows: fromDifference(detail.answer, difference.fields), missing: undefined };
  const rows = detail.answer.map(({ name, value }) => ({ name, recorded: value, replayed: undefined, differs: false }));
  return { rows, missing: whyMissing(state, seq) };
}

/**
 * When the host has judged the op, its list of differing fields counts: numbers that differ by translation only (nodeids,
 * handles across versions) are no difference. An op it found the same has none.
 */
function sideBySide(
  recorded: readonly Field[],
  replayed: readonly Field[],
  judged: readonly FieldDifference[] | undefined,
): readonly AnswerRow[] {
  const other = new Map(replayed.map(({ name, value }) => [name, value]));
  const names = [...new Set([...recorded, ...replayed].map(({ name }) => name))];
  const own = new Map(recorded.map(({ name, value }) => [name, value]));
  const differing = new Set(judged?.map(({ field }) => field) ?? []);
  const known = names.some((name) => differing.has(name));
  const rows = names.map((name): AnswerRow => {
    const [a, b] = [own.get(name), other.get(name)];
    // Fields the host names otherwise than we do: then what plainly differs is marked.
    return { name, recorded: a, replayed: b, differs: judged !== undefined && (known ? differing.has(name) : a !== b) };
  });
  return rows;
}

function fromDifference(recorded: readonly Field[], fields: readonly FieldDifference[]): readonly AnswerRow[] {
  const differing = new Map(fields.map((one) => [one.field, one]));
  const rows: AnswerRow[] = recorded.map(({ name, value }) => {
    const found = differing.get(name);
    differing.delete(name);
    return { name, recorded: value, replayed: found?.actual ?? value, differs: found !== undefined };
  });
  const rest = [...differing.values()].map(
    ({ field, expected, actual }): AnswerRow => ({ name: field, recorded: expected, replayed: actual, differs: true }),
  );
  return [...rest, ...rows];
}

function whyMissing({ run }: State, seq: bigint): string {
  switch (run.phase) {
    case 'none':
    case 'failed':
      return `not replayed: ${run.trouble?.message ?? 'no replay is open'}`;
    case 'opening':
      return `not replayed yet: ${run.doing}`;
    case 'running':
      return 'replaying';
    case 'ready':
      if (seq <= run.compared) return 'the same as recorded (Enter replays to here and shows it)';
      return 'not replayed yet (Enter replays to here)';
  }
}

/** Every line of the detail; the pane shows a part of them. */
export function detailLines(state: State, width: number, glyphs: Glyphs): readonly Line[] {
  const row = selectedRow(state);
  if (row === undefined) return [line(span(' No op is selected.', 'dim'))];
  const detail = selectedDetail(state);
  if (detail === undefined) return [line(span(` Reading op ${row.seq}...`, 'dim'))];
  const lines: Line[] = [
    line(span(` ${row.op} `, 'op'), span(row.subject, 'strong')),
    line(
      span(
        ` op ${formatCount(row.seq)} ${glyphs.separator} thread ${row.thread} ${glyphs.separator} ${formatWallClock(row.beginNs)} ${glyphs.separator} took ${formatDuration(row.durationNs)}`,
        'dim',
      ),
    ),
  ];
  if (row.gapBefore > 0n) {
    const before = `${formatCount(row.gapBefore)} ${row.gapBefore === 1n ? 'op is' : 'ops are'} missing before this one`;
    lines.push(line(span(` ${glyphs.gap} ${before}`, 'warn')));
  }
  const answers = answersOf(state, detail);
  const parts = [fieldLines('request', detail.request, width, glyphs), answerLines(answers, width, glyphs)];
  // What differs is what the person came for: on a small screen the rest may be below the edge.
  if (answers.rows.some((one) => one.differs)) parts.reverse();
  lines.push(...parts.flat());
  if (detail.taken.length > 0) lines.push(...fieldLines('taken from outside', detail.taken, width, glyphs));
  return lines.map((one) => fitTo(one, width, glyphs.ellipsis));
}

function nameCells(names: readonly string[], width: number): number {
  return Math.min(Math.max(8, ...names.map((name) => name.length)), Math.max(8, Math.floor(width * 0.3)));
}

function fieldLines(title: string, fields: readonly Field[], width: number, glyphs: Glyphs): readonly Line[] {
  if (fields.length === 0) return [];
  const cells = nameCells(
    fields.map(({ name }) => name),
    width,
  );
  return [
    line(span(` ${title}`, 'title')),
    ...fields.map(({ name, value }) =>
      line(span(`   ${padEnd(cutEnd(name, cells, glyphs.ellipsis), cells)} `, 'dim'), span(value)),
    ),
  ];
}

function answerLines({ rows, missing }: Answers, width: number, glyphs: Glyphs): readonly Line[] {
  const cells = nameCells(
    rows.map(({ name }) => name),
    width,
  );
  const half = Math.max(8, Math.floor((width - cells - 7) / 2));
  const lines: Line[] = [];
  if (missing === undefined) {
    lines.push(line(span(` ${padEnd('answer', cells + 3)}${padEnd('recorded', half + 2)} replayed`, 'title')));
  } else {
    lines.push(line(span(' answer, as recorded', 'title')), line(span(`   ${missing}`, 'dim')));
  }
  if (rows.length === 0) lines.push(line(span('   nothing to answer', 'dim')));
  const ordered = [...rows.filter((one) => one.differs), ...rows.filter((one) => !one.differs)];
  for (const { name, recorded, replayed, differs } of ordered) {
    const label = span(`${padEnd(cutEnd(name, cells, glyphs.ellipsis), cells)} `, differs ? 'bad' : 'dim');
    if (missing !== undefined) {
      lines.push(line(span('   '), label, span(recorded ?? '')));
      continue;
    }
    const sign = differs ? span(` ${glyphs.differs} `, 'bad') : span('   ');
    lines.push(
      line(
        sign,
        label,
        span(padEnd(cutEnd(recorded ?? 'absent', half, glyphs.ellipsis), half), differs ? 'removed' : 'text'),
        span(` ${glyphs.bar} `, 'rule'),
        span(cutEnd(replayed ?? 'absent', half, glyphs.ellipsis), differs ? 'added' : 'dim'),
      ),
    );
  }
  return lines;
}

/** How many lines there are to scroll through; the same for every look. */
export function detailLineCount(state: State): number {
  return detailLines(state, state.size.columns, chooseGlyphs(true)).length;
}
