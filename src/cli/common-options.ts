// SPDX-License-Identifier: MIT OR Apache-2.0

/** Arguments and options that several commands take, so that they are called and described alike. */

import { UsageError } from '../base/errors.js';
import type { ArgSpec, OptionSpec } from './command.js';
import { parseSpan } from './parsers.js';

export const TRACE_ARG = {
  summary: 'a .btr file; the latest recording when left out',
  optional: true,
  complete: 'file',
} as const satisfies ArgSpec;

export const RULES_OPTION = {
  value: 'FILE',
  summary: 'differences declared benign (docs/benign-rules.md)',
  complete: 'file',
} as const satisfies OptionSpec;

export const GAPS_OPTION = {
  summary: 'go on across gaps, damaged chunks, a lost tail, and where another build took over',
} as const satisfies OptionSpec;

export const DEADLINE_OPTION = {
  value: 'SPAN',
  summary: 'longest that one op may run (10s)',
  parse: parseDeadline,
} as const satisfies OptionSpec;

export const REPO_OPTION = {
  value: 'DIR',
  summary: 'repository of the revisions (this checkout)',
  complete: 'directory',
} as const satisfies OptionSpec;

/** A span in whole milliseconds, at least one. */
function parseDeadline(text: string): number {
  const milliseconds = (parseSpan(text) + 999_999n) / 1_000_000n;
  if (milliseconds === 0n || milliseconds > 3_600_000n) {
    throw new UsageError(`"${text}" is no deadline`, { hint: 'from 1ms to 1h' });
  }
  return Number(milliseconds);
}
