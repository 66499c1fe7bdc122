// SPDX-License-Identifier: MIT OR Apache-2.0

import { availableParallelism } from 'node:os';
import { UsageError } from '../base/errors.js';
import type { Surroundings } from '../host/locate.js';
import { buildRevision } from '../host/modules/build-revision.js';
import type { Commit, Repository } from '../host/modules/repository.js';
import { type ResolveOptions, resolveModule } from '../host/modules/resolve-module.js';
import type { Toolchain } from '../host/modules/toolchain.js';

/** One version of a bisection. */
export type Version = {
  /** What the log names it by: a commit's hash, or the M that was given. */
  readonly id: string;
  /** Subject of the commit; empty for others. */
  readonly subject: string;
  /** Its module, built at the first call. Throws an UnbuildableError when the compiler refuses it. */
  readonly module: (signal?: AbortSignal) => Promise<string>;
};

/** Builds that may go on at the same time: cargo itself keeps about two cores busy. */
export const PARALLEL_BUILDS = Math.max(1, Math.floor(availableParallelism() / 2));

export type CommitVersions = {
  readonly name: string;
  readonly repository: Repository;
  readonly toolchain: Toolchain;
  readonly good: Commit;
  readonly bad: Commit;
  readonly builds: string;
  /** Follow every parent, not only the first. */
  readonly allParents: boolean;
  readonly onLine?: ((line: string) => void) | undefined;
};

/** The good commit and those after it up to the bad one, oldest first. */
export async function versionsOfCommits(given: CommitVersions): Promise<readonly Version[]> {
  const { repository, good, bad } = given;
  if (!(await repository.isAncestor(good, bad))) {
    throw new UsageError(
      `the good version ${good.id.slice(0, 12)} is no ancestor of the bad one ${bad.id.slice(0, 12)}`,
      {
        why: 'bisection follows a history from good to bad',
        hint: `git merge-base ${good.id.slice(0, 12)} ${bad.id.slice(0, 12)} names a commit to take as good instead`,
      },
    );
  }
  const commits = [good, ...(await repository.commitsBetween(good, bad, given.allParents))];
  return commits.map((commit) => versionOfCommit(given, commit));
}

function versionOfCommit(given: CommitVersions, commit: Commit): Version {
  return {
    id: commit.id,
    subject: commit.subject,
    module: once(async (signal) => {
      const { name, repository, toolchain, builds, onLine } = given;
      return (await buildRevision({ name, repository, commit, toolchain, builds, signal, onLine })).path;
    }),
  };
}

/** Versions given one by one, oldest first. */
export function versionsOfModules(
  modules: readonly string[],
  around: Surroundings,
  options: ResolveOptions,
): readonly Version[] {
  return modules.map((text) => ({
    id: text,
    subject: '',
    module: once(async (signal) => (await resolveModule(text, around, { ...options, signal })).path),
  }));
}

/** One build for all who ask; a build that was aborted may be asked for again. */
function once(make: (signal?: AbortSignal) => Promise<string>): Version['module'] {
  let made: Promise<string> | undefined;
  return (signal) => {
    made ??= make(signal).catch((error: unknown) => {
      if (signal?.aborted) made = undefined;
      throw error;
    });
    return made;
  };
}
