// SPDX-License-Identifier: MIT OR Apache-2.0

import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namesOf, scaffold, unscaffold } from '../../../src/cli/scaffold/file-system.js';
import { ROOT } from '../../tidy/source-files.js';

const workspace = join(mkdtempSync(join(tmpdir(), 'bento-rr-new-')), 'rust-fs');

beforeAll(() => {
  mkdirSync(workspace);
  for (const name of ['Cargo.toml', 'memfs'])
    cpSync(join(ROOT, 'rust-fs', name), join(workspace, name), { recursive: true });
});
afterAll(() => rmSync(join(workspace, '..'), { recursive: true }));

function sources(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('scaffold', () => {
  it('makes a crate and its module under the new name, and nothing is left of the old one in code', async () => {
    const before = readFileSync(join(workspace, 'Cargo.toml'), 'utf8');
    const made = await scaffold(workspace, namesOf('log-fs'));
    const folder = join(workspace, 'log-fs');
    expect([...made].sort()).toEqual([...sources(folder), join(workspace, 'Cargo.toml')].sort());
    for (const path of sources(folder)) {
      const code = readFileSync(path, 'utf8').replace(/^\s*\/\/.*$/gm, '');
      expect(code, path).not.toMatch(/memfs/i);
    }
    expect(readFileSync(join(folder, 'module/lib.rs'), 'utf8')).toContain('libbentofs::module!(log_fs::LogFs);');
    expect(readFileSync(join(folder, 'src/lib.rs'), 'utf8')).toContain('const NAME: &\'static str = "log-fs";');
    const manifest = readFileSync(join(workspace, 'Cargo.toml'), 'utf8');
    expect(manifest).toMatch(/^members = \[.*"bento-host".*"log-fs", "log-fs\/module"\]$/m);
    expect(manifest).toContain('log-fs = { path = "log-fs" }');
    await expect(scaffold(workspace, namesOf('log-fs'))).rejects.toMatchObject({ exitCode: 2 });
    await unscaffold(workspace, namesOf('log-fs'), before);
    expect(readdirSync(workspace).sort()).toEqual(['Cargo.toml', 'memfs']);
  });

  it.each(['', 'Log', '1fs', 'a b', '../x', 'core', 'bento-host', 'fs-'])('refuses the name "%s"', (name) => {
    expect(() => namesOf(name)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});
