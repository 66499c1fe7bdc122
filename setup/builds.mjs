// SPDX-License-Identifier: MIT OR Apache-2.0

/** Step 3: what is built from source here, only when its sources changed. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isBundleFresh } from '../build/freshness.mjs';
import { cargoEnv, findCargo } from './rust.mjs';
import { ROOT, run } from './step.mjs';

/** Packages that are modules. */
const MODULES = '*-module';

export function ensureBuilds() {
  ensureRust();
  if (!isBundleFresh(ROOT)) run([process.execPath, join(ROOT, 'build/bundle.mjs')]);
}

function ensureRust() {
  const workspace = join(ROOT, 'rust-fs');
  if (!existsSync(join(workspace, 'Cargo.toml'))) return;
  const cargo = findCargo(process.env);
  if (cargo === undefined) throw new Error('ensureSystem() runs first');
  // cargo knows what is stale, down to flags and toolchain, and says so within 0.2 s. Modules are built apart: built together, cargo
  // gives them the features that the host asks of shared crates, std among them.
  for (const what of [
    ['--workspace', '--exclude', MODULES],
    ['-p', MODULES],
  ]) {
    run([cargo.path, 'build', '--release', '--locked', ...what], {
      cwd: workspace,
      env: cargoEnv(cargo, process.env),
    });
  }
}
