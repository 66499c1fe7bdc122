// SPDX-License-Identifier: MIT OR Apache-2.0

/** Help, palette and dialog, made from the command table and the state. */

import { COMMAND_GROUPS, type CommandGroup } from '../commands/command.js';
import { commandMatches } from '../commands/palette.js';
import { COMMANDS } from '../commands/table.js';
import type { State } from '../store/state.js';
import type { Glyphs } from '../theme/glyphs.js';
import { keyLabel } from './frame-lines.js';
import { fitTo, type Line, line, padEnd, span, wrap } from './line.js';

const KEY_CELLS = 22;

/** Every command with its keys, by group. */
export function helpLines(width: number, glyphs: Glyphs): readonly Line[] {
  const groups = Object.keys(COMMAND_GROUPS) as readonly CommandGroup[];
  const legend = [
    [glyphs.cursor, 'the selected op'],
    [glyphs.position, 'the replay stands just after this op'],
    [glyphs.same, 'answered as recorded'],
    [glyphs.differs, 'answered otherwise than recorded'],
    [glyphs.gap, 'ops are missing before this one'],
    [glyphs.mark, 'marked with m'],
    [`${glyphs.added} ${glyphs.changed}`, 'in the tree: new, changed since the place before'],
  ] as const;
  const lines: Line[] = groups.flatMap((group) => [
    line(span(` ${COMMAND_GROUPS[group]}`, 'titleFocused')),
    ...COMMANDS.filter((command) => command.group === group).map((command) => {
      const word = command.takes === undefined ? [] : [`:${command.takes.word} ${command.takes.name}`];
      const keys = command.keys.length === 0 ? word : command.keys.map(keyLabel);
      return line(span(`   ${padEnd(keys.join(' '), KEY_CELLS)} `, 'key'), span(command.title));
    }),
    line(),
  ]);
  lines.push(line(span(' Signs', 'titleFocused')));
  for (const [sign, meaning] of legend) lines.push(line(span(`   ${padEnd(sign, KEY_CELLS)} `, 'key'), span(meaning)));
  return lines.map((one) => fitTo(one, width, glyphs.ellipsis));
}

/** The typed text, then the commands that fit it. Exactly `height` lines. */
export function paletteLines(state: State, width: number, height: number, glyphs: Glyphs): readonly Line[] {
  if (state.mode.kind !== 'palette') return [];
  const { text, cursor, selected } = state.mode;
  const choices = commandMatches(state, text);
  const shown = Math.max(1, height - 1);
  const top = Math.max(0, Math.min(selected - Math.floor(shown / 2), choices.length - shown));
  const rows = choices.slice(top, top + shown).map(({ command, argument, reason }, index): Line => {
    const isChosen = top + index === selected;
    const keys = command.keys.map(keyLabel).join(' ');
    const word = command.takes === undefined ? '' : `:${command.takes.word} ${argument ?? command.takes.name}`;
    const spans = [
      span(isChosen ? ` ${glyphs.cursor} ` : '   ', 'key'),
      span(command.title, reason === undefined ? 'text' : 'dim'),
      span(word === '' ? '' : `  ${word}`, 'dim'),
      span(reason === undefined ? '' : `  (${reason})`, 'warn'),
      span(`  ${keys}`, 'key'),
    ];
    const drawn = fitTo({ spans }, width, glyphs.ellipsis);
    return isChosen ? { ...drawn, over: 'selection' } : drawn;
  });
  if (choices.length === 0) rows.push(line(span('   no command fits', 'dim')));
  const blank = Array.from({ length: Math.max(0, shown - rows.length) }, () => line());
  const prompt = line(
    span(' :', 'prompt'),
    span(text.slice(0, cursor)),
    span(glyphs.textCursor, 'key'),
    span(text.slice(cursor)),
  );
  return [fitTo(prompt, width, glyphs.ellipsis), ...rows, ...blank];
}

/** What failed, why, and what to do. */
export function dialogLines(state: State, width: number, glyphs: Glyphs): readonly Line[] {
  if (state.mode.kind !== 'dialog') return [];
  const { title, trouble } = state.mode;
  const part = (label: string, text: string | undefined, token: 'text' | 'bad' | 'good') =>
    text === undefined || text === ''
      ? []
      : wrap(text, width - 12).map((one, index) =>
          line(span(`  ${padEnd(index === 0 ? label : '', 7)} `, 'dim'), span(one, token)),
        );
  return [
    line(),
    line(span(`  ${glyphs.failed} ${title}`, 'bad')),
    line(),
    ...part('what', trouble.message, 'text'),
    ...part('why', trouble.why, 'text'),
    ...part('do', trouble.hint, 'good'),
  ].map((one) => fitTo(one, width, glyphs.ellipsis));
}
