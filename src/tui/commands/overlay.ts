// SPDX-License-Identifier: MIT OR Apache-2.0

/** Keys inside a prompt, the palette, the help and a dialog. Keys that make text and are not here go into the text. */

import type { Command, CommandCall } from './command.js';

type Edit = {
  readonly name: string;
  readonly title: string;
  readonly keys: readonly string[];
  readonly edit: (text: string, cursor: number) => readonly [string, number];
};

/** Editing of a line, the same in prompt and palette. */
const EDITS: readonly Edit[] = [
  {
    name: 'erase',
    title: 'Erase the character before the cursor',
    keys: ['backspace', 'ctrl-h'],
    edit: (text, at) => (at === 0 ? [text, at] : [text.slice(0, at - 1) + text.slice(at), at - 1]),
  },
  {
    name: 'delete',
    title: 'Erase the character at the cursor',
    keys: ['delete'],
    edit: (text, at) => [text.slice(0, at) + text.slice(at + 1), at],
  },
  {
    name: 'erase-word',
    title: 'Erase the word before the cursor',
    keys: ['ctrl-w', 'alt-backspace'],
    edit: (text, at) => {
      const kept = text.slice(0, at).replace(/\S+\s*$/, '');
      return [kept + text.slice(at), kept.length];
    },
  },
  {
    name: 'erase-line',
    title: 'Erase all before the cursor',
    keys: ['ctrl-u'],
    edit: (text, at) => [text.slice(at), 0],
  },
  { name: 'left', title: 'One character left', keys: ['left'], edit: (text, at) => [text, Math.max(0, at - 1)] },
  {
    name: 'right',
    title: 'One character right',
    keys: ['right'],
    edit: (text, at) => [text, Math.min(text.length, at + 1)],
  },
  { name: 'start', title: 'To the begin of the line', keys: ['home', 'ctrl-a'], edit: (text) => [text, 0] },
  { name: 'end', title: 'To the end of the line', keys: ['end', 'ctrl-e'], edit: (text) => [text, text.length] },
];

function close({ dispatch }: CommandCall): void {
  dispatch({ type: 'ui/mode', mode: { kind: 'browse' } });
}

const editing: readonly Command[] = (['prompt', 'palette'] as const).flatMap((context) =>
  EDITS.map(
    ({ name, title, keys, edit }): Command => ({
      id: `${context}.${name}`,
      title,
      group: 'prompt',
      context,
      keys,
      run: ({ state, effects }) => {
        const { mode } = state;
        if (mode.kind === 'prompt') effects.editPrompt(...edit(mode.prompt.text, mode.prompt.cursor));
        else if (mode.kind === 'palette') effects.editPrompt(...edit(mode.text, mode.cursor));
      },
    }),
  ),
);

const closing: readonly Command[] = (['prompt', 'palette', 'help', 'dialog'] as const).map(
  (context): Command => ({
    id: `${context}.close`,
    title: `Leave the ${context}`,
    group: 'prompt',
    context,
    keys:
      context === 'help'
        ? ['esc', 'q', '?', 'ctrl-c', 'enter']
        : context === 'dialog'
          ? ['esc', 'q', 'enter', 'ctrl-c']
          : ['esc', 'ctrl-c'],
    hint: 'close',
    run: close,
  }),
);

function scroll({ state, dispatch }: CommandCall, by: number): void {
  if (state.mode.kind !== 'help') return;
  dispatch({ type: 'ui/mode', mode: { kind: 'help', top: Math.max(0, state.mode.top + by) } });
}

export const overlayCommands: readonly Command[] = [
  {
    id: 'prompt.accept',
    title: 'Take the text',
    group: 'prompt',
    context: 'prompt',
    keys: ['enter'],
    hint: 'accept',
    disabledReason: ({ mode }) => (mode.kind === 'prompt' ? mode.prompt.mistake : undefined),
    run: ({ effects }) => effects.submitPrompt(),
  },
  {
    id: 'palette.accept',
    title: 'Do the chosen command',
    group: 'prompt',
    context: 'palette',
    keys: ['enter'],
    hint: 'do it',
    run: ({ effects }) => effects.runPaletteChoice(),
  },
  {
    id: 'palette.down',
    title: 'Choose the next command',
    group: 'prompt',
    context: 'palette',
    keys: ['down', 'tab', 'ctrl-n'],
    run: ({ effects }) => effects.moveChoice(1),
  },
  {
    id: 'palette.up',
    title: 'Choose the previous command',
    group: 'prompt',
    context: 'palette',
    keys: ['up', 'shift-tab', 'ctrl-p'],
    run: ({ effects }) => effects.moveChoice(-1),
  },
  {
    id: 'help.down',
    title: 'Scroll the help down',
    group: 'prompt',
    context: 'help',
    keys: ['j', 'down'],
    hint: 'scroll',
    run: (call) => scroll(call, 1),
  },
  {
    id: 'help.up',
    title: 'Scroll the help up',
    group: 'prompt',
    context: 'help',
    keys: ['k', 'up'],
    run: (call) => scroll(call, -1),
  },
  {
    id: 'help.page-down',
    title: 'Scroll the help a page down',
    group: 'prompt',
    context: 'help',
    keys: ['pagedown', 'space', 'ctrl-d'],
    run: (call) => scroll(call, 15),
  },
  {
    id: 'help.page-up',
    title: 'Scroll the help a page up',
    group: 'prompt',
    context: 'help',
    keys: ['pageup', 'ctrl-u'],
    run: (call) => scroll(call, -15),
  },
  ...editing,
  ...closing,
];
