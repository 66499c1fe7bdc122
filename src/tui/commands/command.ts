// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * What a key can do. Commands are data: key handling, the footer, the help, the palette and docs/keys.md all come from
 * the one table, so none of them can be wrong about another.
 */

import type { Action } from '../store/actions.js';
import type { PaneId } from '../store/panes.js';
import type { PromptKind, State } from '../store/state.js';

/** Where a command's keys count. `browse` is everywhere but in a prompt or an overlay; a pane's own come first. */
export type CommandContext = 'browse' | PaneId | 'prompt' | 'palette' | 'help' | 'dialog';

/** Headings of the help, in the order they are shown. */
export const COMMAND_GROUPS = {
  replay: 'Time travel',
  find: 'Filter, search and marks',
  move: 'Move',
  tree: 'Tree',
  view: 'View',
  app: 'Program',
  prompt: 'In a prompt or an overlay',
} as const;
export type CommandGroup = keyof typeof COMMAND_GROUPS;

/** What a command may do besides changing the state: the effects, done by the controller. */
export type Effects = {
  /** Replays to just after an op, or to the end; with `stop`, no further than the next difference. */
  readonly runTo: (target: bigint | 'end', stop: boolean) => void;
  /** One op forward or back; while a step is on its way, one more. */
  readonly step: (by: 1 | -1) => void;
  /** Ends what takes long: a scan, a replay. */
  readonly cancel: () => void;
  /** Tries again to find the host and the module. */
  readonly openReplay: () => void;
  readonly search: (direction: 1 | -1) => void;
  /** Reads the open prompt's text and does what it is for. */
  readonly submitPrompt: () => void;
  readonly editPrompt: (text: string, cursor: number) => void;
  readonly openPrompt: (kind: PromptKind) => void;
  readonly goTo: (text: string) => void;
  readonly setFilter: (text: string) => void;
  readonly setSearch: (text: string) => void;
  readonly moveChoice: (by: 1 | -1) => void;
  readonly runPaletteChoice: () => void;
  readonly previewFile: () => void;
  readonly copySelection: () => void;
  readonly suspend: () => void;
  readonly redraw: () => void;
  readonly quit: () => void;
};

export type CommandCall = {
  readonly state: State;
  readonly dispatch: (action: Action) => void;
  readonly effects: Effects;
  /** What the palette was given after the command's name. */
  readonly argument: string | undefined;
};

export type Command = {
  /** Stable: `ops.down`. */
  readonly id: string;
  /** What it does, for help and palette; begins with a verb. */
  readonly title: string;
  readonly group: CommandGroup;
  readonly context: CommandContext;
  /** Names of keys as in input/keys.ts; may be empty when the palette is enough. */
  readonly keys: readonly string[];
  /** A word or two for the footer; without it the footer leaves the command out. */
  readonly hint?: string;
  /** Whether it has a meaning now; when not, its keys do nothing and it is not offered. */
  readonly when?: (state: State) => boolean;
  /** Why it cannot be done now, though it has a meaning; shown when it is asked for. */
  readonly disabledReason?: (state: State) => string | undefined;
  /** What the palette may give it: `:goto 123`. */
  readonly takes?: { readonly word: string; readonly name: string };
  readonly run: (call: CommandCall) => void;
};

/** Whether it can be done now. */
export function isEnabled(command: Command, state: State): boolean {
  return command.when?.(state) !== false && command.disabledReason?.(state) === undefined;
}
