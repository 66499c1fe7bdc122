// SPDX-License-Identifier: MIT OR Apache-2.0

import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UsageError } from '../../base/errors.js';
import { type Version, versionsOfCommits, versionsOfModules } from '../../bisect/versions.js';
import { type ModuleSpec, parseModuleSpec } from '../../host/modules/module-spec.js';
import { Repository } from '../../host/modules/repository.js';
import { findToolchain } from '../../host/modules/toolchain.js';
import type { Context } from '../context.js';
import { buildOptions, surroundingsOf } from '../surroundings.js';
import { repoOf, required } from './given.js';

export type VersionOptions = {
  readonly good: string | undefined;
  readonly bad: string | undefined;
  readonly versions: string | undefined;
  readonly repo: string | undefined;
  readonly allParents: boolean;
};

/** The versions of a bisection, oldest first, with the good and the bad end in their places. */
export async function bisectVersionList(
  ctx: Context,
  options: VersionOptions,
  fsName: string,
): Promise<readonly Version[]> {
  const build = buildOptions(ctx);
  if (options.versions !== undefined) {
    const listed = await readList(ctx.cwd, options.versions);
    return versionsOfModules(between(listed, options.good, options.bad), surroundingsOf(ctx), build);
  }
  const [goodText, badText] = [required(options.good, 'good'), required(options.bad, 'bad')];
  const [good, bad] = [endSpec(goodText, fsName), endSpec(badText, fsName)];
  if (good.kind !== 'revision') return versionsOfModules([goodText, badText], surroundingsOf(ctx), build);
  const repository = await Repository.open(repoOf(ctx, options.repo) ?? ctx.home, ctx.env);
  const commits = await versionsOfCommits({
    name: good.name,
    repository,
    toolchain: await findToolchain(ctx.env, ctx.home),
    good: await repository.commit(good.revision),
    bad: await repository.commit(bad.kind === 'revision' ? bad.revision : 'HEAD'),
    builds: ctx.paths.builds,
    allParents: options.allParents,
    onLine: build.onLine,
  });
  // A bad end that is no commit, such as the work tree, comes after the history.
  if (bad.kind === 'revision') return commits;
  return [
    ...commits,
    ...versionsOfModules([badText], surroundingsOf(ctx), { ...build, repo: repoOf(ctx, options.repo) }),
  ];
}

/** An end may be given as a bare revision: it is then one of the recorded file system. */
function endSpec(text: string, fsName: string): ModuleSpec {
  if (text === fsName || text.includes('@') || /[/]|\.so$/.test(text)) return parseModuleSpec(text);
  return { kind: 'revision', name: fsName, revision: text };
}

/** A comma-separated list, the .so files of a folder by name, or the lines of a file. */
async function readList(cwd: string, text: string): Promise<readonly string[]> {
  const path = resolve(cwd, text);
  const found = text.includes(',') || /\.so$/.test(text) ? undefined : await stat(path).catch(() => undefined);
  const listed = found?.isDirectory()
    ? (await readdir(path))
        .filter((name) => name.endsWith('.so'))
        .sort()
        .map((name) => join(path, name))
    : (found === undefined ? text.split(',') : (await readFile(path, 'utf8')).split('\n'))
        .map((line) => line.trim())
        .filter((line) => line !== '' && !line.startsWith('#'));
  if (listed.length >= 2) return listed;
  throw new UsageError(`--versions ${text} names ${listed.length === 0 ? 'no version' : 'one version'}`, {
    why: 'a bisection needs two at least, the oldest first',
    hint: 'A.so,B.so,... or a folder of .so files, or a file with one M a line',
  });
}

/** The part of a list from the good one to the bad one, when these are named. */
function between(listed: readonly string[], good: string | undefined, bad: string | undefined): readonly string[] {
  const place = (name: string, option: string): number => {
    const index = listed.indexOf(name);
    if (index !== -1) return index;
    throw new UsageError(`--${option} ${name} is not among the --versions`, {
      hint: `the list begins with ${listed[0]}`,
    });
  };
  const from = good === undefined ? 0 : place(good, 'good');
  const to = bad === undefined ? listed.length - 1 : place(bad, 'bad');
  if (from < to) return listed.slice(from, to + 1);
  throw new UsageError('the good version does not come before the bad one', { hint: 'list the versions oldest first' });
}
