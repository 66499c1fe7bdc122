// SPDX-License-Identifier: MIT OR Apache-2.0

import { dirname, join } from 'node:path';
import { cargoEnv, findCargo } from '../../../setup/rust.mjs';
import { EnvironmentError } from '../../base/errors.js';
import type { Env } from '../locate.js';
import { runProgram } from './run-program.js';

/** A Rust to build modules with. */
export type Toolchain = {
  readonly cargo: string;
  /** What it runs with: its own rustc first on PATH. */
  readonly env: Env;
  /** Everything about it that decides what it makes: `rustc -vV` and the flags in the environment. */
  readonly identity: string;
};

/** Variables that change what cargo makes. */
const FLAGS = ['RUSTFLAGS', 'CARGO_ENCODED_RUSTFLAGS', 'CARGO_BUILD_TARGET', 'RUSTC_WRAPPER', 'RUSTUP_TOOLCHAIN'];

/** Finds the Rust to use; fails with the way to get one. */
export async function findToolchain(env: Env, cwd: string): Promise<Toolchain> {
  const cargo = findCargo(env);
  if (cargo === undefined) {
    throw new EnvironmentError('E_ENV_CARGO', 'modules cannot be built: there is no cargo', {
      hint: 'npm run setup installs it; or give modules as .so files',
    });
  }
  const toolEnv = cargoEnv(cargo, env);
  const version = await runProgram(join(dirname(cargo.path), 'rustc'), ['-vV'], { cwd, env: toolEnv });
  const flags = FLAGS.map((name) => `${name}=${env[name] ?? ''}`);
  return { cargo: cargo.path, env: toolEnv, identity: [version.stdout, ...flags].join('\n') };
}
