// SPDX-License-Identifier: MIT OR Apache-2.0

import { resolve } from 'node:path';
import { UsageError } from '../../base/errors.js';
import type { Context } from '../context.js';

/** A repository the user named, from where the command runs. */
export function repoOf(ctx: Context, repo: string | undefined): string | undefined {
  return repo === undefined ? undefined : resolve(ctx.cwd, repo);
}

/** An option that has no default and must be there. */
export function required(value: string | undefined, name: string): string {
  if (value !== undefined && value !== '') return value;
  throw new UsageError(`--${name} is missing`, { hint: `--${name} M: a .so, a file-system name, or NAME@GITREV` });
}
