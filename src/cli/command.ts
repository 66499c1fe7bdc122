// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * What a command is. Commands are data: parsing, help, completion and the docs page all come from the same object.
 *
 * To add one: write `commands/NAME.ts` exporting `defineCommand({...})`, then name it in `command-table.ts`.
 * Import anything heavy (the host client, execa, protobufjs, the TUI) inside `run` with `await import()`: every
 * command's file is loaded at each start, its work is not.
 */

import type { ExitCode } from '../base/exit-codes.js';
import type { Context } from './context.js';

/** Headings of the help page, in the order they are shown. */
export const COMMAND_GROUPS = {
  main: 'Record and replay',
  inspect: 'Look into a trace',
  upgrade: 'Check and perform upgrades',
  setup: 'Build and set up',
} as const;
export type CommandGroup = keyof typeof COMMAND_GROUPS;

/** A positional argument. Its place is its place among the keys of `args`. */
export type ArgSpec = {
  readonly summary: string;
  /** May be left out; the value is then undefined. */
  readonly optional?: true;
  /** Takes all that follows; only the last argument may. */
  readonly variadic?: true;
  readonly choices?: readonly string[];
  /** What a shell offers when completing. */
  readonly complete?: 'file' | 'directory';
};

/** An option; the key in `options` is its long name (`noCache` is `--no-cache`). */
export type OptionSpec = {
  readonly summary: string;
  /** One letter. */
  readonly short?: string;
  /** Name of its value in the help; without it the option is a switch. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** Used when the option is absent. */
  readonly default?: string;
  /** May be given several times; the value is then a list, empty when absent. */
  readonly repeat?: true;
  /** Turns the text into what `run` wants; throw a UsageError with a reason when it cannot. */
  readonly parse?: (text: string) => unknown;
  readonly complete?: 'file' | 'directory';
};

export type Example = {
  readonly run: string;
  readonly what: string;
};

type Parsed<O extends OptionSpec> = O extends { readonly parse: (text: string) => infer T }
  ? T
  : O extends { readonly choices: readonly (infer C)[] }
    ? C
    : string;

/** The type `run` gets for one option. */
export type OptionValue<O extends OptionSpec> = O extends { readonly value: string }
  ? O extends { readonly repeat: true }
    ? readonly Parsed<O>[]
    : O extends { readonly default: string }
      ? Parsed<O>
      : Parsed<O> | undefined
  : boolean;

/** The type `run` gets for one argument. */
export type ArgValue<A extends ArgSpec> = A extends { readonly variadic: true }
  ? readonly string[]
  : A extends { readonly optional: true }
    ? string | undefined
    : string;

export type ArgSpecs = Readonly<Record<string, ArgSpec>>;
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What a command line comes down to. */
export type Input<A extends ArgSpecs, O extends OptionSpecs> = {
  readonly args: { readonly [K in keyof A]: ArgValue<A[K]> };
  readonly options: { readonly [K in keyof O]: OptionValue<O[K]> };
};

/** Of a command that takes none. */
export type NoSpecs = Readonly<Record<never, never>>;

/** An input whose command is not known to the type checker. */
export type AnyInput = Input<ArgSpecs, OptionSpecs>;

export type Command<A extends ArgSpecs = ArgSpecs, O extends OptionSpecs = OptionSpecs> = {
  readonly name: string;
  /** One line, no full stop, begins with a verb. */
  readonly summary: string;
  /** Paragraphs below the summary in `help NAME`. */
  readonly description?: string;
  readonly group: CommandGroup;
  readonly args?: A;
  readonly options?: O;
  /** Shown first in the help. The first one should be what most people want. */
  readonly examples: readonly Example[];
  /** Words after the first argument belong to a program to run: options among them are not ours. */
  readonly passThrough?: true;
  /** Exit codes worth naming in this command's help, besides the common table. */
  readonly exitCodes?: Readonly<Record<number, string>>;
  /** Does the work and gives the exit code; throws an AppError for a failure, which main turns into text or JSON. */
  readonly run: (ctx: Context, input: Input<A, O>) => Promise<ExitCode>;
};

/** Keeps the types of the arguments and options for `run` while the table sees plain commands. */
export function defineCommand<const A extends ArgSpecs = NoSpecs, const O extends OptionSpecs = NoSpecs>(
  command: Command<A, O>,
): Command {
  return command as unknown as Command;
}
