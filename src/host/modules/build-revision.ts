// SPDX-License-Identifier: MIT OR Apache-2.0

import { createHash } from 'node:crypto';
import { copyFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { HostError } from '../../base/errors.js';
import { makeFolder } from '../../base/make-folder.js';
import { TextTail } from '../text-tail.js';
import { withBuildSlot } from './build-slot.js';
import type { Commit, Repository } from './repository.js';
import { runProgram } from './run-program.js';
import type { Toolchain } from './toolchain.js';

export type BuildRequest = {
  readonly name: string;
  readonly repository: Repository;
  readonly commit: Commit;
  readonly toolchain: Toolchain;
  /** Folder of the cache. */
  readonly builds: string;
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
};

export type BuiltModule = {
  readonly path: string;
  /** It was in the cache. */
  readonly cached: boolean;
  /** Name of its content: sources, toolchain and flags. */
  readonly key: string;
};

/** A version that the compiler refuses. A bisection skips it. */
export class UnbuildableError extends HostError {
  readonly commit: Commit;
  constructor(name: string, commit: Commit, how: string, lastLines: string) {
    super('E_MODULE_BUILD', `${name}@${commit.id.slice(0, 12)} does not build (${how})`, {
      why: `the compiler's last lines:\n${lastLines}`,
      hint: 'name another revision; in a bisection it is skipped',
    });
    this.commit = commit;
  }
}

/** Builds a module of a commit, or finds it in the cache, which is by content: equal sources are built once. */
export async function buildRevision(request: BuildRequest): Promise<BuiltModule> {
  const { name, repository, commit, toolchain, builds } = request;
  const workspace = await repository.workspaceOf(commit);
  const key = createHash('sha256')
    .update([name, workspace.tree, toolchain.identity, BUILD_FLAGS.join(' ')].join('\0'))
    .digest('hex')
    .slice(0, 32);
  const folder = join(builds, 'modules', key);
  const path = join(folder, moduleFile(name));
  if (await touch(path)) return { path, cached: true, key };
  return withBuildSlot(
    builds,
    availableParallelism(),
    async (slot) => {
      // Somebody may have built it while this one waited.
      if (await touch(path)) return { path, cached: true, key };
      await repository.withWorktree(
        commit,
        slot.worktree,
        async () => {
          const built = await compile(request, join(slot.worktree, workspace.folder), slot.target);
          await keep(built, folder, path);
        },
        request.signal,
      );
      return { path, cached: false, key };
    },
    request.signal,
  );
}

/** Name of a module's object. */
export function moduleFile(name: string): string {
  return `libbento_${name.replaceAll('-', '_')}.so`;
}

/** How every module is built. */
export const BUILD_FLAGS = ['build', '--release', '--locked'] as const;

async function compile(request: BuildRequest, workspace: string, target: string): Promise<string> {
  const { name, commit, toolchain } = request;
  const tail = new TextTail(20);
  const done = await runProgram(toolchain.cargo, [...BUILD_FLAGS, '-p', `${name}-module`], {
    cwd: workspace,
    env: {
      ...toolchain.env,
      CARGO_TARGET_DIR: target,
      BENTO_SOURCE_REVISION: commit.id,
      CARGO_TERM_COLOR: 'never',
      CARGO_TERM_PROGRESS_WHEN: 'never',
    },
    signal: request.signal,
    onLine: request.onLine,
  });
  tail.add(new TextEncoder().encode(done.stderr));
  if (!done.ok) throw new UnbuildableError(name, commit, done.how, tail.text);
  return join(target, 'release', moduleFile(name));
}

/** Puts the object where it stays, in one step: no reader meets half of it. */
async function keep(built: string, folder: string, path: string): Promise<void> {
  await makeFolder(folder);
  const half = `${path}.${createHash('sha256').update(`${built}${Date.now()}`).digest('hex').slice(0, 8)}.tmp`;
  try {
    await copyFile(built, half);
    await rename(half, path);
  } finally {
    await rm(half, { force: true });
  }
}

/** Whether it is there; marks it as used now, for whoever cleans the cache by age. */
async function touch(path: string): Promise<boolean> {
  try {
    await stat(path);
  } catch {
    return false;
  }
  const now = new Date();
  await utimes(path, now, now).catch(() => {});
  return true;
}
