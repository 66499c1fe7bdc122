// SPDX-License-Identifier: MIT OR Apache-2.0

/** What the set-up steps share: where the project is, how a command is run, how a failure is told. */

import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the checkout. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Something on this machine stands in the way; the message says what to do. Exit 4, as everywhere. */
export class SetupError extends Error {
  /** @param {string} message @param {string} hint */
  constructor(message, hint) {
    super(message);
    this.hint = hint;
  }
}

/** Says what is being done; on stderr, so that `npm start | cat` stays the program's own. @param {string} text */
export function say(text) {
  process.stderr.write(`set-up: ${text}\n`);
}

/**
 * Runs a command with its output on stderr; throws a SetupError when it fails.
 * @param {readonly [string, ...string[]]} command
 * @param {{ readonly cwd?: string, readonly env?: NodeJS.ProcessEnv, readonly hint?: string }} [options]
 */
export function run([program, ...args], { cwd = ROOT, env = process.env, hint } = {}) {
  const line = [program, ...args].join(' ');
  say(line);
  const result = spawnSync(program, args, { cwd, env, stdio: ['ignore', 2, 2] });
  if (result.error !== undefined)
    throw new SetupError(`cannot run ${line}: ${result.error.message}`, hint ?? 'is it installed?');
  if (result.status !== 0) {
    const how = result.signal === null ? `exit ${result.status}` : `killed by ${result.signal}`;
    throw new SetupError(`${line} failed (${how})`, hint ?? `see its messages above; run it again in ${cwd}`);
  }
}
