// SPDX-License-Identifier: MIT OR Apache-2.0

/** A git history to bisect: many small harmless commits to a file system, and one of them brings a mutant. */

import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from './mutants.js';
import { applyPatch, readSources, syncSources } from './sources.js';

export type HistoryOptions = {
  /** A folder that does not exist yet. */
  readonly folder: string;
  readonly mutant: Mutant;
  /** Place of the commit that brings it, counted from 0; the first commit is good. */
  readonly at: number;
  /** Commits in all. */
  readonly commits?: number;
};

export type History = {
  /** The repository: what `--repo` takes. */
  readonly repo: string;
  /** Commit ids, oldest first. */
  readonly commits: readonly string[];
  /** The one that brings the mutant. */
  readonly firstBad: string;
};

/** Makes it. Equal options and sources give equal commit ids. */
export function makeHistory({ folder, mutant, at, commits = 64 }: HistoryOptions): History {
  if (!Number.isInteger(at) || at < 1 || at >= commits) {
    throw new RangeError(`the first bad of ${commits} commits is 1 to ${commits - 1}, not ${at}`);
  }
  mkdirSync(folder, { recursive: true });
  const git = gitIn(folder);
  git(['init', '--quiet', '--initial-branch=main']);
  syncSources(folder, readSources());
  const ids: string[] = [];
  for (let place = 0; place < commits; place += 1) {
    const subject = place === at ? 'tidy up' : place === 0 ? 'first' : `say more (${place})`;
    if (place === at) applyPatch(folder, mutant.patch);
    // Harmless: a comment at the end of the crate. Every commit has a tree of its own, so none is found built as another.
    else appendFileSync(join(folder, 'rust-fs', mutant.fs, 'src/lib.rs'), `// Remark ${place}.\n`);
    git(['add', '--all']);
    git(['commit', '--quiet', '--message', subject], { GIT_AUTHOR_DATE: date(place), GIT_COMMITTER_DATE: date(place) });
    ids.push(git(['rev-parse', 'HEAD']).trim());
  }
  const firstBad = ids[at];
  if (firstBad === undefined) throw new RangeError(`commit ${at} was not made`);
  return { repo: folder, commits: ids, firstBad };
}

function date(place: number): string {
  return new Date(Date.UTC(2026, 10, 22) + place * 60_000).toISOString();
}

function gitIn(folder: string): (args: readonly string[], env?: Readonly<Record<string, string>>) => string {
  const who = { NAME: 'Test', EMAIL: 'test@example.org' };
  const base = {
    ...process.env,
    GIT_DIR: undefined,
    GIT_WORK_TREE: undefined,
    GIT_INDEX_FILE: undefined,
    // Nobody's hooks, signing keys or templates.
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_AUTHOR_NAME: who.NAME,
    GIT_AUTHOR_EMAIL: who.EMAIL,
    GIT_COMMITTER_NAME: who.NAME,
    GIT_COMMITTER_EMAIL: who.EMAIL,
  };
  return (args, env = {}) =>
    execFileSync('git', args, { cwd: folder, env: { ...base, ...env }, encoding: 'utf8', maxBuffer: 64 << 20 });
}
