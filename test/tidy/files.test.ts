// SPDX-License-Identifier: MIT OR Apache-2.0

import { basename } from 'node:path';
import { expect, it } from 'vitest';
import { GENERATORS } from '../../build/generators.mjs';
import { isGenerated, ROOT, readSource, sourceFiles } from './source-files.js';

const code = sourceFiles(/\.(?:ts|tsx|mjs|rs|c|h|proto|sh)$/);
const byHand = code.filter((path) => !isGenerated(path));

/** The licence each folder is under: LICENSE, as data. The first that fits counts. */
const LICENCES: readonly (readonly [RegExp, string])[] = [
  [/^kernel\/uapi\//, '(GPL-2.0 WITH Linux-syscall-note) OR MIT'],
  [/^proto\//, '(GPL-2.0 WITH Linux-syscall-note) OR MIT'],
  [/^kernel\/include\//, '(GPL-2.0 WITH Linux-syscall-note) OR MIT'],
  // A kernel module is the kernel's: it uses symbols that are for GPL code.
  [/^test\/vm\/refusing\//, 'GPL-2.0'],
  [/^(?:kernel|tracepoints)\//, 'GPL-2.0'],
  [/^/, 'MIT OR Apache-2.0'],
];

it('each file names its licence in its first lines, the one of its folder', () => {
  const wrong = byHand.filter((path) => {
    const licence = LICENCES.find(([folder]) => folder.test(path))?.[1] ?? '';
    const head = readSource(path).split('\n', 3).join('\n');
    return !head.includes(`SPDX-License-Identifier: ${licence}`);
  });
  expect(wrong, 'see LICENSE').toEqual([]);
});

it('no file is longer than one idea', () => {
  const lengths = byHand.map((path) => ({ path, lines: readSource(path).split('\n').length - 1 }));
  const long = lengths.filter(({ lines }) => lines > 400).map(({ path, lines }) => `${path}: ${lines} lines`);
  if (long.length > 0) process.stdout.write(`files over 400 lines:\n  ${long.join('\n  ')}\n`);
  expect(lengths.filter(({ lines }) => lines > 500)).toEqual([]);
});

it('no test is switched off or run alone', () => {
  const marks = /\b(?:it|test|describe|suite)\.(?:only|skip|todo)\(|\b(?:fit|fdescribe|xit|xdescribe)\(|^\s*#\[ignore/m;
  expect(byHand.filter((path) => path !== 'test/tidy/files.test.ts' && marks.test(readSource(path)))).toEqual([]);
});

it('no default exports', () => {
  // Tools that read a configuration ask for one.
  const typescript = byHand.filter((path) => /\.(?:ts|tsx|mjs)$/.test(path) && !path.endsWith('.config.ts'));
  expect(
    typescript.filter((path) => /^export default\b|^export \{[^}]*\bas default\b/m.test(readSource(path))),
  ).toEqual([]);
});

it('file names are kebab-case, PascalCase for components', () => {
  const typescript = byHand.filter((path) => /\.(?:ts|tsx|mjs)$/.test(path));
  const fits = (path: string) =>
    /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z]+)+$|^[A-Z][A-Za-z0-9]*(?:\.test)?\.tsx$/.test(basename(path));
  expect(typescript.filter((path) => !fits(path))).toEqual([]);
});

it('no folder of odds and ends', () => {
  expect(byHand.filter((path) => /(?:^|\/)(?:utils?|helpers?|misc|common)(?:\/|\.ts$)/.test(path))).toEqual([]);
});

it.each(GENERATORS)('generated files are fresh: $name', async ({ make }) => {
  const made = await make(ROOT);
  expect(made.size).toBeGreaterThan(0);
  const listed = sourceFiles(/./);
  const stale = [...made].filter(([path, content]) => !listed.includes(path) || readSource(path) !== content);
  expect(
    stale.map(([path]) => path),
    'run: npm run generate',
  ).toEqual([]);
});
