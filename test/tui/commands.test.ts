// SPDX-License-Identifier: MIT OR Apache-2.0

import { expect, it } from 'vitest';
import { COMMAND_GROUPS, isEnabled } from '../../src/tui/commands/command.js';
import { commandMatches } from '../../src/tui/commands/palette.js';
import { COMMANDS, commandForKey } from '../../src/tui/commands/table.js';
import { hintLine, keyLabel } from '../../src/tui/lines/frame-lines.js';
import { textOf } from '../../src/tui/lines/line.js';
import { helpLines } from '../../src/tui/lines/overlay-lines.js';
import { PANES } from '../../src/tui/store/panes.js';
import type { Mode, State } from '../../src/tui/store/state.js';
import { chooseGlyphs } from '../../src/tui/theme/glyphs.js';
import { someState } from './states.js';

const GLYPHS = chooseGlyphs(true);

it('each command has a name of its own', () => {
  expect(new Set(COMMANDS.map(({ id }) => id)).size).toBe(COMMANDS.length);
});

it('no key means two things at one place', () => {
  const panes = PANES.map(({ id }) => id as string);
  const places = ['browse', ...panes, 'prompt', 'palette', 'help', 'dialog'];
  for (const place of places) {
    // The keys of a pane count together with those that count everywhere.
    const together = COMMANDS.filter(
      ({ context }) => context === place || (panes.includes(place) && context === 'browse'),
    );
    const keys = together.flatMap((command) => command.keys);
    const twice = keys.filter((key, index) => keys.indexOf(key) !== index);
    expect(twice, `in ${place}`).toEqual([]);
  }
});

it('no key in a prompt is a letter: letters are text there', () => {
  const inText = COMMANDS.filter(({ context }) => context === 'prompt' || context === 'palette');
  expect(inText.flatMap(({ keys }) => keys).filter((key) => key.length === 1)).toEqual([]);
});

it('every command can be reached by each of its keys', () => {
  const modes: Readonly<Record<string, Mode>> = {
    prompt: { kind: 'prompt', prompt: { kind: 'filter', text: '', cursor: 0, mistake: undefined } },
    palette: { kind: 'palette', text: '', cursor: 0, selected: 0 },
    help: { kind: 'help', top: 0 },
    dialog: { kind: 'dialog', title: '', trouble: { message: '' } },
  };
  const base = someState();
  for (const command of COMMANDS) {
    const mode = modes[command.context] ?? { kind: 'browse' };
    const pane = PANES.find(({ id }) => id === command.context)?.id ?? 'ops';
    // A state in which the command has a meaning.
    const states: readonly State[] = [
      { ...base, mode, focus: pane },
      { ...base, mode, focus: pane, zoomed: true },
    ];
    const state = states.find((one) => command.when?.(one) !== false);
    expect(state, `${command.id} has a meaning somewhere`).toBeDefined();
    for (const key of command.keys) expect(commandForKey(state as State, key)?.id, key).toBe(command.id);
  }
});

it('every command without keys can be given to the palette', () => {
  const offered = new Set(commandMatches(someState(), '').map(({ command }) => command.id));
  const unreachable = COMMANDS.filter(({ keys, id }) => keys.length === 0 && !offered.has(id));
  expect(unreachable).toEqual([]);
});

it('the help lists every command with every key', () => {
  const help = helpLines(200, GLYPHS).map(textOf);
  for (const command of COMMANDS) {
    const found = help.some(
      (text) => text.includes(command.title) && command.keys.every((key) => text.includes(keyLabel(key))),
    );
    expect(found, command.id).toBe(true);
  }
  for (const title of Object.values(COMMAND_GROUPS)) expect(help.some((text) => text.includes(title))).toBe(true);
});

it('the footer names only what works now', () => {
  const state = someState();
  const enabled = COMMANDS.filter((command) => command.hint !== undefined && isEnabled(command, state));
  const footer = textOf(hintLine(state, 200, GLYPHS));
  for (const command of COMMANDS.filter(({ hint }) => hint !== undefined)) {
    if (command.context !== 'browse' && command.context !== 'ops') continue;
    expect(footer.includes(` ${command.hint}`), command.id).toBe(enabled.includes(command));
  }
  // There is no replay in this state.
  expect(footer).not.toContain('step');
});

it('help and quit stay in the footer of the smallest screen', () => {
  const footer = textOf(hintLine(someState(), 60, GLYPHS));
  expect(footer).toContain('? help');
  expect(footer).toContain('q quit');
});

it('every reason for not doing something is a sentence, not a word', () => {
  const state = someState();
  const reasons = COMMANDS.flatMap((command) => command.disabledReason?.(state) ?? []);
  expect(reasons.length).toBeGreaterThan(5);
  for (const reason of reasons) expect(reason.split(' ').length, reason).toBeGreaterThanOrEqual(3);
});

it('the palette finds by name, by words in any order, by number and with an argument', () => {
  const state = someState();
  const first = (text: string) => commandMatches(state, text)[0];
  expect(first('redraw')?.command.id).toBe('view.redraw');
  expect(first('anew draw')?.command.id).toBe('view.redraw');
  expect(first('42')).toMatchObject({ command: { id: 'ops.goto' }, argument: '42' });
  expect(first('goto 7')).toMatchObject({ command: { id: 'ops.goto' }, argument: '7' });
  expect(first('filter op=READ')).toMatchObject({ command: { id: 'view.filter' }, argument: 'op=READ' });
  expect(commandMatches(state, 'xyzzy')).toEqual([]);
  expect(first('run.step')?.reason).toBeDefined();
});
