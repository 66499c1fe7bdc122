// SPDX-License-Identifier: MIT OR Apache-2.0

import { selectedDetail, selectedRow } from '../store/selectors.js';
import type { State } from '../store/state.js';
import { answersOf } from './detail-lines.js';

/** What `y` copies: from the tree a path, otherwise the op with its answers, as text that greps. */
export function selectionText(state: State): { readonly what: string; readonly text: string } {
  if (state.focus === 'tree') return { what: 'the path', text: state.tree.selected };
  const row = selectedRow(state);
  if (row === undefined) return { what: 'nothing', text: '' };
  const lines = [`op ${row.seq} ${row.op} ${row.subject} -> ${row.result}`];
  const detail = selectedDetail(state);
  if (detail !== undefined) {
    for (const { name, value } of detail.request) lines.push(`  request.${name}: ${value}`);
    for (const answer of answersOf(state, detail).rows) {
      const replayed = answer.differs ? `  (replayed: ${answer.replayed ?? 'absent'})` : '';
      lines.push(`  answer.${answer.name}: ${answer.recorded ?? 'absent'}${replayed}`);
    }
  }
  return { what: `op ${row.seq}`, text: lines.join('\n') };
}
