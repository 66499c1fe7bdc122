// SPDX-License-Identifier: MIT OR Apache-2.0

import { AppError, type ErrorCode, HostError } from '../base/errors.js';
import { EXIT } from '../base/exit-codes.js';
import type { Failure } from '../proto/gen/host.js';

/** A failure the host reported, with its code, words and exit code as sent. */
export function failureOf(failure: Failure): AppError {
  const code: ErrorCode = failure.code.startsWith('E_') ? (failure.code as ErrorCode) : `E_HOST_${failure.code}`;
  const exitCode = failure.exitCode === 0 ? EXIT.crashed : failure.exitCode;
  return new AppError(code, exitCode, failure.message, failure.hint === '' ? {} : { hint: failure.hint });
}

/** An answer of a kind that the call cannot have. */
export function strangeAnswer(call: string, kind: string | undefined): HostError {
  return new HostError('E_HOST_PROTOCOL', `bento-host answered ${call} with ${kind ?? 'nothing'}`, {
    hint: 'bento-host and bento-rr may be of different versions: npm run setup builds both',
  });
}
