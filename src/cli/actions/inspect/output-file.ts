// SPDX-License-Identifier: MIT OR Apache-2.0

import { open, rename, rm, stat } from 'node:fs/promises';
import { EnvironmentError, systemCodeOf, UsageError } from '../../../base/errors.js';

/** Writes a file as a whole or not at all: its parts go beside it first. */
export async function writeNewFile(
  path: string,
  parts: AsyncIterable<string | Uint8Array>,
  options: { readonly replace: boolean },
): Promise<void> {
  if (!options.replace && (await exists(path))) {
    throw new UsageError(`${path}: is there already`, { hint: 'name another file, or remove this one first' });
  }
  const beside = `${path}.part`;
  try {
    const file = await open(beside, 'w');
    try {
      for await (const part of parts) await file.write(part as Uint8Array);
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    const code = systemCodeOf(error);
    if (code === undefined || !/^E(?:NOENT|NOTDIR|ACCES|PERM|ROFS|NOSPC|ISDIR|DQUOT|IO)$/.test(code)) throw error;
    throw new EnvironmentError('E_ENV_OUTPUT', `${path}: cannot be written`, {
      cause: error,
      hint: code === 'ENOSPC' ? 'make room, or write elsewhere with -o' : 'name a place that can be written with -o',
    });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
