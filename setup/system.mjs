// SPDX-License-Identifier: MIT OR Apache-2.0

/** Step 1: programs from the distribution. Installs them when it may (root on Debian or Ubuntu), else says how. */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, installCommand, missingPackages, readPackages } from './packages.mjs';
import { findCargo, OLDEST_CARGO, RUST_PACKAGES } from './rust.mjs';
import { ROOT, run, SetupError, say } from './step.mjs';

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
    throw new SetupError(
      `no cargo of ${OLDEST_CARGO} or later in this release`,
      'install Rust from https://rustup.rs, then run this again',
    );
  }
}

/** @param {readonly string[]} names */
function install(names) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = /** @type {const} */ (['apt-get', 'install', '-y', '--no-install-recommends', ...names]);
  // The lists of a fresh image are empty or stale: only then are they fetched.
  const simulated = spawnSync('apt-get', ['install', '-s', '--no-install-recommends', ...names], { stdio: 'ignore' });
  if (simulated.status !== 0) run(['apt-get', 'update'], { env, hint: 'is the network up?' });
  const unknown = names.filter((name) => spawnSync('apt-cache', ['show', name], { stdio: 'ignore' }).status !== 0);
  if (unknown.some((name) => RUST_PACKAGES.includes(name))) {
    // Ubuntu, and Debian releases that have a current Rust under another name.
    const hint = 'install Rust from https://rustup.rs, then run this again';
    throw new SetupError(`this release has no package of Rust ${OLDEST_CARGO} or later that is known here`, hint);
  }
  try {
    run([...apt], { env });
  } catch {
    say('trying once more with fresh package lists');
    run(['apt-get', 'update'], { env, hint: 'is the network up?' });
    run([...apt], { env, hint: 'see the messages of apt-get above' });
  }
}

function isDebian() {
  if (findProgram('apt-get', process.env) === undefined || !existsSync('/etc/os-release')) return false;
  return /^ID(?:_LIKE)?=.*\b(?:debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
}
