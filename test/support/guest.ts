// SPDX-License-Identifier: MIT OR Apache-2.0

/** Guests for tests: booted as `bento-rr vm` boots them. */

import { execFileSync } from 'node:child_process';
import { closeSync, openSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { findAcceleration } from '../../src/capture/vm/acceleration.js';
import { Guest, type GuestOptions } from '../../src/capture/vm/guest.js';
import { findVmTools } from '../../src/capture/vm/tools.js';
import type { KernelBuild } from '../../src/host/modules/build-kernel.js';
import { CHECKOUT } from './sources.js';

/** Time for a step on a machine that is busy with other things; nothing healthy comes near it. */
export const STEP_MS = 120_000;

/** Boots a guest. */
export async function startGuest(options: Partial<GuestOptions> = {}): Promise<Guest> {
  const tools = await findVmTools(process.env);
  const cache = join(CHECKOUT, 'kernel/target/vm-accel');
  const acceleration = options.icount ? 'tcg' : await findAcceleration(tools, cache, process.env);
  return Guest.start({ tools, acceleration, home: CHECKOUT, env: process.env, ...options });
}

/** An empty image of so many bytes, sparse. */
export function emptyDisk(path: string, bytes: number): string {
  closeSync(openSync(path, 'wx'));
  truncateSync(path, bytes);
  return path;
}

/** Runs a script in the guest and gives what it printed; fails with what it said otherwise. */
export async function sh(guest: Guest, script: string, timeoutMs = STEP_MS): Promise<string> {
  const done = await guest.run({ words: ['bash', '-euo', 'pipefail', '-c', script], timeoutMs });
  if (done.status === 0) return done.stdout;
  throw new Error(`in the guest: status ${done.status} of\n${script}\n${done.stdout}\n${done.stderr}`);
}

/** The kernel modules of the work tree, built when they are stale. */
export function kernelModules(args: readonly string[] = []): KernelBuild {
  const main = join(CHECKOUT, 'kernel/build/main.mjs');
  return JSON.parse(
    execFileSync(process.execPath, [main, '--json', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
}
