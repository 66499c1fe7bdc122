// SPDX-License-Identifier: MIT OR Apache-2.0

/** File-system test suites that others wrote, from crates.io: built once, at versions that are named here. */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cargoEnv, findCargo } from '../../setup/rust.mjs';
import { CHECKOUT } from '../support/sources.js';

const VERSIONS = { pjdfstest: '0.2.2', fsx: '0.3.2' } as const;

/** The built program; builds it when it is not there in this version. */
export function outsider(name: keyof typeof VERSIONS): string {
  const root = join(CHECKOUT, 'rust-fs/target/outsiders', `${name}-${VERSIONS[name]}`);
  const program = join(root, 'bin', name);
  if (existsSync(program)) return program;
  const cargo = findCargo(process.env);
  if (cargo === undefined) throw new Error('the set-up installs cargo');
  const words = ['install', '--quiet', '--locked', '--root', root, `${name}@${VERSIONS[name]}`];
  execFileSync(cargo.path, words, { env: cargoEnv(cargo, process.env), stdio: 'inherit' });
  return program;
}
