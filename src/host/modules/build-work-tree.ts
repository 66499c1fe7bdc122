// SPDX-License-Identifier: MIT OR Apache-2.0

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EnvironmentError, HostError, UsageError } from '../../base/errors.js';
import type { Env } from '../locate.js';
import { BUILD_FLAGS, moduleFile } from './build-revision.js';
import { runProgram } from './run-program.js';
import { findToolchain } from './toolchain.js';

export type WorkTreeBuild = {
  readonly name: string;
  /** Folder of the checkout. */
  readonly home: string;
  readonly env: Env;
  readonly signal?: AbortSignal | undefined;
  /** Told when a build begins, and each line of it. */
  readonly onLine?: ((line: string) => void) | undefined;
};

/** The module of the work tree, built when a source of it is newer. */
export async function buildWorkTree(build: WorkTreeBuild): Promise<string> {
  const workspace = join(build.home, 'rust-fs');
  const object = join(workspace, 'target/release', moduleFile(build.name));
  if (await isFresh(object, workspace)) return object;
  const crate = await modified(join(workspace, build.name, 'module/Cargo.toml'));
  if (crate === undefined) {
    if ((await modified(object)) !== undefined) return object;
    throw new UsageError(`there is no file system "${build.name}"`, {
      why: `${join(workspace, build.name)} is absent`,
      hint: `bento-rr new ${build.name} makes one; or give the path of its .so`,
    });
  }
  const toolchain = await findToolchain(build.env, workspace);
  build.onLine?.(`building ${build.name} ...`);
  const done = await runProgram(toolchain.cargo, [...BUILD_FLAGS, '-p', `${build.name}-module`], {
    cwd: workspace,
    env: { ...toolchain.env, CARGO_TERM_COLOR: 'never', CARGO_TERM_PROGRESS_WHEN: 'never' },
    signal: build.signal,
    onLine: build.onLine,
  });
  if (!done.ok) {
    throw new HostError('E_MODULE_BUILD', `${build.name} does not build (${done.how})`, {
      why: `the compiler's last lines:\n${done.stderr.trimEnd().split('\n').slice(-20).join('\n')}`,
      hint: `cd rust-fs && cargo build --release -p ${build.name}-module shows all of them`,
    });
  }
  if ((await modified(object)) === undefined) {
    throw new EnvironmentError('E_ENV_BUILD', `cargo built ${build.name}, yet ${object} is absent`, {
      hint: 'CARGO_TARGET_DIR or a cargo configuration may send builds elsewhere: unset it',
    });
  }
  return object;
}

/** Whether no source that cargo listed for the object is newer. When in doubt it is not: cargo itself knows within 0.2 s. */
async function isFresh(object: string, workspace: string): Promise<boolean> {
  const built = await modified(object);
  if (built === undefined) return false;
  const list = await readFile(object.replace(/\.so$/, '.d'), 'utf8').catch(() => undefined);
  if (list === undefined) return false;
  // "OBJECT: SOURCE SOURCE ..." with spaces in names escaped, as make wants it.
  const [first = ''] = list.split('\n');
  const sources = first
    .slice(first.indexOf(': ') + 2)
    .split(/(?<!\\) /)
    .map((path) => path.replaceAll('\\ ', ' '));
  const times = await Promise.all(
    [join(workspace, 'Cargo.toml'), join(workspace, 'Cargo.lock'), ...sources].map(modified),
  );
  return times.every((time) => time !== undefined && time <= built);
}

async function modified(path: string): Promise<number | undefined> {
  return stat(path).then(
    (found) => found.mtimeMs,
    () => undefined,
  );
}
