// SPDX-License-Identifier: GPL-2.0
/** Builds the .ko of a file system: its Rust object, the C glue, kbuild. */

import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { complaints } from './bentofs.mjs';
import { digestOf, isMadeFrom, makeFrom, mirror } from './content.mjs';
import { BuildError, run } from './run.mjs';
import { buildRustObject, toolchainWords } from './rust-object.mjs';

/** Folders of the workspace that no module is made of; as in module-build, which calls a build by the content of the others. */
const APART = ['bento-host', 'target'];

/**
 * @typedef {{
 *   readonly fs: string, readonly name: string, readonly workspace: string, readonly revision: string,
 *   readonly cargo: string, readonly env: NodeJS.ProcessEnv,
 *   readonly bentofs: { readonly symvers: string },
 * }} Wanted
 * `name` is the module's, without .ko; `workspace` the folder with the crates (rust-fs, of any revision).
 */

/**
 * @param {import('./bentofs.mjs').Place} place @param {Wanted} wanted
 * @returns {string} path of the .ko
 */
export function buildFileSystem({ root, tree, out, say }, wanted) {
  const { fs, name, workspace, revision } = wanted;
  const crate = crateOf(workspace, fs);
  if (crate === undefined) {
    throw new BuildError(`there is no file system "${fs}" in ${workspace}`, `bento-rr new ${fs} makes one`);
  }
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(name)) {
    throw new BuildError(`"${name}" is no name of a kernel module`, 'lower-case letters, digits and _');
  }
  const folder = join(out, 'fs', name);
  mkdirSync(folder, { recursive: true });
  const rust = join(folder, 'rust.o_shipped');
  const sources = readdirSync(workspace)
    .filter((part) => !part.startsWith('.') && !APART.includes(part))
    .map((part) => join(workspace, part));
  // The revision is compiled in, or without one what the sources are.
  const rustDigest = digestOf(workspace, sources, [
    'rust',
    fs,
    revision,
    ...toolchainWords(tree.framePointers),
    tree.release,
  ]);
  if (!isMadeFrom(rust, rustDigest)) {
    say(`${fs} (Rust) for ${name}.ko`);
    makeFrom(rust, rustDigest, () => {
      const warnings = buildRustObject({
        workspace,
        fs,
        revision,
        out: rust,
        framePointers: tree.framePointers,
        target: join(root, 'kernel/target/cargo'),
        cargo: wanted.cargo,
        env: wanted.env,
      });
      writeFileSync(`${rust}.frames`, warnings.join('\n'));
    });
  }
  const frames = readFileSync(`${rust}.frames`, 'utf8').trim();
  const module = join(folder, `${name}.ko`);
  const glue = [join(root, 'kernel/module'), join(root, 'kernel/include'), wanted.bentofs.symvers];
  const digest = digestOf(root, glue, [name, rustDigest, tree.identity]);
  if (!isMadeFrom(module, digest)) {
    say(`${name}.ko for ${tree.release}`);
    if (frames !== '') say(frames);
    mirror(join(root, 'kernel/include'), join(folder, 'include'));
    for (const file of ['Kbuild', 'glue.c']) copyFileSync(join(root, 'kernel/module', file), join(folder, file));
    makeFrom(module, digest, () => {
      const said = run(
        [
          'make',
          ...['-C', tree.dir, `M=${folder}`, `KBUILD_EXTRA_SYMBOLS=${wanted.bentofs.symvers}`],
          ...[
            `BENTO_MODULE=${name}`,
            `BENTO_INCLUDE=${join(folder, 'include')}`,
            `BENTO_REVISION=${revision || 'work-tree'}`,
          ],
          'modules',
        ],
        { cwd: folder },
      );
      for (const line of complaints(said)) say(line);
    });
  }
  return module;
}

/** Folder of a file system's crate: beside its module crate, or a module of the tests, which is one crate. @param {string} workspace @param {string} fs @returns {string | undefined} */
function crateOf(workspace, fs) {
  if (existsSync(join(workspace, fs, 'module/Cargo.toml'))) return fs;
  return existsSync(join(workspace, 'testmods', fs, 'Cargo.toml')) ? `testmods/${fs}` : undefined;
}
