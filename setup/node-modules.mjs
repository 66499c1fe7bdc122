// SPDX-License-Identifier: MIT OR Apache-2.0

/** Step 2: node_modules as the lock file says. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run } from './step.mjs';

export function ensureNodeModules() {
  if (isFresh()) return;
  // With NODE_ENV=production npm would leave out what builds and tests. Inside `npm start`, npm says where it is itself.
  const npm = process.env.npm_execpath;
  const args = /** @type {const} */ (['ci', '--include=dev', '--no-audit', '--no-fund']);
  const hint = 'is the network up? then try: npm ci';
  if (npm?.endsWith('.js')) run([process.execPath, npm, ...args], { hint });
  else run(['npm', ...args], { hint });
}

/** Compares what npm wrote down as installed with the lock: no stamp of ours, so a hand-made `npm ci` counts too. */
function isFresh() {
  const written = join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(written)) return false;
  const installed = readLock(written);
  return Object.entries(readLock(join(ROOT, 'package-lock.json'))).every(([path, wanted]) => {
    if (path === '') return true;
    const got = installed[path];
    // Binaries for other platforms are in the lock, and rightly not here.
    return got === undefined
      ? wanted.optional === true
      : got.version === wanted.version && got.integrity === wanted.integrity;
  });
}

/** @typedef {{ readonly version?: string, readonly integrity?: string, readonly optional?: boolean }} LockedPackage */

/** @param {string} path @returns {Readonly<Record<string, LockedPackage>>} */
function readLock(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages ?? {};
}
