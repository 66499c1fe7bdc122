// SPDX-License-Identifier: MIT OR Apache-2.0

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Folders of the checkout that make up the tree: text, some hundred files. */
const TREE = ['src', 'kernel/bentofs', 'rust-fs/tiffinfs/src'];

/** Makes what the guest's workloads read: a repository of one commit and the same tree as an archive. */
export function makeInput(root: string, folder: string): void {
  const tree = join(folder, 'tree');
  for (const part of TREE) {
    mkdirSync(join(tree, part), { recursive: true });
    cpSync(join(root, part), join(tree, part), {
      recursive: true,
      filter: (path) => !/\.(ko|o|mod|cmd|a|d)$/.test(path),
    });
  }
  const run = (...words: readonly [string, ...string[]]) => execFileSync(words[0], words.slice(1), { cwd: tree });
  run('tar', '-cf', join(folder, 'tree.tar'), '.');
  run('git', 'init', '-q');
  run('git', 'add', '-A', '-f');
  run('git', '-c', 'user.name=bench', '-c', 'user.email=bench@example.invalid', 'commit', '-q', '-m', 'the tree');
  run('git', 'gc', '-q');
  run('git', 'clone', '-q', '--bare', tree, join(folder, 'repo.git'));
  execFileSync('rm', ['-rf', tree]);
}
