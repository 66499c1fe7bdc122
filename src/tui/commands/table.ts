// SPDX-License-Identifier: MIT OR Apache-2.0

import type { State } from '../store/state.js';
import { appCommands } from './app.js';
import type { Command, CommandContext } from './command.js';
import { findCommands } from './find.js';
import { moveCommands } from './move.js';
import { overlayCommands } from './overlay.js';
import { replayCommands } from './replay.js';
import { treeCommands } from './tree.js';

/** Every command. The order is that of the help; the footer takes its hints in the same order. */
export const COMMANDS: readonly Command[] = [
  ...replayCommands,
  ...treeCommands,
  ...findCommands,
  ...moveCommands,
  ...appCommands,
  ...overlayCommands,
];

/** Contexts whose keys count now, the nearest first. */
export function activeContexts(state: State): readonly CommandContext[] {
  switch (state.mode.kind) {
    case 'prompt':
    case 'palette':
    case 'help':
    case 'dialog':
      return [state.mode.kind];
    case 'chord':
      return [];
    case 'browse':
      return [state.focus, 'browse'];
  }
}

const byKey = new Map<string, Command>(
  COMMANDS.flatMap((command) => command.keys.map((key) => [`${command.context} ${key}`, command] as const)),
);

/** The command of a key as things stand. */
export function commandForKey(state: State, key: string): Command | undefined {
  for (const context of activeContexts(state)) {
    const command = byKey.get(`${context} ${key}`);
    if (command !== undefined && command.when?.(state) !== false) return command;
  }
  return undefined;
}
