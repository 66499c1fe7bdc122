// SPDX-License-Identifier: MIT OR Apache-2.0

import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { runTimed } from '../measure/command.js';
import type { Place, Workload } from './workload.js';

/** Nothing of the machine's own git settings decides what is measured. */
const GIT_ENV = {
  ...process.env,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'bench',
  GIT_AUTHOR_EMAIL: 'bench@localhost',
  GIT_COMMITTER_NAME: 'bench',
  GIT_COMMITTER_EMAIL: 'bench@localhost',
};

/** `git clone` of this very repository, objects copied and files checked out. */
export const gitClone: Workload = {
  name: 'git',
  what: 'git clone of a local repository (this one)',
  metadata: false,
  fixed: true,
  prepare: async (on) => {
    await sourceRepository(on);
  },
  run: async (on) => {
    const source = await sourceRepository(on);
    const words = ['git', 'clone', '--quiet', '--no-hardlinks', source, join(on.folder, 'clone')] as const;
    const { elapsedNs } = await runTimed(words, { env: GIT_ENV });
    return { elapsedNs, amount: 1 };
  },
};

/** A bare copy, made once: commits that come in meanwhile do not change the work. */
async function sourceRepository({ shelf, root }: Place): Promise<string> {
  const source = join(shelf, 'source.git');
  if (existsSync(source)) return source;
  if (existsSync(join(root, '.git'))) {
    await runTimed(['git', 'clone', '--quiet', '--bare', '--no-hardlinks', root, source], { env: GIT_ENV });
    return source;
  }
  // An unpacked archive has no history: its files as one commit.
  const tree = join(shelf, 'source');
  for (const part of ['src', 'test', 'rust-fs', 'docs']) {
    if (existsSync(join(root, part)))
      await cp(join(root, part), join(tree, part), { recursive: true, filter: isSource });
  }
  await runTimed(['git', 'init', '--quiet', tree], { env: GIT_ENV });
  await runTimed(['git', '-C', tree, 'add', '--all'], { env: GIT_ENV });
  await runTimed(['git', '-C', tree, 'commit', '--quiet', '--message', 'all'], { env: GIT_ENV });
  await runTimed(['git', 'clone', '--quiet', '--bare', tree, source], { env: GIT_ENV });
  return source;
}

function isSource(path: string): boolean {
  return !/\/(?:target|node_modules|dist)(?:\/|$)/.test(path);
}
