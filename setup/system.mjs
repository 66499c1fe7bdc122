// SPDX-License-Identifier: MIT OR Apache-2.0

/** Step 1: programs from the distribution. Installs them when it may (root on Debian or Ubuntu), else says how. */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, installCommand, missingPackages, readPackages } from './packages.mjs';
import { findCargo, OLDEST_CARGO, RUST_PACKAGES } from './rust.mjs';
import { ROOT, run, SetupError, say } from './step.mjs';

const RUSTUP = `install Rust ${OLDEST_CARGO} or later from https://rustup.rs, then run this again`;

export function ensureSystem() {
  const missing = missingPackages(readPackages(join(ROOT, 'setup/debian-packages.txt')), process.env);
  const names = missing.map(({ name }) => name);
  const cargo = existsSync(join(ROOT, 'rust-fs/Cargo.toml')) ? findCargo(process.env) : undefined;
  if (existsSync(join(ROOT, 'rust-fs/Cargo.toml')) && !cargo?.fits) {
    if (cargo !== undefined) say(`cargo ${cargo.version} at ${cargo.path} is older than ${OLDEST_CARGO}`);
    names.push(...RUST_PACKAGES);
  }
  if (names.length === 0) return;

  const root = process.getuid?.() === 0;
  const command = installCommand(names, root);
  if (!isDebian()) {
    const programs = missing.map(({ provides }) => provides).join(' ');
    throw new SetupError(
      `these programs are missing: ${programs}${cargo?.fits ? '' : ` cargo (${OLDEST_CARGO} or later)`}`,
      `install them with your package manager; on Debian it would be: ${command}`,
    );
  }
  if (!root) throw new SetupError(`these packages are missing: ${names.join(' ')}`, `run: ${command}`);

  install(names);
  const still = missingPackages(missing, process.env).map(({ name, provides }) => `${provides} (of ${name})`);
  if (still.length > 0) throw new SetupError(`installed, yet not found: ${still.join(', ')}`, 'check PATH');
  if (names.includes('cargo-web') && !findCargo(process.env)?.fits) {
    throw new SetupError(`this release has no cargo of ${OLDEST_CARGO} or later`, RUSTUP);
  }
}

/** @param {readonly string[]} names */
function install(names) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Always: with the old lists of an image apt would install an old Rust without a word.
  run(['apt-get', '-q', 'update'], { env, hint: 'is the network up? apt-get update must work' });
  const unknown = names.filter((name) => spawnSync('apt-cache', ['show', name], { stdio: 'ignore' }).status !== 0);
  if (unknown.some((name) => RUST_PACKAGES.includes(name))) {
    // Ubuntu, and Debian releases that have a current Rust under another name.
    throw new SetupError(`this release has none of the packages ${RUST_PACKAGES.join(' ')}`, RUSTUP);
  }
  if (unknown.length > 0)
    throw new SetupError(`this release has no package ${unknown.join(' ')}`, 'enable all of main in the apt sources');
  run(['apt-get', '-q', '-y', '-o', 'Dpkg::Use-Pty=0', 'install', '--no-install-recommends', ...names], {
    env,
    hint: 'see the messages of apt-get above',
  });
}

function isDebian() {
  if (findProgram('apt-get', process.env) === undefined || !existsSync('/etc/os-release')) return false;
  return /^ID(?:_LIKE)?=.*\b(?:debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
}
