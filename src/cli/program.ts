// SPDX-License-Identifier: MIT OR Apache-2.0

/** Wires the command table to commander: all parsing, and nothing but parsing, is here. */

import { Argument, CommanderError, Option, Command as Parser } from 'commander';
import { messageOf, UsageError } from '../base/errors.js';
import type { AnyInput, Command, OptionSpec, OptionSpecs } from './command.js';
import { GLOBAL_OPTIONS, longFlag } from './global-options.js';
import type { ColorChoice } from './output/color.js';

export type GlobalValues = {
  readonly json: boolean;
  readonly color: ColorChoice;
  readonly quiet: boolean;
  readonly verbose: number;
  readonly directory: string | undefined;
  readonly pager: boolean;
};

/** What a command line asks for. */
export type Request =
  | { readonly kind: 'run'; readonly command: Command; readonly input: AnyInput; readonly globals: GlobalValues }
  | { readonly kind: 'help'; readonly command: Command | undefined; readonly globals: GlobalValues }
  | { readonly kind: 'version' }
  | { readonly kind: 'nothing' };

/** Reads a command line; throws a UsageError that names the mistake and the way out. */
export function parseCommandLine(argv: readonly string[], commands: readonly Command[]): Request {
  let request: Request = { kind: 'nothing' };
  const program = silent(new Parser('bento-rr'));
  // Options after a command's name are the command's, so that `record -- CMD` can leave CMD's own alone.
  program.enablePositionalOptions().helpCommand(false).helpOption(false);
  program.option('-V, --version');
  addOptions(program, GLOBAL_OPTIONS);
  program.argument('[command]').action((name: string | undefined) => {
    const globals = globalValues(program, program);
    if (program.getOptionValue('version') === true) request = { kind: 'version' };
    else if (program.getOptionValue('help') === true) request = { kind: 'help', command: undefined, globals };
    else if (name !== undefined) throw unknownCommand(name, commands);
  });
  const help = silent(program.command('help').argument('[command]').helpOption(false));
  addOptions(help, GLOBAL_OPTIONS);
  help.action((name: string | undefined) => {
    const command = commands.find((one) => one.name === name);
    if (name !== undefined && name !== 'help' && command === undefined) throw unknownCommand(name, commands);
    request = { kind: 'help', command, globals: globalValues(program, help) };
  });
  for (const command of commands) {
    const parser = addCommand(program, command);
    parser.action(() => {
      const globals = globalValues(program, parser);
      request = { kind: 'run', command, input: readInput(parser, command), globals };
    });
  }
  const asked = helpAskedFor(argv, commands);
  if (asked !== undefined) return { kind: 'help', command: asked, globals: DEFAULT_GLOBALS };
  try {
    program.parse([...normaliseColor(argv)], { from: 'user' });
  } catch (error) {
    throw error instanceof CommanderError ? usageError(error, commands, argv) : error;
  }
  return request;
}

const DEFAULT_GLOBALS: GlobalValues = {
  json: false,
  color: 'auto',
  quiet: false,
  verbose: 0,
  directory: undefined,
  pager: true,
};

/** `NAME --help` must work though required arguments are missing, so it is found before parsing. */
function helpAskedFor(argv: readonly string[], commands: readonly Command[]): Command | undefined {
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const command = commands.find((one) => one.name === own.find((word) => !word.startsWith('-')));
  if (command === undefined) return undefined;
  const rest = own.slice(own.indexOf(command.name) + 1);
  // A program to run may have a --help of its own: ours is then only what stands before it.
  const stop = command.passThrough ? rest.findIndex((word) => !word.startsWith('-')) : -1;
  const ours = stop === -1 ? rest : rest.slice(0, stop);
  return ours.includes('--help') || ours.includes('-h') ? command : undefined;
}

/** GNU's `--color=WHEN` as well as our switches. */
function normaliseColor(argv: readonly string[]): readonly string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  return argv.flatMap((word, index) => {
    if (index >= end) return [word];
    if (word === '--color=always') return ['--color'];
    if (word === '--color=never') return ['--no-color'];
    return word === '--color=auto' ? [] : [word];
  });
}

function silent(parser: Parser): Parser {
  return parser.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {}, outputError: () => {} });
}

function addCommand(program: Parser, command: Command): Parser {
  const parser = silent(program.command(command.name)).helpOption(false);
  for (const [name, spec] of Object.entries(command.args ?? {})) {
    const inner = spec.variadic ? `${name}...` : name;
    const argument = new Argument(spec.optional ? `[${inner}]` : `<${inner}>`, spec.summary);
    parser.addArgument(spec.choices === undefined ? argument : argument.choices(spec.choices));
  }
  addOptions(parser, command.options ?? {});
  addOptions(parser, GLOBAL_OPTIONS);
  if (command.passThrough) parser.passThroughOptions();
  return parser;
}

function addOptions(parser: Parser, specs: OptionSpecs): void {
  for (const [key, spec] of Object.entries(specs)) parser.addOption(makeOption(key, spec));
}

