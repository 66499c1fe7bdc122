// SPDX-License-Identifier: MIT OR Apache-2.0

import { keyLabel } from '../lines/frame-lines.js';
import { COMMAND_GROUPS, type Command, type CommandContext, type CommandGroup } from './command.js';
import { COMMANDS } from './table.js';

const CONTEXTS: Readonly<Record<CommandContext, string>> = {
  browse: 'anywhere',
  ops: 'Ops',
  detail: 'Detail',
  tree: 'Tree',
  prompt: 'a prompt',
  palette: 'the palette',
  help: 'the help',
  dialog: 'a dialog',
};

/** docs/keys.md, from the command table. */
export function keysPage(): string {
  const groups = Object.keys(COMMAND_GROUPS) as readonly CommandGroup[];
  const sections = groups.map((group) => {
    const rows = COMMANDS.filter((command) => command.group === group).map(rowOf);
    return [
      `## ${COMMAND_GROUPS[group]}`,
      '',
      '| keys | where | what | name |',
      '| --- | --- | --- | --- |',
      ...rows,
      '',
    ];
  });
  return [
    '<!-- Generated from src/tui/commands by `npm run generate`; do not edit. -->',
    '# Keys of `bento-rr tui`',
    '',
    'Small letters go forward in time, capitals back. `?` shows this on the screen, `:` finds a command by its words, and the',
    'last line of the screen names the keys that work at the moment. A key that cannot do its work says why.',
    '',
    ...sections.flat(),
  ].join('\n');
}

function rowOf({ keys, context, title, takes, id }: Command): string {
  const word = takes === undefined ? [] : [`:${takes.word} ${takes.name}`];
  const all = [...keys.map(keyLabel), ...word].map((key) => `\`${key.replaceAll('|', '\\|')}\``).join(' ');
  return `| ${all} | ${CONTEXTS[context]} | ${title} | ${id} |`;
}
