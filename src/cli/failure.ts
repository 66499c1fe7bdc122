// SPDX-License-Identifier: MIT OR Apache-2.0

/** How a failure is told: text on stderr, and with --json a document on stdout. Never a raw stack trace. */

import { AppError, messageOf, systemCodeOf } from '../base/errors.js';
import { EXIT } from '../base/exit-codes.js';
import type { JsonValue } from '../base/json.js';
import type { Style } from '../base/style.js';

/** Any thrown value as an AppError; what is none is a machine's refusal (a system error) or our bug. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const code = systemCodeOf(thrown);
  const isSystem = code !== undefined && /^E[A-Z0-9]+$/.test(code) && thrown instanceof Error && 'syscall' in thrown;
  if (isSystem) {
    return new AppError(`E_ENV_${code.slice(1)}`, EXIT.environment, messageOf(thrown), {
      hint: SYSTEM_HINTS[code] ?? 'bento-rr doctor checks this machine',
    });
  }
  return new AppError('E_INTERNAL', EXIT.crashed, `bento-rr has a bug: ${messageOf(thrown)}`, {
    hint: 'BENTO_RR_DEBUG=1 shows where; please report it with the trace if you can',
  });
}

const SYSTEM_HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'free some space, or set TMPDIR or XDG_DATA_HOME to a larger disk',
  EDQUOT: 'free some of your quota, or set TMPDIR or XDG_DATA_HOME to another disk',
  EACCES: 'check the permissions of that path, or choose another',
  EPERM: 'check the permissions of that path, or choose another',
  EROFS: 'that disk is read-only: choose another place',
  ENOENT: 'check the path',
  EISDIR: 'name a file, not a directory',
  EMFILE: 'raise the limit of open files: ulimit -n 4096',
};

export function failureText(error: AppError, style: Style): string {
  const lines = [`${style.bad('error:')} ${error.message}`];
  if (error.why !== undefined && error.why !== error.message) lines.push(`  why: ${error.why}`);
  if (error.hint !== undefined) lines.push(` hint: ${error.hint}`);
  return lines.join('\n');
}

export function failureDocument(error: AppError): JsonValue {
  return {
    schema: 'bento-rr/error@1',
    error: { code: error.code, message: error.message, why: error.why, hint: error.hint, exitCode: error.exitCode },
  };
}
