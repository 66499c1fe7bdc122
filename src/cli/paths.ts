// SPDX-License-Identifier: MIT OR Apache-2.0

/** Every place outside the working directory that bento-rr reads or writes, in one file. */

import { readdir, readlink, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { systemCodeOf, TraceError, UsageError } from '../base/errors.js';
import type { Env } from './context.js';

export type Paths = {
  /** Recordings without -o: $BENTO_RR_TRACE_DIR, or traces/ in the XDG data home. */
  readonly traces: string;
  /** The symbolic link to the latest recording. */
  readonly latest: string;
  /** Built modules, by content: builds/ in the XDG cache home. Safe to delete. */
  readonly builds: string;
  /** Logs of bisections and what else may be resumed: the XDG state home. */
  readonly state: string;
  /** Settings: the XDG config home. */
  readonly config: string;
};

export function makePaths(env: Env): Paths {
  // The specification: relative values are to be ignored.
  const home = env.HOME !== undefined && env.HOME !== '' ? env.HOME : '/';
  const xdg = (value: string | undefined, fallback: string) =>
    join(value?.startsWith('/') ? value : join(home, fallback), 'bento-rr');
  const traces = env.BENTO_RR_TRACE_DIR || join(xdg(env.XDG_DATA_HOME, '.local/share'), 'traces');
  return {
    traces,
    latest: join(traces, 'latest'),
    builds: join(xdg(env.XDG_CACHE_HOME, '.cache'), 'builds'),
    state: xdg(env.XDG_STATE_HOME, '.local/state'),
    config: xdg(env.XDG_CONFIG_HOME, '.config'),
  };
}

/** The file a TRACE argument means: what was given, relative to `cwd`, or the latest recording when nothing was. */
export async function resolveTrace(given: string | undefined, cwd: string, paths: Paths): Promise<string> {
  if (given !== undefined) {
    if (given === '')
      throw new UsageError('TRACE is empty', { hint: 'name a .btr file, or leave it out for the latest recording' });
    return resolve(cwd, given);
  }
  const latest = (await linkedTrace(paths)) ?? (await newestTrace(paths));
  if (latest !== undefined) return latest;
  throw new TraceError('E_TRACE_NONE', 'there is no recording yet', {
    why: `no .btr file in ${paths.traces}`,
    hint: 'bento-rr record -- COMMAND makes one; or name a .btr file',
  });
}

async function linkedTrace(paths: Paths): Promise<string | undefined> {
  try {
    const target = resolve(paths.traces, await readlink(paths.latest));
    await stat(target);
    return target;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** For when the link is gone: the .btr file written last. */
async function newestTrace(paths: Paths): Promise<string | undefined> {
  let newest: { readonly path: string; readonly at: number } | undefined;
  for (const name of await listTraces(paths)) {
    const path = join(paths.traces, name);
    const at = (await stat(path)).mtimeMs;
    if (newest === undefined || at > newest.at) newest = { path, at };
  }
  return newest?.path;
}

async function listTraces(paths: Paths): Promise<readonly string[]> {
  try {
    const entries = await readdir(paths.traces, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile() && entry.name.endsWith('.btr')).map((entry) => entry.name);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  // EINVAL: `latest` is there but is no symbolic link.
  return ['ENOENT', 'ENOTDIR', 'EINVAL'].includes(systemCodeOf(error) ?? '');
}
