// SPDX-License-Identifier: MIT OR Apache-2.0

import { UsageError } from '../base/errors.js';
import type { Env } from '../host/locate.js';
import { type HostMount, hostMounts } from './host-mounts.js';
import { type KernelMount, kernelMounts } from './kernel/sysfs.js';

/** A mount: in the kernel, or served by bento-host. */
export type AnyMount = HostMount | KernelMount;

/** Every mount of the kernel's, and every one that bento-host serves for this user. */
export async function allMounts(env: Env): Promise<readonly AnyMount[]> {
  const [kernel, host] = await Promise.all([kernelMounts(), hostMounts(env)]);
  return [...kernel, ...host];
}

/** What a mount is called where it has no place. */
export function mountLabel(mount: AnyMount): string {
  return mount.mountpoint ?? (mount.kind === 'host' ? mount.socket : `kernel mount ${mount.id}`);
}

/**
 * The mount that is meant: the one at a place, or the only one there is. Kernel mounts of one file system count as one, since they are
 * upgraded together.
 */
export function chooseMount(mounts: readonly AnyMount[], mountpoint: string | undefined): AnyMount {
  const listed = mounts.map(mountLabel).join(', ');
  const hint = mounts.length === 0 ? 'bento-rr record --mount DIR -- COMMAND makes one' : `there is: ${listed}`;
  if (mountpoint !== undefined) {
    const found = mounts.find((mount) => mount.mountpoint === mountpoint);
    if (found !== undefined) return found;
    throw new UsageError(`no Bento file system is mounted at ${mountpoint}`, { hint });
  }
  const [first] = mounts;
  if (first === undefined) throw new UsageError('no Bento file system is mounted', { hint });
  const together = (mount: AnyMount) => mount.kind === 'kernel' && first.kind === 'kernel' && mount.fs === first.fs;
  if (mounts.every((mount) => mount === first || together(mount))) return first;
  throw new UsageError('there is more than one mount', { hint: `name one: ${listed}` });
}
