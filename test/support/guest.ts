// SPDX-License-Identifier: MIT OR Apache-2.0

/** Guests for tests: booted as `bento-rr vm` boots them. */

import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { renamedModule } from '../../src/capture/kernel/fresh-name.js';
import { findAcceleration } from '../../src/capture/vm/acceleration.js';
import { unloadModules } from '../../src/capture/vm/bento-guest.js';
import { Guest, type GuestOptions } from '../../src/capture/vm/guest.js';
import { findVmTools } from '../../src/capture/vm/tools.js';
import type { KernelBuild } from '../../src/host/modules/build-kernel.js';
import { PATIENCE } from './patience.js';
import { CHECKOUT } from './sources.js';

/** Time for a step on a machine that is busy with other things; nothing healthy comes near it. */
export const STEP_MS = 120_000;

export type TestGuestOptions = Partial<GuestOptions> & {
  /** The test makes the kernel complain. */
  readonly mayComplain?: boolean;
};

/** Of a kernel that can look for memory that nothing reaches. */
const LEAKS = '/sys/kernel/debug/kmemleak';

const started: Guest[] = [];
// Whatever else a suite looks at: a guest whose kernel complained fails it. Registered first, so it runs last.
afterAll(() => {
  for (const guest of started.splice(0)) {
    const said = guest.troubles.map(({ lines }) => lines.join('\n')).join('\n--\n');
    expect(said, 'what the kernel complained of').toBe('');
  }
});

/** Boots a guest. Its kernel's complaints, up to its end, fail the suite. */
export async function startGuest({ mayComplain, ...options }: TestGuestOptions = {}): Promise<Guest> {
  const tools = await findVmTools(process.env);
  const cache = join(CHECKOUT, 'kernel/target/vm-accel');
  const acceleration = options.icount ? 'tcg' : await findAcceleration(tools, cache, process.env);
  const guest = await Guest.start({
    ...{ tools, acceleration, home: CHECKOUT, env: process.env, patience: PATIENCE },
    ...options,
  });
  if (mayComplain !== true) started.push(guest);
  // Leaks are looked for at the end. A scan in between would complain of what crashed instances leave.
  await sh(guest, `[ ! -e ${LEAKS} ] || echo scan=off >${LEAKS}`);
  return guest;
}

/**
 * The end of a guest whose Bento mounts are gone: the modules come out, and memory that nothing reaches any more is looked for, where the
 * kernel can. Its complaints are a failure, but for what `crashed` instances allocated: their heap is left on purpose, and counted
 * (left_bytes), since nobody knows what of it is still pointed to.
 */
export async function endGuest(guest: Guest, crashed?: 'instances crashed'): Promise<void> {
  const isLeft = crashed === undefined ? () => false : await modulesAllocated(guest);
  // The kernel says on the console how many objects a scan found; here some are to be found.
  if (crashed !== undefined) await sh(guest, `[ ! -e ${LEAKS} ] || dmesg -n 1`);
  const look = async () =>
    expect((await leaked(guest)).filter((object) => !isLeft(object)).join(''), 'memory that leaked').toBe('');
  await look();
  await unloadModules(guest);
  // What only the modules' own memory pointed to.
  await look();
  await guest.shutDown();
}

async function leaked(guest: Guest): Promise<readonly string[]> {
  // Memory younger than 5 s is not judged; a second scan clears those that were only on the way from one place to another.
  const script = `[ -e ${LEAKS} ] || exit 0; sleep 6; for n in 1 2; do echo scan >${LEAKS}; done; cat ${LEAKS}`;
  return (await sh(guest, script)).split(/^(?=unreferenced object)/m).filter((object) => object !== '');
}

/** Whether file systems allocated an object, by its call trace: which has names only while the modules are there, and then addresses. */
async function modulesAllocated(guest: Guest): Promise<(object: string) => boolean> {
  const lines = (await sh(guest, `grep -F '[bentofs]' /proc/kallsyms | sort`)).trim().split('\n');
  const symbols = lines.map((line) => ({ at: BigInt(`0x${line.slice(0, 16)}`), name: line.split(/\s+/)[2] ?? '' }));
  const services = /^bento_ks_(alloc|alloc_zeroed|realloc)$/;
  const spans = symbols
    .map(({ at, name }, index) => ({ at, end: symbols[index + 1]?.at ?? at, name }))
    .filter(({ name }) => services.test(name));
  return (object) =>
    /\bbento_ks_(re)?alloc/.test(object) ||
    (object.match(/0x[0-9a-f]{16}/g) ?? []).some((word) =>
      spans.some(({ at, end }) => at < BigInt(word) && BigInt(word) <= end),
    );
}

/** A module under another name in the guest's shared folder, as the guest calls it. */
export function shareModule(guest: Guest, path: string, name: string): string {
  const here = join(guest.folder, 'share', `${name}.ko`);
  writeFileSync(here, renamedModule(readFileSync(path), path, name));
  // Debug information is most of it, and is copied and thrown away by each insmod.
  execFileSync('strip', ['--strip-debug', here]);
  return guest.inGuest(here);
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

/** Build folder of the kernel that guests run, when it is another than the newest installed. */
export function chosenHeaders(): string | undefined {
  const folder = process.env.BENTO_VM_KERNEL;
  return folder ? JSON.parse(readFileSync(join(folder, 'kernel.json'), 'utf8')).headers : undefined;
}

/** The kernel modules of the work tree for the guests' kernel, built when they are stale. */
export function kernelModules(given: readonly string[] = []): KernelBuild {
  const main = join(CHECKOUT, 'kernel/build/main.mjs');
  const headers = chosenHeaders();
  const args = headers === undefined ? given : [...given, '--kerneldir', headers];
  return JSON.parse(
    execFileSync(process.execPath, [main, '--json', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
}
