// SPDX-License-Identifier: GPL-2.0
/** One build at a time in a folder, whatever process it is in. */

import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const RETRY_MS = 200;

/** Runs `work` while holding the folder's lock; waits for whoever holds it. @template T @param {string} folder @param {() => T} work @returns {T} */
export function withLock(folder, work) {
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, 'lock');
  const mine = join(folder, `lock.${process.pid}`);
  writeFileSync(mine, `${process.pid}\n`);
  try {
    while (!take(mine, lock)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    try {
      return work();
    } finally {
      rmSync(lock, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** A link is made in one step with its content; a lock whose owner is gone counts as free. @param {string} mine @param {string} lock */
function take(mine, lock) {
  try {
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if (!(error instanceof Error) || Reflect.get(error, 'code') !== 'EEXIST') throw error;
  }
  try {
    const owner = readFileSync(lock, 'utf8').trim();
    if (!existsSync(`/proc/${owner}`)) rmSync(lock, { force: true });
  } catch {
    // Freed meanwhile.
  }
  return false;
}
