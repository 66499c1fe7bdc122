// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Surroundings } from '../host/locate.js';
import type { ResolveOptions } from '../host/modules/resolve-module.js';
import type { Context } from './context.js';

/** What the layers below need to know of the world. */
export function surroundingsOf(ctx: Context): Surroundings {
  return { env: ctx.env, home: ctx.home, cwd: ctx.cwd, builds: ctx.paths.builds };
}

/** How a command waits for a module: ^C stops a build, and its lines show as it goes. */
export function buildOptions(ctx: Context): ResolveOptions {
  return {
    signal: ctx.signal,
    onLine: (line) => {
      ctx.talk.progress(line.trim());
      ctx.talk.detail(line);
    },
  };
}

/** A path as the user would type it from where the command runs. */
export function shownPath(path: string, cwd: string): string {
  return path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path;
}

/** A word as a shell takes it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
