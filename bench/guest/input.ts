// SPDX-License-Identifier: MIT OR Apache-2.0

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folders of the checkout that make up the tree: text, some hundred files. */
const TREE = ['src', 'kernel/bentofs', 'rust-fs/tiffinfs/src'];
const DBENCH_LOADS = ['/usr/share/dbench/client.txt', '/usr/share/doc/dbench/loadfiles/client.txt'];
/** Lines of dbench's own load that one client goes through. */
const DBENCH_LINES = { quick: 500, full: 4000 };

/** Makes what the guest's workloads read: a repository of one commit, the same tree as an archive, dbench's load. */
export function makeInput(root: string, folder: string, quick: boolean): void {
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
  const load = DBENCH_LOADS.find((path) => existsSync(path));
  if (load === undefined) throw new Error('dbench and its load are not installed: apt-get install -y dbench');
  const lines = readFileSync(load, 'utf8').split('\n');
  writeFileSync(
    join(folder, 'load.txt'),
    `${lines.slice(0, quick ? DBENCH_LINES.quick : DBENCH_LINES.full).join('\n')}\n`,
  );
}
