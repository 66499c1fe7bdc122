// SPDX-License-Identifier: MIT OR Apache-2.0

/** docs/keys.md from the TUI's command table. */

import { join } from 'node:path';
import { build } from 'esbuild';

/** @param {string} root */
export async function keysPage(root) {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [join(root, 'src/tui/commands/keys-page.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
  const text = result.outputFiles[0]?.text ?? '';
  const module = await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`);
  return new Map([['docs/keys.md', String(module.keysPage())]]);
}
