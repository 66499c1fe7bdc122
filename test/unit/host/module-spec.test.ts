// SPDX-License-Identifier: MIT OR Apache-2.0

import { expect, it } from 'vitest';
import { parseModuleSpec } from '../../../src/host/modules/module-spec.js';

it.each([
  ['tiffinfs', { kind: 'name', name: 'tiffinfs' }],
  ['log-fs', { kind: 'name', name: 'log-fs' }],
  ['tiffinfs@HEAD~3', { kind: 'revision', name: 'tiffinfs', revision: 'HEAD~3' }],
  ['tiffinfs@origin/main', { kind: 'revision', name: 'tiffinfs', revision: 'origin/main' }],
  ['libbento_tiffinfs.so', { kind: 'file', path: 'libbento_tiffinfs.so' }],
  ['./build@2/new', { kind: 'file', path: './build@2/new' }],
  ['/opt/a.so', { kind: 'file', path: '/opt/a.so' }],
  ['out/a.so', { kind: 'file', path: 'out/a.so' }],
])('reads %s', (text, spec) => {
  expect(parseModuleSpec(text)).toEqual(spec);
});

it.each(['', 'Tiffin FS', '@HEAD', 'tiffinfs@', 'tiffinfs@--exec=x', '/lib/tiffinfs.ko'])('refuses "%s"', (text) => {
  expect(() => parseModuleSpec(text)).toThrow(expect.objectContaining({ exitCode: 2, hint: expect.any(String) }));
});
