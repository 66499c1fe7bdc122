// SPDX-License-Identifier: MIT OR Apache-2.0

import { AppError, type ErrorCode, HostError } from '../base/errors.js';
import { EXIT } from '../base/exit-codes.js';

/** The error of a host command that failed with --json-errors: its own words where it said them, its last lines otherwise. */
export function hostFailure(stderr: string, what: string): AppError {
  for (const line of stderr.trimEnd().split('\n').reverse()) {
    const error = failureIn(line);
    if (error !== undefined) return error;
  }
  const words = stderr.trimEnd().split('\n').slice(-12).join('\n');
  return new HostError('E_HOST_CRASHED', what, {
    why: words === '' ? 'it said nothing on stderr' : `its last words:\n${words}`,
    hint: 'this is a bug of the host: please report it',
  });
}

function failureIn(line: string): AppError | undefined {
  if (!line.startsWith('{"error"')) return undefined;
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch {
    return undefined;
  }
  const error: unknown = typeof said === 'object' && said !== null ? Reflect.get(said, 'error') : undefined;
  if (typeof error !== 'object' || error === null) return undefined;
  return refusalError(error);
}

/** An error out of an object with code, message, hint and perhaps exitCode, as the host writes them. */
export function refusalError(said: object): AppError {
  const text = (key: string): string => String(Reflect.get(said, key) ?? '');
  const exitCode: unknown = Reflect.get(said, 'exitCode');
  const code = text('code').startsWith('E_') ? (text('code') as ErrorCode) : 'E_HOST_FAILED';
  const hint = text('hint');
  return new AppError(
    code,
    typeof exitCode === 'number' ? exitCode : EXIT.environment,
    text('message'),
    hint === '' ? {} : { hint },
  );
}
