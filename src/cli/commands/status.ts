// SPDX-License-Identifier: MIT OR Apache-2.0

import { EXIT } from '../../base/exit-codes.js';
import { defineCommand } from '../command.js';

/** `status`: the mounts of the kernel, and those of this user that bento-host serves. */
export const status = defineCommand({
  name: 'status',
  summary: 'show the mounts that are there, their versions, counters and recordings',
  description:
    'Mounts in the kernel are told of by /sys/fs/bentofs, which anybody may read; those of bento-host by their control sockets.',
  group: 'upgrade',
  examples: [
    { run: 'bento-rr status', what: 'every mount' },
    { run: 'bento-rr status --json', what: 'with ops counted by kind, and the last upgrade by phase' },
  ],
  run: async (ctx) => {
    const { allMounts } = await import('../../capture/mounts.js');
    const { kernelVersions } = await import('../../capture/kernel/sysfs.js');
    const { statusDocument, statusLines } = await import('../../report/status-report.js');
    const [mounts, versions] = await Promise.all([allMounts(ctx.env), kernelVersions()]);
    if (ctx.flags.json) {
      await ctx.out.json(statusDocument(mounts, versions));
      return EXIT.ok;
    }
    for (const line of statusLines(mounts, versions, ctx.out.style)) await ctx.out.line(line);
    return EXIT.ok;
  },
});
