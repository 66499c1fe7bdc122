// SPDX-License-Identifier: MIT OR Apache-2.0

import { EXIT } from '../../base/exit-codes.js';
import { formatBytes, formatCount } from '../../base/format.js';
import { defineCommand } from '../command.js';

/** `status`: the mounts of this user that bento-host serves. */
export const status = defineCommand({
  name: 'status',
  summary: 'show the mounts that are there, their versions and recordings',
  group: 'upgrade',
  examples: [{ run: 'bento-rr status', what: 'every mount of this user' }],
  run: async (ctx) => {
    const { mountStatuses } = await import('../../capture/status.js');
    const mounts = await mountStatuses(ctx.env);
    if (ctx.flags.json) {
      await ctx.out.json({ schema: 'bento-rr/status@1', mounts: mounts.map((mount) => ({ ...mount })) });
      return EXIT.ok;
    }
    if (mounts.length === 0) {
      await ctx.out.line('no mount is there (bento-rr record -- COMMAND makes one)');
      return EXIT.ok;
    }
    const titles = ['mount', 'fs', 'revision', 'build', 'ops', 'recording'].map((title) => ({ title }));
    await ctx.out.table(
      titles,
      mounts.map(({ mountpoint, fs, revision, buildId, ops, crash, recording }) => [
        mountpoint ?? '?',
        fs,
        revision === '' ? '-' : revision.slice(0, 12),
        buildId.slice(0, 12),
        formatCount(ops),
        crash !== null
          ? `CRASHED: ${crash}`
          : recording === null
            ? '-'
            : `${recording.path} (${formatCount(recording.ops)} ops, ${formatBytes(recording.bytes)}, ${formatCount(recording.dropped)} dropped)`,
      ]),
    );
    return EXIT.ok;
  },
});
