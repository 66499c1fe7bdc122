// SPDX-License-Identifier: MIT OR Apache-2.0

import type { ArgSpec, Command, OptionSpec } from '../command.js';
import { GLOBAL_OPTIONS, longFlag } from '../global-options.js';

/** One option as the shells need it. */
export type CompletedOption = {
  readonly flags: readonly string[];
  readonly spec: OptionSpec;
};

/** All options of a command, its own first. */
export function completedOptions(command: Command): readonly CompletedOption[] {
  return Object.entries({ ...command.options, ...GLOBAL_OPTIONS }).map(([key, spec]: [string, OptionSpec]) => ({
    flags: [...(spec.short === undefined ? [] : [`-${spec.short}`]), longFlag(key)],
    spec,
  }));
}

/** What may stand as a value: fixed words, a path, or anything. */
export function valueKind(spec: OptionSpec | ArgSpec): 'words' | 'file' | 'directory' {
  if (spec.choices !== undefined) return 'words';
  return spec.complete ?? 'file';
}

/** A text inside single quotes for a POSIX shell. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
