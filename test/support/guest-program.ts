// SPDX-License-Identifier: MIT OR Apache-2.0

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { CHECKOUT } from './sources.js';

/** Compiles a program of test/vm/programs into a folder; a guest finds it at the same path. Warnings are errors. */
export function guestProgram(folder: string, name: string): string {
  const path = join(folder, name);
  const source = join(CHECKOUT, 'test/vm/programs', `${name}.c`);
  execFileSync('cc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', path, source], { stdio: 'inherit' });
  return path;
}
