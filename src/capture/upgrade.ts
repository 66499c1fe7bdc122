// SPDX-License-Identifier: MIT OR Apache-2.0

import { askMount } from './control.js';
import type { HostMount } from './host-mounts.js';
import { whole } from './json-fields.js';

/** What a live upgrade cost, nanoseconds; ops waited for all of it. */
export type UpgradeReport = {
  readonly quiesceNs: bigint;
  readonly exportNs: bigint;
  readonly importNs: bigint;
  readonly swapNs: bigint;
  readonly stateBytes: bigint;
};

/** Replaces the module under a mount of bento-host's, with no op failed. A refusal is thrown, and the old version goes on. */
export async function upgradeMount(mount: HostMount, module: string): Promise<UpgradeReport> {
  const said = await askMount(mount.socket, { command: 'upgrade', module });
  return {
    quiesceNs: whole(said, 'quiesceNs'),
    exportNs: whole(said, 'exportNs'),
    importNs: whole(said, 'importNs'),
    swapNs: whole(said, 'swapNs'),
    stateBytes: whole(said, 'stateBytes'),
  };
}
