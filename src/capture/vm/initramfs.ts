// SPDX-License-Identifier: MIT OR Apache-2.0

import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { EnvironmentError } from '../../base/errors.js';
import { type CpioEntry, cpioArchive } from './cpio.js';
import type { VmTools } from './tools.js';

/** Modules of the stock kernel that make the host's files, the disks and the control port reachable. */
const NEEDED = ['virtio_pci', 'virtio_console', 'virtiofs', 'overlay', 'virtio_blk'];

const DIRECTORY = 0o040755;
const PROGRAM = 0o100755;
const FILE = 0o100644;
const CHARACTER_DEVICE = 0o020600;

/** The first root of a guest: busybox, the stock modules it cannot do without, and init. */
export async function initramfs(tools: VmTools, guestFiles: string): Promise<Buffer> {
  const files = await modulesInOrder(tools.kernel.modules, NEEDED);
  const modules = await Promise.all(
    files.map(async (path) => ({ name: basename(path), data: await readFile(join(tools.kernel.modules, path)) })),
  );
  const order = modules.map(({ name }) => `${name}\n`).join('');
  const directories = ['bin', 'dev', 'proc', 'sys', 'host', 'memory', 'world', 'modules'];
  const entries: CpioEntry[] = [
    ...directories.map((name) => ({ name, mode: DIRECTORY })),
    // Without it the first process has no output.
    { name: 'dev/console', mode: CHARACTER_DEVICE, device: [5, 1] },
    { name: 'bin/busybox', mode: PROGRAM, data: await readFile(tools.busybox) },
    { name: 'init', mode: PROGRAM, data: await readFile(join(guestFiles, 'init.sh')) },
    { name: 'modules/order', mode: FILE, data: Buffer.from(order) },
    ...modules.map(({ name, data }) => ({ name: `modules/${name}`, mode: FILE, data })),
  ];
  return cpioArchive(entries);
}

/** Files of the modules and of what they depend on, so that each comes after what it needs. Names of built-in ones give nothing. */
async function modulesInOrder(folder: string, names: readonly string[]): Promise<readonly string[]> {
  const text = await readFile(join(folder, 'modules.dep'), 'utf8');
  const builtin = await readFile(join(folder, 'modules.builtin'), 'utf8');
  const needs = new Map<string, readonly string[]>();
  for (const line of text.split('\n')) {
    const [file, after] = line.split(': ');
    const path = file?.replace(/:$/, '');
    if (path) needs.set(path, after?.split(' ').filter((word) => word !== '') ?? []);
  }
  const fileOf = (name: string, list: Iterable<string>) =>
    [...list].find((path) => basename(path).replaceAll('-', '_') === `${name}.ko`);
  const order: string[] = [];
  for (const name of names) {
    const file = fileOf(name, needs.keys());
    if (file === undefined) {
      if (fileOf(name, builtin.split('\n')) !== undefined) continue;
      throw new EnvironmentError('E_ENV_VM_KERNEL', `the kernel in ${folder} has no module ${name}`, {
        hint: 'apt-get install -y linux-image-cloud-amd64',
      });
    }
    // modules.dep lists what a module needs with the deepest last.
    for (const path of [...(needs.get(file) ?? [])].reverse().concat(file)) if (!order.includes(path)) order.push(path);
  }
  return order;
}

/** A word as a shell takes it. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
