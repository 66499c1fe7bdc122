// SPDX-License-Identifier: MIT OR Apache-2.0

import { HostError } from '../../base/errors.js';
import { type ConsoleLog, callTrace } from './console-log.js';

/** Lines of the console that a report shows. */
const LAST_LINES = 25;

/** A guest that is no longer there, or does not move: with what its console said. */
export class GuestError extends HostError {
  /** Call trace of the oops or of what hangs; empty when the console has none. */
  readonly trace: readonly string[];
  readonly lastLines: readonly string[];

  constructor(code: `E_HOST_GUEST_${string}`, message: string, log: ConsoleLog, hint: string) {
    // The first trouble is the cause, what follows it its consequences.
    const trouble = log.troubles[0];
    const trace = callTrace(trouble?.lines ?? log.last(200));
    const lastLines = log.last(LAST_LINES);
    const shown = trace.length === 0 ? [] : [...(trouble === undefined ? [] : [trouble.what]), ...trace, '--'];
    super(code, message, { why: ['the console:', ...shown, ...lastLines].join('\n'), hint });
    this.trace = trace;
    this.lastLines = lastLines;
  }
}

/** The kernel oopsed or panicked. */
export function guestDied(how: string, log: ConsoleLog, consolePath: string): GuestError {
  const what = log.troubles[0]?.what;
  return what === undefined
    ? new GuestError('E_HOST_GUEST_GONE', `the guest ended by itself (${how})`, log, `its console: ${consolePath}`)
    : new GuestError('E_HOST_GUEST_OOPS', `the guest's kernel failed: ${what}`, log, `its console: ${consolePath}`);
}

/** Something did not end in time. */
export function guestHung(what: string, seconds: number, log: ConsoleLog, consolePath: string): GuestError {
  return new GuestError(
    'E_HOST_GUEST_HUNG',
    `${what} did not end within ${seconds} s`,
    log,
    `its console: ${consolePath}; --timeout gives it longer`,
  );
}
