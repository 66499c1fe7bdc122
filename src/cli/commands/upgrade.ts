// SPDX-License-Identifier: MIT OR Apache-2.0

import { resolve } from 'node:path';
import { UsageError } from '../../base/errors.js';
import { EXIT } from '../../base/exit-codes.js';
import { defineCommand } from '../command.js';
import { REPO_OPTION } from '../common-options.js';
import { buildOptions } from '../surroundings.js';

/** `upgrade`: replace the module under a live mount. */
export const upgrade = defineCommand({
  name: 'upgrade',
  summary: 'replace the version under a live mount, with no operation failed',
  description:
    'The old version hands its state over; open files, locks and unwritten data survive. When the new version cannot take it, ' +
    'the old one goes on. In the kernel every mount of the file system is upgraded, or none. Run bento-rr gate first.',
  group: 'upgrade',
  args: {
    mount: { summary: 'where it is mounted; the only mount when left out', optional: true, complete: 'directory' },
  },
  options: {
    to: {
      value: 'M',
      summary: 'the new version: a .so (bento-host) or a .ko (kernel), a file-system name, or NAME@GITREV',
      complete: 'file',
    },
    keep: { summary: "leave the old version's kernel module loaded" },
    repo: REPO_OPTION,
  },
  examples: [
    { run: 'bento-rr upgrade --to tiffinfs@HEAD /mnt', what: 'the mount at /mnt' },
    { run: 'bento-rr upgrade --to new.so', what: 'the only mount there is' },
    { run: 'bento-rr upgrade --to bento_tiffinfs.ko', what: 'every mount of that file system in the kernel' },
  ],
  exitCodes: { 0: 'the new version serves', 4: 'refused: the old version goes on' },
  run: async (ctx, { args, options }) => {
    if (options.to === undefined) throw new UsageError('--to is missing', { hint: 'bento-rr upgrade --to M [MOUNT]' });
    const { allMounts, chooseMount } = await import('../../capture/mounts.js');
    const place = args.mount === undefined ? undefined : resolve(ctx.cwd, args.mount);
    const all = await allMounts(ctx.env);
    // A .ko can only go into the kernel, a .so only under bento-host; of what remains one must be meant.
    const kind = options.to.endsWith('.ko') ? 'kernel' : options.to.endsWith('.so') ? 'host' : undefined;
    const fitting = place === undefined && kind !== undefined ? all.filter((mount) => mount.kind === kind) : all;
    const mount = chooseMount(fitting, place);
    const repo = options.repo === undefined ? undefined : resolve(ctx.cwd, options.repo);
    const building = { ...buildOptions(ctx), repo };
    const { upgradedHost, upgradedKernel } = await import('../actions/upgrade.js');
    if (mount.kind === 'host') await upgradedHost(ctx, mount, options.to, building);
    else await upgradedKernel(ctx, mount, options.to, { ...building, keep: options.keep === true });
    return EXIT.ok;
  },
});
