// SPDX-License-Identifier: MIT OR Apache-2.0

/** What a guest is made of, found on this machine. */

import { access, readdir, readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../../setup/packages.mjs';
import { EnvironmentError } from '../../base/errors.js';
import type { Env } from '../../host/locate.js';

/** A Linux that a guest can boot: image, loadable modules, and perhaps the headers that modules are built against. */
export type GuestKernel = {
  readonly release: string;
  readonly image: string;
  /** /lib/modules/RELEASE */
  readonly modules: string;
  /** Build folder; absent when the headers are not installed. */
  readonly headers: string | undefined;
  /** Words of its command line that it cannot do without. */
  readonly arguments?: readonly string[];
};

export type VmTools = {
  readonly qemu: string;
  readonly virtiofsd: string;
  readonly busybox: string;
  readonly setpriv: string;
  readonly kernel: GuestKernel;
};

/** Where Debian keeps qemu's virtiofsd, and where later ones do; it is on nobody's PATH. */
const VIRTIOFSD = ['/usr/lib/qemu/virtiofsd', '/usr/libexec/virtiofsd', '/usr/libexec/qemu/virtiofsd'];

const SERIES = /^6\.1\./;

/** One thing a guest needs: what was found, and the package that brings it. */
export type VmPart = {
  readonly name: string;
  readonly found: string | undefined;
  readonly packages: readonly string[];
};

/** Every part, found or not: for `doctor`. */
export async function vmParts(env: Env): Promise<readonly VmPart[]> {
  const kernel = await chosenKernel(env);
  return [
    { name: 'qemu-system-x86_64', found: findProgram('qemu-system-x86_64', env), packages: ['qemu-system-x86'] },
    { name: 'virtiofsd', found: await firstThere(VIRTIOFSD), packages: ['qemu-system-common'] },
    { name: 'busybox', found: findProgram('busybox', env), packages: ['busybox-static'] },
    { name: 'setpriv', found: findProgram('setpriv', env), packages: ['util-linux'] },
    { name: 'vmlinuz and modules', found: kernel?.release, packages: ['linux-image-cloud-amd64'] },
    { name: 'kernel headers', found: kernel?.headers, packages: ['linux-headers-cloud-amd64'] },
  ];
}

/** What a guest is started with; fails with the command that installs what is missing. */
export async function findVmTools(env: Env): Promise<VmTools> {
  const parts = await vmParts(env);
  const missing = parts.filter(({ found, name }) => found === undefined && name !== 'kernel headers');
  const kernel = await chosenKernel(env);
  if (missing.length > 0 || kernel === undefined) {
    throw new EnvironmentError(
      'E_ENV_VM',
      `no guest can run here: ${missing.map(({ name }) => name).join(', ')} missing`,
      {
        hint: `apt-get install -y --no-install-recommends ${missing.flatMap(({ packages }) => packages).join(' ')}`,
      },
    );
  }
  if (userInfo().uid !== 0) {
    throw new EnvironmentError('E_ENV_VM_ROOT', 'a guest shares the files of this machine, which takes root here', {
      why: "qemu's virtiofsd changes its root",
      hint: 'run it as root (sudo)',
    });
  }
  const path = (name: string) => parts.find((part) => part.name === name)?.found ?? '';
  return {
    qemu: path('qemu-system-x86_64'),
    virtiofsd: path('virtiofsd'),
    busybox: path('busybox'),
    setpriv: path('setpriv'),
    kernel,
  };
}

/** The one that BENTO_VM_KERNEL names, a folder made by `npm run kernel:debug`; else the newest installed. */
async function chosenKernel(env: Env): Promise<GuestKernel | undefined> {
  const folder = env.BENTO_VM_KERNEL;
  if (folder === undefined || folder === '') return newestKernel();
  try {
    return JSON.parse(await readFile(join(folder, 'kernel.json'), 'utf8')) as GuestKernel;
  } catch (error) {
    throw new EnvironmentError('E_ENV_VM_KERNEL', `BENTO_VM_KERNEL names no built kernel: ${folder}`, {
      cause: error,
      hint: 'npm run kernel:debug builds one and says its folder',
    });
  }
}

/** The newest 6.1 whose image and modules are installed; one with headers comes first, since modules are built against them. */
async function newestKernel(): Promise<GuestKernel | undefined> {
  const releases = await readdir('/lib/modules').catch(() => []);
  const kernels: GuestKernel[] = [];
  for (const release of releases.filter((name) => SERIES.test(name))) {
    const [image, modules] = [`/boot/vmlinuz-${release}`, join('/lib/modules', release)];
    const headers = join(modules, 'build');
    if (!(await isThere(image)) || !(await isThere(join(modules, 'modules.dep')))) continue;
    kernels.push({
      release,
      image,
      modules,
      headers: (await isThere(join(headers, 'Module.symvers'))) ? headers : undefined,
    });
  }
  const rank = (kernel: GuestKernel) => (kernel.headers === undefined ? 0 : 1);
  return kernels
    .sort((a, b) => rank(a) - rank(b) || a.release.localeCompare(b.release, 'en', { numeric: true }))
    .at(-1);
}

async function firstThere(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await isThere(path)) return path;
  return undefined;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
