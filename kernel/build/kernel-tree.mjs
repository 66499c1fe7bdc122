// SPDX-License-Identifier: GPL-2.0
/** The kernel that is built for: its build folder and what it calls itself. */

import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError } from './run.mjs';

const MODULES = '/lib/modules';
const HINT = 'apt-get install -y linux-headers-cloud-amd64 (or give --kerneldir DIR)';

/**
 * @typedef {{
 *   readonly dir: string,
 *   readonly release: string,
 *   readonly identity: string,
 *   readonly framePointers: boolean,
 * }} KernelTree
 * `dir` is what make -C takes; `identity` changes whenever what is built against it may; `framePointers`: it unwinds by them.
 */

/** The given build folder, or that of the newest 6.1 kernel whose headers are installed. @param {string | undefined} dir @returns {KernelTree} */
export function findKernelTree(dir) {
  const chosen = dir ?? newestHeaders();
  if (chosen === undefined) throw new BuildError('no headers of a Linux 6.1 are installed', HINT);
  const releaseFile = join(chosen, 'include/generated/utsrelease.h');
  const symvers = join(chosen, 'Module.symvers');
  if (!existsSync(releaseFile) || !existsSync(symvers)) {
    throw new BuildError(`${chosen} is no configured kernel build folder with a Module.symvers`, HINT);
  }
  const release = /UTS_RELEASE "([^"]+)"/.exec(readFileSync(releaseFile, 'utf8'))?.[1] ?? '';
  const config = join(chosen, 'include/config/auto.conf');
  const chosenOptions = existsSync(config) ? readFileSync(config, 'utf8') : '';
  const parts = [realpathSync(chosen), release, readFileSync(symvers), chosenOptions];
  const framePointers = /^CONFIG_FRAME_POINTER=y$/m.test(chosenOptions);
  return { dir: chosen, release, identity: parts.join('\0'), framePointers };
}

/** @returns {string | undefined} */
function newestHeaders() {
  if (!existsSync(MODULES)) return undefined;
  const releases = readdirSync(MODULES).filter(
    (name) => name.startsWith('6.1.') && existsSync(join(MODULES, name, 'build/Module.symvers')),
  );
  const newest = releases.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  return newest === undefined ? undefined : join(MODULES, newest, 'build');
}