function makeOption(key: string, spec: OptionSpec): Option {
  const flags = [
    ...(spec.short === undefined ? [] : [`-${spec.short}`]),
    longFlag(key) + (spec.value === undefined ? '' : ` <${spec.value}>`),
  ].join(', ');
  const option = new Option(flags, spec.summary);
  if (spec.choices !== undefined) option.choices(spec.choices);
  if (spec.default !== undefined) option.default(spec.default);
  if (key === 'verbose')
    option
      .argParser((_: unknown, count: number) => count + 1)
      .default(0)
      .preset(true);
  if (spec.repeat) {
    const allowed = spec.choices;
    option.argParser((text: string, sofar: readonly string[] | undefined) => {
      if (allowed !== undefined && !allowed.includes(text)) {
        throw new UsageError(`${longFlag(key)} does not know "${text}"`, { hint: `one of ${allowed.join(', ')}` });
      }
      return [...(sofar ?? []), text];
    });
  }
  return option;
}

function readInput(parser: Parser, command: Command): AnyInput {
  const names = Object.keys(command.args ?? {});
  const args = Object.fromEntries(names.map((name, index) => [name, parser.processedArgs[index]]));
  for (const [name, spec] of Object.entries(command.args ?? {})) if (spec.variadic) args[name] ??= [];
  const options: Record<string, unknown> = {};
  for (const [key, spec] of Object.entries(command.options ?? {})) options[key] = readOption(parser, key, spec);
  return { args, options } as AnyInput;
}

function readOption(parser: Parser, key: string, spec: OptionSpec): unknown {
  if (spec.value === undefined) return readSwitch(parser, key);
  const raw: unknown = parser.getOptionValue(key);
  const parse = (text: string) => {
    try {
      return spec.parse === undefined ? text : spec.parse(text);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw new UsageError(`${longFlag(key)} ${spec.value} cannot be "${text}"`, { why: messageOf(error) });
    }
  };
  if (spec.repeat) return (Array.isArray(raw) ? raw : []).map(parse);
  return typeof raw === 'string' ? parse(raw) : undefined;
}

/** commander keeps `--no-cache` as `cache: false`. */
function readSwitch(parser: Parser, key: string): boolean {
  const negated = /^no([A-Z])(.*)$/.exec(key);
  if (negated === null) return parser.getOptionValue(key) === true;
  return parser.getOptionValue(`${negated[1]?.toLowerCase()}${negated[2]}`) === false;
}

/** Global options count before and after the command's name; the later place wins. */
function globalValues(program: Parser, command: Parser): GlobalValues {
  const given = (name: string): unknown => {
    const source = command.getOptionValueSource(name) === 'cli' ? command : program;
    return source.getOptionValueSource(name) === 'cli' ? source.getOptionValue(name) : undefined;
  };
  const count = (parser: Parser) => Number(parser.getOptionValue('verbose') ?? 0);
  const color = given('color');
  const directory = given('directory');
  return {
    json: given('json') === true,
    color: color === undefined ? 'auto' : color === true ? 'always' : 'never',
    quiet: given('quiet') === true,
    verbose: command === program ? count(program) : count(program) + count(command),
    directory: typeof directory === 'string' ? directory : undefined,
    pager: given('pager') !== false,
  };
}

function unknownCommand(name: string, commands: readonly Command[]): UsageError {
  const near = nearest(
    name,
    commands.map((command) => command.name),
  );
  return new UsageError(`there is no command "${name}"`, {
    code: 'E_USAGE_COMMAND',
    hint: near === undefined ? 'bento-rr help lists the commands' : `did you mean "${near}"?`,
  });
}

/** The one word within two edits (one for short words), or undefined. */
function nearest(word: string, known: readonly string[]): string | undefined {
  const limit = word.length <= 3 ? 1 : 2;
  const ranked = known
    .map((name) => ({ name, distance: name.startsWith(word) && word.length > 1 ? 1 : editDistance(word, name) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= limit ? best.name : undefined;
}

/** Edits to make one word the other, a swap of neighbours counting once (most typing mistakes are swaps). */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= a.length; row += 1) {
    rows.push([row]);
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      let best = Math.min(at(row - 1, column) + 1, at(row, column - 1) + 1, at(row - 1, column - 1) + same);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) best = Math.min(best, at(row - 2, column - 2) + 1);
      rows[row]?.push(best);
    }
  }
  return at(a.length, b.length);
}

function usageError(error: CommanderError, commands: readonly Command[], argv: readonly string[]): UsageError {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = /^\(Did you mean (.*)\?\)$/.exec(rest.join(' ').trim())?.[1];
  const command = commands.find((one) => argv.includes(one.name));
  const help =
    command === undefined ? 'bento-rr help lists the commands' : `bento-rr help ${command.name} shows its usage`;
  return new UsageError(first, { hint: suggestion === undefined ? help : `did you mean ${suggestion}?` });
}
