// SPDX-License-Identifier: MIT OR Apache-2.0

import type { OptionSpec } from './command.js';

/** Options every command takes, before or after its name. */
export const GLOBAL_OPTIONS = {
  json: { summary: 'write one JSON document to stdout instead of text' },
  color: { summary: 'colour even when stdout is no terminal' },
  noColor: { summary: 'no colour (as does a non-empty NO_COLOR)' },
  quiet: { short: 'q', summary: 'say nothing on stderr but errors' },
  verbose: { short: 'v', summary: 'say more on stderr' },
  directory: { short: 'C', value: 'DIR', summary: 'work as if started in DIR', complete: 'directory' },
  noPager: { summary: 'never start a pager' },
  help: { short: 'h', summary: 'show this help' },
} as const satisfies Record<string, OptionSpec>;

/** Long flag of an option key: `noCache` is `--no-cache`. */
export function longFlag(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** How an option is written in help: `-m, --module M`. */
export function optionUsage(key: string, spec: OptionSpec): string {
  const short = spec.short === undefined ? '    ' : `-${spec.short}, `;
  return short + longFlag(key) + (spec.value === undefined ? '' : ` ${spec.value}`);
}
