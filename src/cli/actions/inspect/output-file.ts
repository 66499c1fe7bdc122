// SPDX-License-Identifier: MIT OR Apache-2.0

import { open, rename, rm, stat } from 'node:fs/promises';
import { EnvironmentError, systemCodeOf, UsageError } from '../../../base/errors.js';

/** Writes a file as a whole or not at all: its parts go beside it first. */
export async function writeWhole(path: string, parts: AsyncIterable<string | Uint8Array>): Promise<void> {
  const beside = `${path}.part`;
  try {
    const file = await open(beside, 'w');
    try {
      for await (const part of parts) await file.appendFile(part);
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw outputTrouble(path, error);
  }
}

/** Refuses to write over a file that the user may want. */
export async function refuseExisting(path: string): Promise<void> {
  try {
    await stat(path);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return;
    throw outputTrouble(path, error);
  }
  throw new UsageError(`${path}: is there already`, { hint: 'name another file, or remove this one first' });
}

/** What went wrong while writing, as the user can mend it; anything else as it is. */
export function outputTrouble(path: string, error: unknown): unknown {
  const code = systemCodeOf(error);
  if (code === undefined || !/^E(?:NOENT|NOTDIR|ACCES|PERM|ROFS|NOSPC|ISDIR|DQUOT|IO)$/.test(code)) return error;
  return new EnvironmentError('E_ENV_OUTPUT', `${path}: cannot be written`, {
    cause: error,
    hint: code === 'ENOSPC' ? 'make room, or write elsewhere with -o' : 'name a place that can be written with -o',
  });
}
