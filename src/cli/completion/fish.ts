// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Command } from '../command.js';
import { type CompletedOption, completedOptions, valueKind } from './words.js';

/** A fish completion file. */
export function fishCompletion(commands: readonly Command[]): string {
  const lines = [
    '# bento-rr completion for fish; made by: bento-rr completion fish',
    'complete -c bento-rr -n __fish_use_subcommand -f',
    'complete -c bento-rr -n __fish_use_subcommand -l version -d "show the version"',
    'complete -c bento-rr -n __fish_use_subcommand -a help -d "show help for a command"',
  ];
  for (const command of commands) {
    lines.push(`complete -c bento-rr -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.summary)}`);
    const inside = `complete -c bento-rr -n '__fish_seen_subcommand_from ${command.name}'`;
    for (const option of completedOptions(command)) lines.push(`${inside} ${optionWords(option)}`);
    const first = Object.values(command.args ?? {})[0];
    if (first?.choices !== undefined) lines.push(`${inside} -f -a ${quoted(first.choices.join(' '))}`);
  }
  const names = commands.map((command) => command.name).join(' ');
  lines.push(`complete -c bento-rr -n '__fish_seen_subcommand_from help' -f -a ${quoted(names)}`);
  return `${lines.join('\n')}\n`;
}

function optionWords({ flags, spec }: CompletedOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const kind = valueKind(spec);
  const words = kind === 'words' ? `-x -a ${quoted(spec.choices?.join(' ') ?? '')}` : '';
  const path = kind === 'directory' ? "-x -a '(__fish_complete_directories)'" : '-r';
  const value = spec.value === undefined ? '' : words || path;
  return [...names, ...(value === '' ? [] : [value]), `-d ${quoted(spec.summary)}`].join(' ');
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"$]/g, '\\$&')}"`;
}
