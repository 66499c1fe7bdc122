// SPDX-License-Identifier: MIT OR Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isBundleFresh, sourcesDigest } from '../../../build/freshness.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bento-rr-fresh-'));
  for (const folder of ['src', 'src/base', 'build', 'setup', 'dist']) mkdirSync(join(root, folder));
  for (const file of ['src/base/a.ts', 'build/b.mjs', 'setup/c.mjs', 'package.json', 'package-lock.json'])
    writeFileSync(join(root, file), 'x');
  writeFileSync(join(root, 'dist/.sources'), sourcesDigest(root));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('a build of these very sources is fresh', () => {
  expect(isBundleFresh(root)).toBe(true);
});

it.each([
  ['changed', () => utimesSync(join(root, 'src/base/a.ts'), 5, 5)],
  ['added', () => writeFileSync(join(root, 'src/new.ts'), '')],
  ['deleted', () => rmSync(join(root, 'src/base/a.ts'))],
  ['changed in the lock', () => writeFileSync(join(root, 'package-lock.json'), 'xyz')],
])('a source %s makes it stale', (_, change) => {
  change();
  expect(isBundleFresh(root)).toBe(false);
});

it('no build is not fresh', () => {
  rmSync(join(root, 'dist'), { recursive: true });
  expect(isBundleFresh(root)).toBe(false);
});
