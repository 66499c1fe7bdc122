// SPDX-License-Identifier: MIT OR Apache-2.0

/** A scratch git repository with a short history of the file systems, one commit of which brings a fault. */

import { appendFile, cp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { EnvironmentError } from '../../base/errors.js';
import { makeFolder } from '../../base/make-folder.js';
import { runProgram } from '../../host/modules/run-program.js';
import type { Env } from '../context.js';

export type ScratchHistory = {
  readonly repo: string;
  /** Hashes, oldest first. */
  readonly commits: readonly string[];
};

export const COMMITS = 12;
/** Commit that brings the fault, counted from 0. */
const FAULT_AT = 7;
/** A harmless commit to the code; the others only add to notes, and their builds are found in the cache. */
const CODE_AT = [3];

/** Makes it anew from the checkout's sources. */
export async function makeScratchHistory(home: string, repo: string, patch: string, env: Env): Promise<ScratchHistory> {
  await rm(repo, { recursive: true, force: true });
  await makeFolder(repo);
  const left = new Set(['target', 'mutants']);
  await cp(join(home, 'rust-fs'), join(repo, 'rust-fs'), {
    recursive: true,
    filter: (path) => !left.has(basename(path)),
  });
  const git = gitIn(repo, env);
  await git(['init', '--quiet', '--initial-branch=main']);
  const commits: string[] = [];
  for (let place = 0; place < COMMITS; place += 1) {
    await change(place, repo, patch, git);
    await git(['add', '--all']);
    const when = `2026-01-${String(place + 1).padStart(2, '0')}T12:00:00Z`;
    await git(['commit', '--quiet', '--message', subject(place)], when);
    commits.push((await git(['rev-parse', 'HEAD'])).trim());
  }
  return { repo, commits };
}

async function change(place: number, repo: string, patch: string, git: Git): Promise<void> {
  if (place === FAULT_AT) await git(['apply', '--whitespace=nowarn', patch]);
  else if (CODE_AT.includes(place))
    await appendFile(join(repo, 'rust-fs/tiffinfs/src/lib.rs'), `// Remark ${place}.\n`);
  else await appendFile(join(repo, 'NOTES.md'), `Note ${place}.\n`);
}

/** A fault never says that it is one. */
function subject(place: number): string {
  if (place === 0) return 'import the file systems';
  if (place === FAULT_AT) return 'rename: simplify';
  return CODE_AT.includes(place) ? 'tiffinfs: a remark' : `notes: entry ${place}`;
}

type Git = (args: readonly string[], when?: string) => Promise<string>;

function gitIn(repo: string, env: Env): Git {
  return async (args, when) => {
    const date = when === undefined ? {} : { GIT_AUTHOR_DATE: when, GIT_COMMITTER_DATE: when };
    const done = await runProgram('git', args, {
      cwd: repo,
      env: {
        ...env,
        ...date,
        GIT_DIR: undefined,
        GIT_WORK_TREE: undefined,
        GIT_INDEX_FILE: undefined,
        // Nobody's hooks, keys or templates.
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_SYSTEM: '/dev/null',
        GIT_AUTHOR_NAME: 'Tour',
        GIT_AUTHOR_EMAIL: 'tour@example.org',
        GIT_COMMITTER_NAME: 'Tour',
        GIT_COMMITTER_EMAIL: 'tour@example.org',
      },
    });
    if (done.ok) return done.stdout;
    throw new EnvironmentError('E_ENV_GIT', `git ${args[0]} failed in ${repo} (${done.how})`, {
      why: done.stderr.trimEnd().split('\n').at(-1) ?? '',
      hint: 'the tour works on a copy of rust-fs: is the checkout whole?',
    });
  };
}
