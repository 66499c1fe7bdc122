// SPDX-License-Identifier: MIT OR Apache-2.0

import { open, readFile, readlink, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCodeOf } from '../../base/errors.js';
import { makeFolder } from '../../base/make-folder.js';

/**
 * A place to build in: a path to check out to and a cargo target folder that goes with it. Both stay the same from build to
 * build, so that cargo finds its dependencies built; one builder at a time uses a slot, whatever process it is in.
 */
export type BuildSlot = {
  readonly worktree: string;
  readonly target: string;
};

const RETRY_MS = 200;

/** Waits for a free slot of `count`, works in it, and frees it. */
export async function withBuildSlot<T>(
  builds: string,
  count: number,
  work: (slot: BuildSlot) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const folder = join(builds, 'slots');
  await makeFolder(folder);
  for (;;) {
    for (let index = 0; index < count; index += 1) {
      const lock = join(folder, `${index}.lock`);
      if (!(await tryLock(lock))) continue;
      try {
        return await work({ worktree: join(folder, `${index}.tree`), target: join(folder, `${index}.target`) });
      } finally {
        await rm(lock, { force: true });
      }
    }
    await sleep(RETRY_MS, undefined, signal === undefined ? {} : { signal });
  }
}

/** Takes the lock file; one whose maker is no longer alive counts as free. */
async function tryLock(path: string): Promise<boolean> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(`${await ownPid()}\n`);
      await file.close();
      return true;
    } catch (error) {
      if (systemCodeOf(error) !== 'EEXIST') throw error;
      if (!(await isAbandoned(path))) return false;
      await rm(path, { force: true });
    }
  }
  return false;
}

async function isAbandoned(path: string): Promise<boolean> {
  try {
    const pid = (await readFile(path, 'utf8')).trim();
    // Between its making and its first line it is empty; a maker that died right there left it old.
    if (pid === '') return Date.now() - (await stat(path)).mtimeMs > 10_000;
    return !(await exists(`/proc/${pid}`));
  } catch {
    // Freed meanwhile.
    return false;
  }
}

async function ownPid(): Promise<string> {
  return readlink('/proc/self');
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
