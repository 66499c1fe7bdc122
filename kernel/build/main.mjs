// SPDX-License-Identifier: GPL-2.0
/**
 * Builds the kernel half: bentofs.ko and the .ko of file systems. What is there already, made from the same sources, is left alone.
 *
 *   npm run kernel                                    bentofs, tiffinfs, memfs, for the newest 6.1 headers
 *   npm run kernel -- --fs tiffinfs --name bento_tiffinfs_v2 --workspace /other/checkout/rust-fs
 *   npm run kernel -- --check                         bentofs with W=1 and sparse; any warning fails
 *   npm run kernel -- --kerneldir /lib/modules/6.1.0-56-cloud-amd64/build
 *   npm run kernel -- --json                          one JSON document about what was built, on stdout
 */

import { parseArgs } from 'node:util';
import { buildKernel } from './build.mjs';
import { BuildError } from './run.mjs';

const OPTIONS = /** @type {const} */ ({
  fs: { type: 'string', multiple: true },
  name: { type: 'string' },
  workspace: { type: 'string' },
  revision: { type: 'string' },
  kerneldir: { type: 'string' },
  out: { type: 'string' },
  check: { type: 'boolean' },
  json: { type: 'boolean' },
});

try {
  const { values } = parseArgs({ options: OPTIONS });
  const built = buildKernel({ ...values, say: (text) => process.stderr.write(`kernel: ${text}\n`) });
  if (values.json) process.stdout.write(`${JSON.stringify(built)}\n`);
  else for (const path of [built.bentofs, ...Object.values(built.fs)]) process.stdout.write(`${path}\n`);
} catch (error) {
  const usage = error instanceof TypeError;
  if (!usage && !(error instanceof BuildError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  if (error instanceof BuildError) process.stderr.write(` hint: ${error.hint}\n`);
  process.exitCode = usage ? 2 : 4;
}
