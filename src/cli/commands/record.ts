// SPDX-License-Identifier: MIT OR Apache-2.0

import { UsageError } from '../../base/errors.js';
import { defineCommand } from '../command.js';
import { REPO_OPTION } from '../common-options.js';
import { parseCount, parseSize } from '../parsers.js';

/** `record`: run a command on a mount and keep what it did. */
export const record = defineCommand({
  name: 'record',
  summary: 'run a command on a mount of a Bento file system and keep the trace',
  description:
    'Mounts a fresh image in a temporary place, or what --mount and --image name, runs the command with the mount as its ' +
    'working directory ($BENTO_RR_MOUNT names it), unmounts, and exits with the status of the command. ^C interrupts the ' +
    'command first; the recording is finished either way. With --source kernel, what bentofs.ko has mounted (at --mount) is ' +
    'recorded while the command runs in it, and stays mounted; with --source vm, that happens in a guest.',
  group: 'main',
  args: { command: { summary: 'the command to run', variadic: true } },
  options: {
    fs: { value: 'M', summary: 'file system: a name, NAME@GITREV or a .so', default: 'tiffinfs' },
    source: { value: 'SOURCE', summary: 'where ops are recorded', choices: ['fuse', 'kernel', 'vm'], default: 'fuse' },
    mount: { value: 'DIR', summary: 'mount at this folder', complete: 'directory' },
    image: { value: 'FILE', summary: 'use this image or block device, and keep it', complete: 'file' },
    size: { value: 'SIZE', summary: 'size of an image that is made (1G)', parse: parseSize },
    output: { short: 'o', value: 'FILE', summary: 'the trace to write', complete: 'file' },
    data: {
      value: 'WHAT',
      summary: 'contents to keep: full, or none (lengths and hashes)',
      choices: ['full', 'none'],
      default: 'full',
    },
    policy: {
      value: 'POLICY',
      summary: 'when the recorder lags: drop and count, or block; flight (kernel) keeps the newest in memory',
      choices: ['drop', 'block', 'flight'],
      default: 'drop',
    },
    fsOptions: { value: 'LIST', summary: 'options for the file system, comma separated' },
    threads: {
      value: 'N',
      summary: 'threads that serve operations (8); 1 makes a trace that any version can replay',
      parse: parseThreads,
    },
    repo: REPO_OPTION,
  },
  examples: [
    { run: 'bento-rr record -- git clone ~/src/project', what: 'into a fresh tiffinfs' },
    { run: 'bento-rr record --fs tiffinfs@v0.3 -o sql.btr -- sqlite3 db < load.sql', what: 'an older version' },
    { run: 'bento-rr record --mount /mnt --image disk.img -- make', what: 'on an image that is kept' },
  ],
  passThrough: true,
  exitCodes: { 4: 'no mount was possible' },
  run: async (ctx, input) => (await import('../actions/record.js')).runRecord(ctx, input),
});

function parseThreads(text: string): number {
  const threads = parseCount(text);
  if (threads > 40) throw new UsageError(`${threads} threads are too many`, { hint: 'from 1 to 40' });
  return threads;
}
