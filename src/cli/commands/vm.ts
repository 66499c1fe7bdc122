// SPDX-License-Identifier: MIT OR Apache-2.0

import { UsageError } from '../../base/errors.js';
import { defineCommand } from '../command.js';
import { parseCount, parseSize, parseSpan } from '../parsers.js';

/** `vm`: a guest with the kernel half in it. */
export const vm = defineCommand({
  name: 'vm',
  summary: 'run a command, or a shell, in a virtual machine with the file system in its kernel',
  description:
    'Builds bentofs.ko and the file system for an installed Linux 6.1, boots that kernel under qemu with the files of this machine ' +
    '(read only, memory above them), mounts the file system on a disk image and runs the command there ($BENTO_RR_MOUNT names the ' +
    'mount). Exits with the status of the command. A kernel that oopses or hangs is reported with its call trace.',
  group: 'main',
  args: {
    action: { summary: 'run, or shell', choices: ['run', 'shell'] },
    command: { summary: 'the command to run', variadic: true, optional: true },
  },
  options: {
    fs: { value: 'NAME', summary: 'file system to mount', default: 'tiffinfs' },
    trace: { value: 'FILE', summary: 'keep a trace of the command, recorded in the kernel', complete: 'file' },
    disk: { value: 'FILE', summary: 'use this image, and keep it; it is made when it is not there', complete: 'file' },
    size: { value: 'SIZE', summary: 'size of an image that is made (1G)', parse: parseSize },
    mountOptions: { value: 'LIST', summary: 'mount options, comma separated' },
    mem: { value: 'MIB', summary: 'memory of the guest in MiB (1536)', parse: parseMemory },
    cpus: { value: 'N', summary: 'cores of the guest (2)', parse: parseCount },
    icount: { summary: 'guest time counts instructions, for measuring' },
    timeout: { value: 'SPAN', summary: 'end a guest whose command runs for longer, as 90s', parse: parseTimeout },
    keep: { value: 'DIR', summary: 'keep the console and the output in this folder', complete: 'directory' },
  },
  examples: [
    { run: 'bento-rr vm run -- git clone ~/src/project', what: 'on tiffinfs, in a kernel' },
    { run: 'bento-rr vm run --trace git.btr -- git gc', what: 'recorded in the kernel' },
    { run: 'bento-rr vm shell --disk disk.img', what: 'a shell in the guest; the image is kept' },
  ],
  exitCodes: { 4: 'no guest can run here', 5: "the guest's kernel oopsed, or hung" },
  run: async (ctx, input) => (await import('../actions/vm.js')).runVm(ctx, input),
});

function parseMemory(text: string): number {
  const mib = parseCount(text);
  if (mib < 256) throw new UsageError(`${mib} MiB are too little`, { hint: 'a guest needs 256 or more' });
  return mib;
}

/** Seconds, or a span with its unit. */
function parseTimeout(text: string): number {
  const span = parseSpan(/^[0-9]+$/.test(text) ? `${text}s` : text);
  return Math.max(1, Number(span / 1_000_000n));
}
