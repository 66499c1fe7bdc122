// SPDX-License-Identifier: MIT OR Apache-2.0

/** What a guest does with Bento file systems: modules loaded, mounts made. */

import { HostError } from '../../base/errors.js';
import type { KernelBuild } from '../../host/modules/build-kernel.js';
import type { Guest } from './guest.js';
import { quoted } from './initramfs.js';
import type { JobResult } from './job.js';

/** Longest a step of the set-up may take. */
const STEP_MS = 60_000;

export type GuestMount = {
  readonly fs: string;
  /** /dev/vda, ...; absent for a file system without a device. */
  readonly device?: string | undefined;
  /** Folder in the guest, made. */
  readonly at: string;
  /** Mount options besides the file system's name, comma separated. */
  readonly options?: string | undefined;
};

/** Loads bentofs.ko and the file systems. */
export async function loadModules(guest: Guest, build: KernelBuild): Promise<void> {
  for (const path of [build.bentofs, ...Object.values(build.fs)]) await step(guest, `insmod ${quoted(path)}`);
}

/** Takes all of them out again; fails when one is still in use. */
export async function unloadModules(guest: Guest): Promise<void> {
  const script = 'set -e; for m in $(lsmod | awk \'$1 ~ /^bento_/ { print $1 }\'); do rmmod "$m"; done; rmmod bentofs';
  await step(guest, script);
}

export async function mountFs(guest: Guest, mount: GuestMount): Promise<void> {
  const type = mount.device === undefined ? 'bento' : 'bentoblk';
  const options = [`fs=${mount.fs}`, ...(mount.options === undefined ? [] : [mount.options])].join(',');
  const words = ['mount', '-t', type, '-o', options, mount.device ?? 'none', mount.at].map(quoted).join(' ');
  await step(guest, `mkdir -p ${quoted(mount.at)} && ${words}`);
}

export async function unmountFs(guest: Guest, at: string): Promise<void> {
  await step(guest, `umount ${quoted(at)}`);
}

/** Runs a script that must succeed; fails with what it said, and what the kernel did. */
export async function step(guest: Guest, script: string, timeoutMs = STEP_MS): Promise<JobResult> {
  const done = await guest.run({ words: ['sh', '-c', script], timeoutMs });
  if (done.status === 0) return done;
  const kernel = await guest.run({ words: ['sh', '-c', 'dmesg | tail -8'], timeoutMs: STEP_MS });
  throw new HostError('E_HOST_GUEST_STEP', `in the guest: ${script} (status ${done.status})`, {
    why: [done.stderr.trim(), 'the kernel said:', kernel.stdout.trim()].join('\n'),
    hint: `the console: ${guest.consolePath}`,
  });
}
