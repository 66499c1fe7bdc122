// SPDX-License-Identifier: MIT OR Apache-2.0

/** Whether dist/ was built from the sources as they are now. Node built-ins only: runs before node_modules exist. */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = ['src', 'build', 'setup', 'package.json', 'package-lock.json'];
const STAMP = 'dist/.sources';

/** @param {string} root */
export function isBundleFresh(root) {
  const stamp = join(root, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sourcesDigest(root);
}

/** Names, sizes and times of the sources: content would be read for nothing. @param {string} root */
export function sourcesDigest(root) {
  const hash = createHash('sha256');
  for (const source of SOURCES)
    for (const path of filesBelow(join(root, source))) {
      const { size, mtimeMs } = statSync(path);
      hash.update(`${path.slice(root.length)} ${size} ${mtimeMs}\n`);
    }
  return hash.digest('hex');
}

/** @param {string} path @returns {readonly string[]} */
function filesBelow(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}
