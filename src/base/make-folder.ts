// SPDX-License-Identifier: MIT OR Apache-2.0

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it; one that is there is fine. Node's own `recursive` never ends where a folder that is there cannot
 * have others in it, as in /proc.
 */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  const missing = await make(path, mode);
  if (missing === undefined) return;
  if (path === dirname(path)) throw missing;
  await makeFolder(dirname(path), mode);
  const still = await make(path, mode);
  if (still !== undefined) throw still;
}

/** The error when the folder above is missing. */
async function make(path: string, mode: number | undefined): Promise<Error | undefined> {
  try {
    await mkdir(path, mode);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return error as Error;
    if (code !== 'EEXIST') throw error;
  }
  return undefined;
}
