// SPDX-License-Identifier: MIT OR Apache-2.0

import { formatCount } from '../../base/format.js';
import { formatDuration } from '../../base/time.js';
import { COMMAND_GROUPS, type CommandGroup } from '../commands/command.js';
import { commandMatches } from '../commands/palette.js';
import { COMMANDS } from '../commands/table.js';
import { selectedDetail, selectedRow, verdictOf } from '../store/selectors.js';
import type { State } from '../store/state.js';
import { answersOf } from './detail-lines.js';
import { keyLabel } from './frame-lines.js';

export type Spoken = { readonly role: string; readonly text: string };

/** What a screen reader should say, the newest matter first. */
export function spokenLines(state: State): readonly Spoken[] {
  const { mode, toast, run, trace } = state;
  if (mode.kind === 'help') return helpSentences();
  if (mode.kind === 'dialog') {
    const { message, why, hint } = mode.trouble;
    return say('dialog', `${mode.title}: ${message}`, why, hint, 'Enter closes.');
  }
  if (mode.kind === 'prompt') {
    const { kind, text, mistake } = mode.prompt;
    return say('prompt', `${kind}: ${text}`, mistake === undefined ? undefined : `Not valid: ${mistake}`);
  }
  if (mode.kind === 'palette') {
    const choices = commandMatches(state, mode.text);
    const chosen = choices[mode.selected];
    return say(
      'palette',
      `Command: ${mode.text}`,
      chosen === undefined ? 'No command fits.' : `${chosen.command.title}, ${mode.selected + 1} of ${choices.length}`,
    );
  }
  if (mode.kind === 'chord')
    return say('chord', mode.chord === 'mark' ? 'Press a letter to mark with.' : 'Press the letter of a mark.');
  const found = run.banner;
  const first = found?.fields[0];
  return [
    ...say('message', toast === undefined ? undefined : [toast.text, toast.hint].filter(Boolean).join('. ')),
    ...say(
      'divergence',
      found === undefined
        ? undefined
        : `Divergence at op ${found.seq}, ${found.op}${first === undefined ? '' : `: ${first.field} recorded ${first.expected}, replayed ${first.actual}`}.`,
    ),
    ...opSentences(state),
    ...say(
      'replay',
      `Replay after op ${formatCount(run.position)} of ${formatCount(trace.last)}: ${verdictOf(state).text}.`,
    ),
    ...say('keys', 'j and k move, s steps, c continues, question mark lists all keys, q quits.'),
  ];
}

function opSentences(state: State): readonly Spoken[] {
  if (state.focus === 'tree') {
    const node = state.tree.nodes.get(state.tree.selected);
    if (node !== undefined)
      return say('tree', `${node.kind} ${node.path}, inode ${node.ino}, ${node.size} bytes, ${node.nlink} links.`);
  }
  const row = selectedRow(state);
  if (row === undefined) return say('op', 'No op is selected.');
  const gap = row.gapBefore > 0n ? `${row.gapBefore} ops are missing before it. ` : '';
  const detail = selectedDetail(state);
  const differing = detail === undefined ? [] : answersOf(state, detail).rows.filter((one) => one.differs);
  return say(
    'op',
    `${gap}Op ${formatCount(row.seq)}: ${row.op} ${row.subject}, answered ${row.result}, took ${formatDuration(row.durationNs)}, thread ${row.thread}.`,
    ...differing.map(
      (one) => `Differs in ${one.name}: recorded ${one.recorded ?? 'absent'}, replayed ${one.replayed ?? 'absent'}.`,
    ),
  );
}

function helpSentences(): readonly Spoken[] {
  const groups = Object.keys(COMMAND_GROUPS) as readonly CommandGroup[];
  return groups.flatMap((group) => [
    ...say(`group ${group}`, `${COMMAND_GROUPS[group]}:`),
    ...COMMANDS.filter((command) => command.group === group && command.keys.length > 0).flatMap((command) =>
      say(command.id, `${command.keys.map(keyLabel).join(' or ')}: ${command.title}.`),
    ),
  ]);
}

function say(role: string, ...texts: readonly (string | undefined)[]): readonly Spoken[] {
  return texts.flatMap((text) => (text === undefined || text === '' ? [] : [{ role, text }]));
}
