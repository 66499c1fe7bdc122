// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * Bundles src/ into dist/: one entry, and a chunk for each dynamic import, so that `replay --json` never loads React.
 * Built beside and moved in place, so that a running bento-rr never meets half a build.
 */

import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { sourcesDigest } from './freshness.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const fresh = join(root, `dist.${process.pid}`);
const digest = sourcesDigest(root);

try {
  await build({
    absWorkingDir: root,
    entryPoints: { entry: 'src/cli/entry.ts' },
    outdir: fresh,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    jsx: 'automatic',
    // React's development build keeps a performance entry for each render: hours of TUI would run out of memory.
    // Yoga asks for fetch, which makes node load its HTTP client, and then does not use it: its code is in the bundle.
    define: { 'process.env.NODE_ENV': '"production"', fetch: 'undefined' },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    sourcemap: process.argv.includes('--sourcemap'),
    // Ink asks for this only when DEV=true.
    external: ['react-devtools-core'],
    // CommonJS packages inside an ESM bundle call require for node's own modules.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  writeFileSync(join(fresh, '.sources'), digest);
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  renameSync(fresh, join(root, 'dist'));
} catch (error) {
  // An error in the sources esbuild has shown itself.
  if (!(error instanceof Error && 'errors' in error)) throw error;
  process.exitCode = 1;
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
