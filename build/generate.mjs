// SPDX-License-Identifier: MIT OR Apache-2.0

/** `npm run generate`: writes every generated file anew. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GENERATORS } from './generators.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

for (const { name, make } of GENERATORS) {
  for (const [path, content] of await make(root)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    process.stdout.write(`${name}: ${path}\n`);
  }
}
