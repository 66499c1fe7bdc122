// SPDX-License-Identifier: MIT OR Apache-2.0

/** Finds a Rust that is new enough. Used by the set-up and by `bento-rr doctor`; node built-ins only. */

import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { findProgram } from './packages.mjs';

/** Oldest cargo the workspace builds with. */
export const OLDEST_CARGO = '1.88.0';

/** Debian's backport of a current Rust, with the tools the checks use. */
export const RUST_PACKAGES = ['rustc-web', 'cargo-web', 'rustfmt-web', 'rust-web-clippy'];

/** @typedef {{ readonly path: string, readonly version: string, readonly fits: boolean }} Cargo */

/**
 * The cargo to use: the first on PATH, or Debian's when that one is too old.
 * @param {import('./packages.mjs').Env} env @returns {Cargo | undefined}
 */
export function findCargo(env) {
  const home = env.HOME === undefined ? [] : [`${env.HOME}/.cargo/bin/cargo`];
  const paths = [findProgram('cargo', env), ...home, '/usr/bin/cargo'];
  const found = [...new Set(paths)].flatMap((path) => (path === undefined ? [] : (probe(path, env) ?? [])));
  return found.find((cargo) => cargo.fits) ?? found[0];
}

/** The environment in which that cargo finds its own rustc. @param {Cargo} cargo @param {import('./packages.mjs').Env} env */
export function cargoEnv(cargo, env) {
  return { ...env, PATH: `${dirname(cargo.path)}:${env.PATH ?? ''}` };
}

/** @param {string} path @param {import('./packages.mjs').Env} env @returns {Cargo | undefined} */
function probe(path, env) {
  try {
    const text = execFileSync(path, ['--version'], { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] });
    const version = /^cargo ([0-9]+\.[0-9]+\.[0-9]+)/.exec(text)?.[1];
    return version === undefined ? undefined : { path, version, fits: compareVersions(version, OLDEST_CARGO) >= 0 };
  } catch {
    // Not there, or a rustup shim without a toolchain: as good as not there.
    return undefined;
  }
}

/** Below 0 when a is older than b. @param {string} a @param {string} b */
export function compareVersions(a, b) {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let part = 0; part < 3; part += 1) {
    const difference = (left?.[part] ?? 0) - (right?.[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
