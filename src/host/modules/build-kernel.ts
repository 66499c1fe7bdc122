// SPDX-License-Identifier: MIT OR Apache-2.0

import { join } from 'node:path';
import { findProgram } from '../../../setup/packages.mjs';
import { EnvironmentError, HostError } from '../../base/errors.js';
import type { Env } from '../locate.js';
import { runProgram } from './run-program.js';

/** The kernel half, built: paths of the .ko files. */
export type KernelBuild = {
  /** The kernel they are for. */
  readonly release: string;
  readonly bentofs: string;
  /** File-system name -> its .ko. */
  readonly fs: Readonly<Record<string, string>>;
};

export type KernelBuildRequest = {
  /** Folder of the checkout. */
  readonly home: string;
  readonly env: Env;
  readonly fs: readonly string[];
  /** Name of the .ko, for a version to be loaded beside another; goes with one file system. */
  readonly name?: string | undefined;
  /** Folder of the crates, when it is not the checkout's own. */
  readonly workspace?: string | undefined;
  readonly revision?: string | undefined;
  /** Build folder of the kernel to build for; the newest 6.1 when absent. */
  readonly kernelDir?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
};

/** Exit status of kernel/build when the build failed, as it says itself. */
const FAILED = 4;

/** Builds what is stale of bentofs.ko and of file systems for the kernel; within a second when nothing is. */
export async function buildKernel(request: KernelBuildRequest): Promise<KernelBuild> {
  const node = findProgram('node', request.env);
  if (node === undefined) {
    throw new EnvironmentError('E_ENV_PROGRAM', 'node is not on PATH', { hint: 'the kernel build is run by it' });
  }
  const option = (name: string, value: string | undefined) => (value === undefined ? [] : [`--${name}`, value]);
  const done = await runProgram(
    node,
    [
      join(request.home, 'kernel/build/main.mjs'),
      '--json',
      ...request.fs.flatMap((name) => ['--fs', name]),
      ...option('name', request.name),
      ...option('workspace', request.workspace),
      ...option('revision', request.revision),
      ...option('kerneldir', request.kernelDir),
    ],
    { cwd: request.home, env: request.env, signal: request.signal, onLine: request.onLine },
  );
  if (!done.ok) {
    const said = done.stderr.trimEnd().split('\n');
    const from = said.findIndex((line) => line.startsWith('error: '));
    const words = (from === -1 ? said.slice(-20) : said.slice(from)).join('\n');
    throw new HostError('E_MODULE_BUILD', `the kernel modules do not build (${done.how})`, {
      why: words.replace(/^error: /, ''),
      hint: done.how === `status ${FAILED}` ? 'npm run kernel shows all of it' : 'this is a bug: please report it',
    });
  }
  return JSON.parse(done.stdout) as KernelBuild;
}
