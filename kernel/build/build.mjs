// SPDX-License-Identifier: GPL-2.0
/** The whole of a kernel build, as a function: for the command line, the set-up and the tests. */

import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cargoEnv, findCargo } from '../../setup/rust.mjs';
import { buildBentofs, checkBentofs } from './bentofs.mjs';
import { buildFileSystem } from './file-system.mjs';
import { findKernelTree } from './kernel-tree.mjs';
import { withLock } from './lock.mjs';
import { BuildError } from './run.mjs';

/** Folder of the checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** File systems that are built when none is named. */
export const FILE_SYSTEMS = ['tiffinfs', 'tiffinfs-prov', 'memfs'];

/**
 * @typedef {{
 *   readonly fs?: readonly string[] | undefined, readonly name?: string | undefined, readonly workspace?: string | undefined,
 *   readonly revision?: string | undefined, readonly kerneldir?: string | undefined, readonly out?: string | undefined,
 *   readonly check?: boolean | undefined, readonly say: (text: string) => void,
 * }} Request `out`: where builds go; a folder for each kernel release in it
 * @typedef {{ readonly release: string, readonly bentofs: string, readonly fs: Readonly<Record<string, string>> }} Built
 * `fs`: file-system name -> path of its .ko
 */

/** Builds what is stale and says where everything is. @param {Request} request @returns {Built} */
export function buildKernel(request) {
  const tree = findKernelTree(request.kerneldir);
  const out = join(resolve(request.out ?? join(ROOT, 'kernel/target')), tree.release);
  const place = { root: ROOT, tree, out, say: request.say };
  const names = request.fs ?? FILE_SYSTEMS;
  if (request.name !== undefined && names.length !== 1) throw new BuildError('--name goes with one --fs', 'name one');
  return withLock(out, () => {
    if (request.check) checkBentofs(place);
    const bentofs = buildBentofs(place);
    const cargo = findCargo(process.env);
    if (!cargo?.fits) throw new BuildError('there is no cargo that is new enough', 'npm run setup installs it');
    const workspace = resolve(request.workspace ?? join(ROOT, 'rust-fs'));
    const wanted = {
      workspace,
      revision: request.revision ?? '',
      cargo: cargo.path,
      env: cargoEnv(cargo, process.env),
      bentofs,
    };
    /** @type {Record<string, string>} */
    const fs = {};
    for (const one of names) {
      const name = request.name ?? `bento_${one.replaceAll('-', '_')}`;
      fs[one] = buildFileSystem(place, { ...wanted, fs: one, name });
    }
    return { release: tree.release, bentofs: bentofs.module, fs };
  });
}
