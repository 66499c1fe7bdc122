// SPDX-License-Identifier: MIT OR Apache-2.0

import { resolve } from 'node:path';
import { UsageError } from '../../base/errors.js';
import { EXIT } from '../../base/exit-codes.js';
import { formatBytes } from '../../base/format.js';
import { formatDuration } from '../../base/time.js';
import { defineCommand } from '../command.js';
import { REPO_OPTION } from '../common-options.js';
import { buildOptions, surroundingsOf } from '../surroundings.js';

/** `upgrade`: replace the module under a live mount. */
export const upgrade = defineCommand({
  name: 'upgrade',
  summary: 'replace the version under a live mount, with no operation failed',
  description:
    'The old version hands its state over; open files, locks and unwritten data survive. When the new version cannot take it, ' +
    'the old one goes on. Run bento-rr gate first.',
  group: 'upgrade',
  args: {
    mount: { summary: 'where it is mounted; the only mount when left out', optional: true, complete: 'directory' },
  },
  options: {
    to: { value: 'M', summary: 'the new version: a .so, a file-system name, or NAME@GITREV', complete: 'file' },
    repo: REPO_OPTION,
  },
  examples: [
    { run: 'bento-rr upgrade --to tiffinfs@HEAD /mnt', what: 'the mount at /mnt' },
    { run: 'bento-rr upgrade --to new.so', what: 'the only mount there is' },
  ],
  exitCodes: { 0: 'the new version serves', 4: 'refused: the old version goes on' },
  run: async (ctx, { args, options }) => {
    if (options.to === undefined) throw new UsageError('--to is missing', { hint: 'bento-rr upgrade --to M [MOUNT]' });
    const { findMount, upgradeMount } = await import('../../capture/upgrade.js');
    const { resolveModule } = await import('../../host/modules/resolve-module.js');
    const mount = await findMount(ctx.env, args.mount === undefined ? undefined : resolve(ctx.cwd, args.mount));
    const repo = options.repo === undefined ? undefined : resolve(ctx.cwd, options.repo);
    const module = await resolveModule(options.to, surroundingsOf(ctx), { ...buildOptions(ctx), repo });
    ctx.talk.progress('');
    const cost = await upgradeMount(mount, module.path);
    const pauseNs = cost.quiesceNs + cost.exportNs + cost.importNs + cost.swapNs;
    if (ctx.flags.json) {
      const { mountpoint, fs } = mount;
      await ctx.out.json({
        schema: 'bento-rr/upgrade@1',
        verdict: 'upgraded',
        mount: mountpoint,
        fs,
        to: module.path,
        pauseNs,
        ...cost,
      });
    } else {
      await ctx.out.line(
        `${ctx.out.style.good('upgraded')} ${mount.fs} at ${mount.mountpoint ?? mount.socket} to ${module.label}: ` +
          `ops waited ${formatDuration(pauseNs)} for ${formatBytes(cost.stateBytes)} of state`,
      );
    }
    return EXIT.ok;
  },
});
