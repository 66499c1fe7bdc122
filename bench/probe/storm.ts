// SPDX-License-Identifier: MIT OR Apache-2.0

import { closeSync, mkdirSync, openSync, renameSync, rmdirSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = 10;

/**
 * The storm: each phase goes over all files, so no phase finds the other's names still warm. A name is looked for
 * before its file is made, as programs do. Gives the nanoseconds it took.
 */
export function storm(folder: string, files: number): { readonly elapsedNs: number } {
  const paths = Array.from({ length: files }, (_, n) => {
    const place = join(folder, `d${n % FOLDERS}`);
    return { old: join(place, `file-${n}`), renamed: join(place, `renamed-${n}`) };
  });
  const begin = process.hrtime.bigint();
  for (let n = 0; n < FOLDERS; n++) mkdirSync(join(folder, `d${n}`));
  for (const { old } of paths) {
    statSync(old, { throwIfNoEntry: false });
    closeSync(openSync(old, 'wx'));
  }
  for (const { old } of paths) statSync(old);
  for (const { old, renamed } of paths) renameSync(old, renamed);
  for (const { renamed } of paths) unlinkSync(renamed);
  for (let n = 0; n < FOLDERS; n++) rmdirSync(join(folder, `d${n}`));
  return { elapsedNs: Number(process.hrtime.bigint() - begin) };
}
