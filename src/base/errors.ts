// SPDX-License-Identifier: MIT OR Apache-2.0

import { EXIT, type ExitCode } from './exit-codes.js';

/** A stable, greppable name of one kind of failure: scripts match on it, people search for it. */
export type ErrorCode = `E_${string}`;

/** What an {@link AppError} says besides its message. */
export type ErrorDetails = {
  /** Why it happened; one sentence. When absent, the message of `cause` stands in. */
  readonly why?: string;
  /** What to do about it; a command to run where there is one. */
  readonly hint?: string;
  /** The error underneath. */
  readonly cause?: unknown;
};

/**
 * A failure that is somebody's to mend: it says what failed, why, and what to do, and it fixes the exit code.
 * Expected outcomes (a divergence, a refused gate) are values, not errors; anything else thrown is a bug.
 */
export class AppError extends Error {
  override readonly name: string = 'AppError';
  readonly code: ErrorCode;
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;
  readonly #why: string | undefined;

  constructor(code: ErrorCode, exitCode: ExitCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.exitCode = exitCode;
    this.hint = details.hint;
    this.#why = details.why;
  }

  /** The reason, from `why` or else from the error underneath. */
  get why(): string | undefined {
    if (this.#why !== undefined) return this.#why;
    return this.cause === undefined ? undefined : messageOf(this.cause);
  }
}

/** The command line asks for something that does not exist or does not fit. Exit 2. */
export class UsageError extends AppError {
  override readonly name = 'UsageError';
  constructor(message: string, details: ErrorDetails & { readonly code?: ErrorCode } = {}) {
    super(details.code ?? 'E_USAGE', EXIT.usage, message, details);
  }
}

/** A trace that cannot be read. Exit 3. */
export class TraceError extends AppError {
  override readonly name = 'TraceError';
  constructor(code: `E_TRACE_${string}`, message: string, details: ErrorDetails = {}) {
    super(code, EXIT.trace, message, details);
  }
}

/** The machine lacks a program, a permission, a device or space. Exit 4. */
export class EnvironmentError extends AppError {
  override readonly name = 'EnvironmentError';
  constructor(code: `E_ENV_${string}`, message: string, details: ErrorDetails = {}) {
    super(code, EXIT.environment, message, details);
  }
}

/** The host or a module crashed, hung, or broke the protocol. Exit 5. */
export class HostError extends AppError {
  override readonly name = 'HostError';
  constructor(code: `E_HOST_${string}` | `E_MODULE_${string}`, message: string, details: ErrorDetails = {}) {
    super(code, EXIT.crashed, message, details);
  }
}

/** The text of anything thrown, without a stack. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message === '' ? thrown.name : thrown.message;
  return String(thrown);
}

/** The `code` of a Node system error (ENOENT, EPIPE, ...), or undefined. */
export function systemCodeOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

/** Whether this is what an AbortSignal makes a waiting call throw. */
export function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && (thrown.name === 'AbortError' || systemCodeOf(thrown) === 'ABORT_ERR');
}
