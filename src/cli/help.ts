// SPDX-License-Identifier: MIT OR Apache-2.0

import { EXIT } from '../base/exit-codes.js';
import type { Style } from '../base/style.js';
import { tableLines } from '../base/table.js';
import { type ArgSpec, COMMAND_GROUPS, type Command, type OptionSpec, type OptionSpecs } from './command.js';
import { GLOBAL_OPTIONS, optionUsage } from './global-options.js';

const EXIT_CODES: readonly (readonly [number, string])[] = [
  [EXIT.ok, 'same, passed or done'],
  [EXIT.diverged, 'diverged, or the gate refused'],
  [EXIT.usage, 'wrong command line'],
  [EXIT.trace, 'trace unreadable'],
  [EXIT.environment, 'something missing on this machine (see bento-rr doctor)'],
  [EXIT.crashed, 'host or module crashed'],
  [EXIT.skip, 'skip: this version cannot be judged'],
];

/** The page of `bento-rr help`. */
export function programHelp(commands: readonly Command[], version: string, style: Style): string {
  const groups = Object.entries(COMMAND_GROUPS).flatMap(([group, title]) => {
    const rows = commands.filter((one) => one.group === group).map((one) => [one.name, one.summary]);
    return rows.length === 0 ? [] : [section(title, rows, style)];
  });
  const examples = commands.flatMap((one) => one.examples.slice(0, 1)).slice(0, 6);
  return page([
    `${style.bold('bento-rr')} ${version}: record, replay, diff, bisect, gate and upgrade Bento file systems`,
    `${style.bold('Usage:')} bento-rr COMMAND [OPTIONS] [ARGS]`,
    section(
      'Examples',
      examples.map((one) => [one.run, one.what]),
      style,
    ),
    ...groups,
    optionSection('Options of every command', GLOBAL_OPTIONS, style),
    section(
      'Exit codes',
      EXIT_CODES.map(([code, meaning]) => [String(code), meaning]),
      style,
    ),
    'bento-rr help COMMAND tells more. Without TRACE, a command takes the latest recording.',
  ]);
}

/** The page of `bento-rr help NAME`. */
export function commandHelp(command: Command, style: Style): string {
  const args = Object.entries(command.args ?? {});
  const codes = Object.entries(command.exitCodes ?? {});
  return page([
    `${style.bold(`bento-rr ${command.name}`)}: ${command.summary}`,
    `${style.bold('Usage:')} bento-rr ${commandUsage(command)}`,
    section(
      'Examples',
      command.examples.map((one) => [one.run, one.what]),
      style,
    ),
    command.description ?? '',
    section(
      'Arguments',
      args.map(([name, spec]) => [name.toUpperCase(), argText(spec)]),
      style,
    ),
    optionSection('Options', command.options ?? {}, style),
    section('Exit codes', codes, style),
    optionSection('Options of every command', GLOBAL_OPTIONS, style),
  ]);
}

/** `replay [OPTIONS] [TRACE]`. */
export function commandUsage(command: Command): string {
  const words = Object.entries(command.args ?? {}).map(([name, spec]) => {
    const word = spec.variadic ? `${name.toUpperCase()}...` : name.toUpperCase();
    return spec.optional ? `[${word}]` : word;
  });
  return [
    command.name,
    ...(Object.keys(command.options ?? {}).length > 0 ? ['[OPTIONS]'] : []),
    ...(command.passThrough ? ['--'] : []),
    ...words,
  ].join(' ');
}

function argText(spec: ArgSpec): string {
  return spec.choices === undefined ? spec.summary : `${spec.summary} (${spec.choices.join(', ')})`;
}

function optionText(spec: OptionSpec): string {
  const notes = [
    ...(spec.choices === undefined ? [] : [`one of ${spec.choices.join(', ')}`]),
    ...(spec.default === undefined ? [] : [`default ${spec.default}`]),
    ...(spec.repeat ? ['may be repeated'] : []),
  ];
  return notes.length === 0 ? spec.summary : `${spec.summary} (${notes.join('; ')})`;
}

function optionSection(title: string, specs: OptionSpecs, style: Style): string {
  return section(
    title,
    Object.entries(specs).map(([key, spec]) => [optionUsage(key, spec), optionText(spec)]),
    style,
  );
}

function section(title: string, rows: readonly (readonly string[])[], style: Style): string {
  if (rows.length === 0) return '';
  const lines = tableLines([{ title: '' }, { title: '' }], rows);
  return [style.bold(`${title}:`), ...lines.map((line) => `  ${line}`)].join('\n');
}

function page(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
