// SPDX-License-Identifier: MIT OR Apache-2.0

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { findProgram, installCommand, missingPackages, readPackages } from '../../../setup/packages.mjs';
import { compareVersions, findCargo, OLDEST_CARGO } from '../../../setup/rust.mjs';
import { ROOT } from '../../tidy/source-files.js';

const folder = mkdtempSync(join(tmpdir(), 'bento-rr-packages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

it('the list of packages reads, and says why for each', () => {
  const packages = readPackages(join(ROOT, 'setup/debian-packages.txt'));
  expect(packages.map(({ name }) => name)).toContain('git');
  expect(new Set(packages.map(({ name }) => name)).size).toBe(packages.length);
});

it('a line that is no package is refused with its text', () => {
  const list = join(folder, 'list.txt');
  writeFileSync(list, '# comment\n\nfio fio workload\nfio\n');
  expect(() => readPackages(list)).toThrow('not "package provides why": fio');
});

it('what provides the program does not matter, only that it is there', () => {
  program('only-here', 'true');
  const packages = [
    { name: 'a', provides: 'only-here', why: 'x' },
    { name: 'b', provides: 'nowhere-at-all', why: 'x' },
    { name: 'c', provides: join(folder, 'only-here'), why: 'x' },
  ];
  expect(missingPackages(packages, { PATH: folder }).map(({ name }) => name)).toEqual(['b']);
  expect(findProgram('only-here', { PATH: folder })).toBe(join(folder, 'only-here'));
  expect(findProgram('only-here', {})).toBeUndefined();
});

it('a path may leave the release open', () => {
  for (const release of ['6.1.0-1-cloud', '6.1.0-2-cloud', '5.10.0-1-cloud']) {
    mkdirSync(join(folder, 'modules', release, release.includes('-1-') ? 'build' : 'kernel'), { recursive: true });
  }
  const at = (pattern: string) => findProgram(join(folder, 'modules', pattern), {});
  expect(at('6.1.*-cloud')).toBe(join(folder, 'modules/6.1.0-2-cloud'));
  expect(at('6.1.*-cloud/build')).toBe(join(folder, 'modules/6.1.0-1-cloud/build'));
  expect(at('7.*-cloud')).toBeUndefined();
});

it('says the command as it would be typed', () => {
  expect(installCommand(['fio', 'git'], false)).toBe('sudo apt-get install -y --no-install-recommends fio git');
  expect(installCommand(['fio'], true)).toBe('apt-get install -y --no-install-recommends fio');
});

it('a cargo that is too old, and one that does not run, are seen as what they are', () => {
  program('cargo', 'echo "cargo 1.63.0 (abc 2022-01-01)"');
  const old = findCargo({ PATH: folder, HOME: folder });
  // Debian's own may be here as well, and then it is taken.
  if (old?.path === join(folder, 'cargo')) expect(old).toMatchObject({ version: '1.63.0', fits: false });
  else expect(old?.fits).toBe(true);
  program('cargo', 'echo "error: no default toolchain" >&2; exit 1');
  expect(findCargo({ PATH: folder, HOME: folder })?.path).not.toBe(join(folder, 'cargo'));
  program('cargo', `echo "cargo ${OLDEST_CARGO} (abc 2025-01-01)"`);
  expect(findCargo({ PATH: folder, HOME: folder })).toEqual({
    path: join(folder, 'cargo'),
    version: OLDEST_CARGO,
    fits: true,
  });
});

it('compares versions by number', () => {
  expect(compareVersions('1.100.0', '1.88.0')).toBeGreaterThan(0);
  expect(compareVersions('1.9.9', '1.88.0')).toBeLessThan(0);
  expect(compareVersions('1.88.0', '1.88.0')).toBe(0);
});
