// SPDX-License-Identifier: GPL-2.0
/**
 * Builds the kernel on which the VM suite finds what a usual kernel lets pass: Debian's linux-source-6.1 with debug.config beside this file.
 * Kept by content in kernel/target/debug; takes minutes the first time, and nothing afterwards.
 *
 *   npm run kernel:debug      builds it, and says how guests get to run on it
 *   npm run test:debug        the VM suite on it
 */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installCommand } from '../../../setup/packages.mjs';

const SOURCE = '/usr/src/linux-source-6.1.tar.xz';
const PACKAGES = ['linux-source-6.1', 'flex', 'bison', 'bc', 'libelf-dev', 'libssl-dev', 'kmod', 'cpio', 'make', 'gcc'];
const CONFIG = fileURLToPath(new URL('debug.config', import.meta.url));
const TARGET = fileURLToPath(new URL('../../target/debug', import.meta.url));

/** What a guest needs of a kernel; as src/capture/vm/tools.ts reads it from kernel.json. */
/** @typedef {{ readonly release: string, readonly image: string, readonly modules: string, readonly headers: string, readonly arguments: readonly string[] }} BuiltKernel */

/** @param {string} folder @param {readonly string[]} words */
function make(folder, words) {
  execFileSync('make', ['-s', '-C', folder, ...words], { stdio: ['ignore', process.stderr.fd, process.stderr.fd] });
}

/** Folder of the built kernel; builds it when it is not there. */
function debugKernel() {
  if (!existsSync(SOURCE)) {
    const root = process.getuid?.() === 0;
    throw new Error(`${SOURCE} is not there\n hint: ${installCommand(PACKAGES, root)}`);
  }
  const { size, mtimeMs } = statSync(SOURCE);
  const key = createHash('sha256').update(readFileSync(CONFIG)).update(`${size} ${mtimeMs}`).digest('hex').slice(0, 16);
  const folder = join(TARGET, key);
  if (!existsSync(join(folder, 'kernel.json'))) build(folder);
  return folder;
}

/** @param {string} folder */
function build(folder) {
  const source = join(folder, 'source');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(source, { recursive: true });
  execFileSync('tar', ['-xf', SOURCE, '-C', source, '--strip-components=1']);
  make(source, ['allnoconfig', `KCONFIG_ALLCONFIG=${CONFIG}`]);
  refuseLostOptions(readFileSync(join(source, '.config'), 'utf8'));
  make(source, ['-j2', 'bzImage', 'modules']);
  make(source, ['modules_install', `INSTALL_MOD_PATH=${folder}`]);
  cpSync(join(source, 'arch/x86/boot/bzImage'), join(folder, 'vmlinuz'));
  const release = readFileSync(join(source, 'include/config/kernel.release'), 'utf8').trim();
  /** @type {BuiltKernel} */
  const built = {
    release,
    image: join(folder, 'vmlinuz'),
    modules: join(folder, 'lib/modules', release),
    headers: source,
    arguments: ['acpi=noirq'],
  };
  // Last, and at once: a build that was cut short is none.
  writeFileSync(join(folder, 'kernel.json.new'), JSON.stringify(built));
  renameSync(join(folder, 'kernel.json.new'), join(folder, 'kernel.json'));
}

/** An option that another one's absence switched off would make the kernel find nothing, and say nothing. @param {string} config */
function refuseLostOptions(config) {
  const set = new Set(config.split('\n'));
  const wanted = readFileSync(CONFIG, 'utf8').split('\n');
  const lost = wanted.filter((line) => /^CONFIG_\w+=[ym]$/.test(line) && !set.has(line));
  if (lost.length > 0) throw new Error(`the configuration lost ${lost.join(' ')}`);
}

try {
  const folder = debugKernel();
  if (process.argv[2] === '--run') {
    const env = { ...process.env, BENTO_VM_KERNEL: folder };
    execFileSync(process.argv[3] ?? '', process.argv.slice(4), { stdio: 'inherit', env });
  } else {
    process.stdout.write(`BENTO_VM_KERNEL=${folder}\n`);
  }
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 4;
}
