// SPDX-License-Identifier: MIT OR Apache-2.0

import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EnvironmentError } from '../base/errors.js';

/** The environment a program is started with. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Where things are: the surroundings of a command, without the process. */
export type Surroundings = {
  readonly env: Env;
  /** Folder of the checkout or of the installed package. */
  readonly home: string;
  /** Folder that relative paths are relative to. */
  readonly cwd: string;
  /** Built modules, by content. */
  readonly builds: string;
};

/** The host's path without looking whether it is there: $BENTO_HOST, or the checkout's release build. */
export function hostPath(env: Env, home: string): string {
  const given = env.BENTO_HOST || env.BENTO_RR_HOST;
  return given ? resolve(given) : join(home, 'rust-fs/target/release/bento-host');
}

/** The host to run; fails when there is none that can be run. */
export async function findHost({ env, home }: Pick<Surroundings, 'env' | 'home'>): Promise<string> {
  const path = hostPath(env, home);
  try {
    await access(path, constants.X_OK);
    return path;
  } catch (cause) {
    const given = env.BENTO_HOST || env.BENTO_RR_HOST;
    throw new EnvironmentError('E_ENV_HOST', `bento-host cannot be run: ${path}`, {
      cause,
      why: given ? 'BENTO_HOST names it, and it is absent or not executable' : 'it has not been built',
      hint: given ? 'correct BENTO_HOST, or unset it' : 'npm run setup builds it (in the checkout)',
    });
  }
}
