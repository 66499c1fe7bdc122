// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * `npm run bench`: measures, prints a table and writes JSON. See docs/benchmarks.md.
 * The benchmarks are TypeScript and use src/: bundled here first, into a folder that is gone afterwards.
 */

import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// Below the checkout, so that packages which are not bundled are found.
const built = join(root, `dist.bench.${process.pid}`);

// As in the bundle of bento-rr itself.
process.env.NODE_ENV ??= 'production';
try {
  await build({
    absWorkingDir: root,
    entryPoints: { main: 'bench/main.ts', probe: 'bench/probe/main.ts' },
    outdir: built,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    jsx: 'automatic',
    external: ['react-devtools-core', '@lydell/node-pty'],
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  const { main } = await import(pathToFileURL(join(built, 'main.js')).href);
  process.exitCode = await main(process.argv.slice(2), { root, probe: join(built, 'probe.js') });
} finally {
  rmSync(built, { recursive: true, force: true });
}
