// SPDX-License-Identifier: MIT OR Apache-2.0

/** The `:` palette: which commands a text means, and with what argument. */

import type { State } from '../store/state.js';
import type { Command } from './command.js';
import { COMMANDS } from './table.js';

export type Choice = {
  readonly command: Command;
  readonly argument: string | undefined;
  readonly reason: string | undefined;
};

const OFFERED = COMMANDS.filter((command) => command.group !== 'prompt');

/** The commands that fit a text, best first. A number alone is a place to go to. */
export function commandMatches(state: State, text: string): readonly Choice[] {
  const trimmed = text.trim();
  const given = OFFERED.find(({ takes }) => takes !== undefined && new RegExp(`^${takes.word}\\s+\\S`).test(trimmed));
  if (given?.takes !== undefined) return [choiceOf(state, given, trimmed.slice(given.takes.word.length).trim())];
  if (/^[0-9][0-9_,]*$/.test(trimmed)) {
    const goTo = OFFERED.find(({ takes }) => takes?.word === 'goto');
    if (goTo !== undefined) return [choiceOf(state, goTo, trimmed)];
  }
  return OFFERED.filter((one) => one.when?.(state) !== false)
    .map((command) => ({ command, rank: rankOf(command, trimmed.toLowerCase()) }))
    .filter(({ rank }) => rank < NO_MATCH)
    .sort((a, b) => a.rank - b.rank)
    .map(({ command }) => choiceOf(state, command, undefined));
}

function choiceOf(state: State, command: Command, argument: string | undefined): Choice {
  return { command, argument, reason: command.disabledReason?.(state) };
}

const NO_MATCH = 4;

function rankOf({ id, title, takes }: Command, text: string): number {
  if (text === '' || takes?.word === text) return 0;
  const words = title.toLowerCase();
  if (id.startsWith(text) || words.startsWith(text)) return 1;
  if (id.includes(text) || words.includes(text)) return 2;
  const parts = text.split(/\s+/);
  return parts.every((part) => words.includes(part)) ? 3 : NO_MATCH;
}
