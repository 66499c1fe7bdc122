// SPDX-License-Identifier: MIT OR Apache-2.0

import { UsageError } from '../base/errors.js';
import type { Env } from '../host/locate.js';
import { askMount } from './control.js';
import { whole } from './json-fields.js';
import { type MountStatus, mountStatuses } from './status.js';

/** What a live upgrade cost, nanoseconds; ops waited for all of it. */
export type UpgradeReport = {
  readonly quiesceNs: bigint;
  readonly exportNs: bigint;
  readonly importNs: bigint;
  readonly swapNs: bigint;
  readonly stateBytes: bigint;
};

/** The mount that is meant: the one at a place, or the only one there is. */
export async function findMount(env: Env, mountpoint: string | undefined): Promise<MountStatus> {
  const mounts = await mountStatuses(env);
  const listed = mounts.map((mount) => mount.mountpoint ?? mount.socket).join(', ');
  const hint = mounts.length === 0 ? 'bento-rr record --mount DIR -- COMMAND makes one' : `there is: ${listed}`;
  if (mountpoint !== undefined) {
    const found = mounts.find((mount) => mount.mountpoint === mountpoint);
    if (found !== undefined) return found;
    throw new UsageError(`no Bento file system is mounted at ${mountpoint}`, { hint });
  }
  const [only, ...others] = mounts;
  if (only !== undefined && others.length === 0) return only;
  throw new UsageError(only === undefined ? 'no Bento file system is mounted' : 'there is more than one mount', {
    hint: only === undefined ? hint : `name one: ${listed}`,
  });
}

/** Replaces the module under a mount, with no op failed. A refusal is thrown, and the old version goes on. */
export async function upgradeMount(mount: MountStatus, module: string): Promise<UpgradeReport> {
  const said = await askMount(mount.socket, { command: 'upgrade', module });
  return {
    quiesceNs: whole(said, 'quiesceNs'),
    exportNs: whole(said, 'exportNs'),
    importNs: whole(said, 'importNs'),
    swapNs: whole(said, 'swapNs'),
    stateBytes: whole(said, 'stateBytes'),
  };
}
