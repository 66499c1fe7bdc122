// SPDX-License-Identifier: MIT OR Apache-2.0

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeFolder } from '../../../src/base/make-folder.js';

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'bento-make-folder-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('makes the folders above, twice if need be', async () => {
  const path = join(scratch, 'a/b/c');
  await makeFolder(path, 0o700);
  await makeFolder(path);
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

test('ends where no folder can be made', async () => {
  await expect(makeFolder('/proc/none/at/all')).rejects.toThrow(/ENOENT/);
});

test('says that a file is in the way', async () => {
  writeFileSync(join(scratch, 'file'), '');
  await expect(makeFolder(join(scratch, 'file/below'))).rejects.toThrow(/ENOTDIR/);
});
