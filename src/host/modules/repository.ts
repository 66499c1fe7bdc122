// SPDX-License-Identifier: MIT OR Apache-2.0

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../base/errors.js';
import type { Env } from '../locate.js';
import { type Finished, runProgram } from './run-program.js';

export type Commit = {
  /** Full hash. */
  readonly id: string;
  readonly subject: string;
};

/** A git repository that holds a workspace of file systems, in `rust-fs/` or at its top. */
export class Repository {
  readonly root: string;
  readonly #env: Env;

  private constructor(root: string, env: Env) {
    this.root = root;
    // A repository of somebody's hook or editor must not be taken for this one.
    this.#env = { ...env, GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined, LC_ALL: 'C' };
  }

  /** The repository around `directory`. */
  static async open(directory: string, env: Env): Promise<Repository> {
    const probe = new Repository(directory, env);
    const found = await probe.git(['rev-parse', '--show-toplevel']);
    if (!found.ok) {
      throw new UsageError(`there is no git repository at ${directory}`, {
        why: lastLine(found.stderr),
        hint: 'revisions need a checkout with its history: name it with --repo DIR, or give modules as .so files',
      });
    }
    return new Repository(found.stdout.trim(), env);
  }

  git(args: readonly string[], signal?: AbortSignal): Promise<Finished> {
    return runProgram('git', args, { cwd: this.root, env: this.#env, signal });
  }

  /** The commit a revision names. */
  async commit(revision: string): Promise<Commit> {
    const found = await this.git(['log', '-1', '--format=%H%x09%s', '--end-of-options', `${revision}^{commit}`, '--']);
    const [id, ...subject] = found.stdout.trim().split('\t');
    if (!found.ok || id === undefined || id === '') {
      throw new UsageError(`there is no revision "${revision}" in ${this.root}`, {
        why: lastLine(found.stderr),
        hint: 'git log shows the revisions; git fetch gets those of others',
      });
    }
    return { id, subject: subject.join('\t') };
  }

  /** Commits after `good` up to and with `bad`, oldest first; along first parents unless `all`. */
  async commitsBetween(good: Commit, bad: Commit, all = false): Promise<readonly Commit[]> {
    const range = ['--reverse', '--topo-order', ...(all ? [] : ['--first-parent']), '--format=%H%x09%s'];
    const found = await this.git(['log', ...range, `${good.id}..${bad.id}`, '--']);
    if (!found.ok) throw new UsageError(`the history of ${this.root} cannot be read`, { why: lastLine(found.stderr) });
    const lines = found.stdout.split('\n').filter((line) => line !== '');
    return lines.map((line) => ({
      id: line.slice(0, line.indexOf('\t')),
      subject: line.slice(line.indexOf('\t') + 1),
    }));
  }

  async isAncestor(older: Commit, newer: Commit): Promise<boolean> {
    return (await this.git(['merge-base', '--is-ancestor', older.id, newer.id])).ok;
  }

  /** Where the workspace is in this commit, and the hash of its tree, lock file included. */
  async workspaceOf(commit: Commit): Promise<{ readonly folder: string; readonly tree: string }> {
    for (const folder of ['rust-fs', '']) {
      const manifest = await this.git(['rev-parse', '--verify', '-q', `${commit.id}:${join(folder, 'Cargo.toml')}`]);
      if (!manifest.ok) continue;
      const tree = await this.git(['rev-parse', '--verify', `${commit.id}:${folder}`]);
      return { folder, tree: tree.stdout.trim() };
    }
    throw new UsageError(`revision ${commit.id.slice(0, 12)} holds no file systems`, {
      why: 'it has neither rust-fs/Cargo.toml nor Cargo.toml',
      hint: 'name a repository of Bento file systems with --repo DIR',
    });
  }

  /** Checks a commit out beside, runs `work` there, and takes the copy away again, whatever happens. */
  async withWorktree<T>(commit: Commit, path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    // What a killed build left behind.
    await this.#removeWorktree(path);
    // Somebody's hooks have no business in a build.
    const add = [
      '-c',
      'core.hooksPath=/dev/null',
      'worktree',
      'add',
      '--detach',
      '--force',
      '--quiet',
      path,
      commit.id,
    ];
    const made = await this.git(add, signal);
    if (!made.ok) {
      throw new UsageError(`revision ${commit.id.slice(0, 12)} cannot be checked out`, { why: lastLine(made.stderr) });
    }
    try {
      return await work();
    } finally {
      await this.#removeWorktree(path);
    }
  }

  /** Only this one: other worktrees of the user, even those whose disk is away, are none of our business. */
  async #removeWorktree(path: string): Promise<void> {
    await this.git(['worktree', 'remove', '--force', path]);
    await rm(path, { recursive: true, force: true });
  }
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
