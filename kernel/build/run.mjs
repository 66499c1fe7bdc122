// SPDX-License-Identifier: GPL-2.0
/** How the kernel build runs programs and tells what went wrong. Node built-ins only: it runs inside the set-up. */

import { spawnSync } from 'node:child_process';

/** The build cannot go on; the message says why, the hint what to do. */
export class BuildError extends Error {
  /** @param {string} message @param {string} hint */
  constructor(message, hint) {
    super(message);
    this.hint = hint;
  }
}

/**
 * Runs a program to its end and gives what it printed, both streams in one; throws a BuildError with its last lines when it fails.
 * @param {readonly [string, ...string[]]} command
 * @param {{ readonly cwd: string, readonly env?: NodeJS.ProcessEnv, readonly hint?: string }} options
 */
export function run([program, ...args], { cwd, env = process.env, hint }) {
  const result = spawnSync(program, args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 28,
  });
  if (result.error !== undefined) {
    throw new BuildError(
      `cannot run ${program}: ${result.error.message}`,
      hint ?? 'bento-rr doctor says what is missing',
    );
  }
  const said = `${result.stdout}${result.stderr}`;
  if (result.status !== 0) {
    const how = result.signal === null ? `exit ${result.status}` : `killed by ${result.signal}`;
    const last = said.trimEnd().split('\n').slice(-40).join('\n');
    throw new BuildError(
      `${program} failed (${how}):\n${last}`,
      hint ?? `the command was: ${[program, ...args].join(' ')}`,
    );
  }
  return said;
}
