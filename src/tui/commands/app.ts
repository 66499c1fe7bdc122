// SPDX-License-Identifier: MIT OR Apache-2.0

import { isBusy } from '../store/selectors.js';
import type { State } from '../store/state.js';
import type { Command } from './command.js';

/** What Esc does first when several things could be left. */
function backTo(state: State): 'cancel' | 'banner' | 'toast' | 'zoom' | 'ops' | undefined {
  if (isBusy(state)) return 'cancel';
  if (state.run.banner !== undefined) return 'banner';
  if (state.toast !== undefined) return 'toast';
  if (state.zoomed) return 'zoom';
  return state.focus === 'ops' ? undefined : 'ops';
}

export const appCommands: readonly Command[] = [
  {
    id: 'view.zoom',
    title: 'Show the pane alone, or all of them',
    group: 'view',
    context: 'browse',
    keys: ['z'],
    run: ({ dispatch }) => dispatch({ type: 'ui/zoom' }),
  },
  {
    id: 'view.time',
    title: 'Show times since the start, or of day',
    group: 'view',
    context: 'browse',
    keys: ['t'],
    run: ({ dispatch }) => dispatch({ type: 'ui/time' }),
  },
  {
    id: 'view.copy',
    title: 'Copy what is selected (through the terminal, OSC 52)',
    group: 'view',
    context: 'browse',
    keys: ['y'],
    disabledReason: (state) => (state.focus !== 'tree' && state.ops.selected < 0 ? 'no op is selected' : undefined),
    run: ({ effects }) => effects.copySelection(),
  },
  {
    id: 'view.redraw',
    title: 'Draw the screen anew',
    group: 'view',
    context: 'browse',
    keys: ['ctrl-l'],
    run: ({ effects }) => effects.redraw(),
  },
  {
    id: 'app.back',
    title: 'Stop what is running, dismiss a message, or go back',
    group: 'app',
    context: 'browse',
    keys: ['esc'],
    when: (state) => backTo(state) !== undefined,
    run: ({ state, dispatch, effects }) => {
      switch (backTo(state)) {
        case 'cancel':
          return effects.cancel();
        case 'banner':
          return dispatch({ type: 'run/acknowledge' });
        case 'toast':
          return dispatch({ type: 'ui/toast', toast: undefined });
        case 'zoom':
          return dispatch({ type: 'ui/zoom' });
        case 'ops':
          return dispatch({ type: 'ui/focus', pane: 'ops' });
        default:
          return undefined;
      }
    },
  },
  {
    id: 'app.palette',
    title: 'Choose a command by name',
    group: 'app',
    context: 'browse',
    keys: [':'],
    hint: 'command',
    run: ({ dispatch }) => dispatch({ type: 'ui/mode', mode: { kind: 'palette', text: '', cursor: 0, selected: 0 } }),
  },
  {
    id: 'app.help',
    title: 'Show all keys',
    group: 'app',
    context: 'browse',
    keys: ['?', 'f1'],
    hint: 'help',
    run: ({ dispatch }) => dispatch({ type: 'ui/mode', mode: { kind: 'help', top: 0 } }),
  },
  {
    id: 'app.suspend',
    title: 'Suspend (fg in the shell comes back)',
    group: 'app',
    context: 'browse',
    keys: ['ctrl-z'],
    run: ({ effects }) => effects.suspend(),
  },
  {
    id: 'app.quit',
    title: 'Quit',
    group: 'app',
    context: 'browse',
    keys: ['q', 'Q', 'ctrl-c'],
    hint: 'quit',
    run: ({ effects }) => effects.quit(),
  },
];
