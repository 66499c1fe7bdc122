// SPDX-License-Identifier: MIT OR Apache-2.0

import { EXIT, type ExitCode } from '../base/exit-codes.js';

/** Why the signal of a context was aborted. Its name makes every AbortSignal user treat it as an abort. */
export class Interrupted extends Error {
  override readonly name = 'AbortError';
  readonly exitCode: ExitCode;
  constructor(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') {
    super(`stopped by ${signal}`);
    this.exitCode = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated, SIGHUP: 129 }[signal];
  }
}
