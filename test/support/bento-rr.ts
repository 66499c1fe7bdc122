// SPDX-License-Identifier: MIT OR Apache-2.0

/** The built bento-rr with the built host and modules, in a place of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { moduleFile } from '../../src/host/modules/build-revision.js';
import { CHECKOUT } from './sources.js';

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** A home for one test file: nothing of the user's is read or written, and nothing stays. */
export class Place {
  readonly folder = mkdtempSync(join(tmpdir(), 'bento-rr-e2e-'));
  readonly env: NodeJS.ProcessEnv;

  constructor(env: NodeJS.ProcessEnv = {}) {
    this.env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      BENTO_HOST: process.env.BENTO_HOST,
      NO_COLOR: '1',
      LC_ALL: 'C',
      TMPDIR: this.folder,
      XDG_DATA_HOME: join(this.folder, 'data'),
      XDG_STATE_HOME: join(this.folder, 'state'),
      XDG_RUNTIME_DIR: join(this.folder, 'run'),
      // Builds are kept from run to run: they are found by content.
      XDG_CACHE_HOME: join(CHECKOUT, 'rust-fs/target/test-cache'),
      // Nothing of the user's git, and no rustup that looks for another toolchain.
      GIT_CONFIG_GLOBAL: '/dev/null',
      ...env,
    };
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  start(argv: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    return spawn(join(CHECKOUT, 'bin/bento-rr'), argv, { cwd: this.folder, env: { ...this.env, ...env } });
  }

  async run(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return await ended(this.start(argv, env));
  }

  /** Runs with --json and gives the document; the exit code must be as said. */
  async json(argv: readonly string[], code = 0): Promise<Record<string, unknown>> {
    const done = await this.run([...argv, '--json']);
    if (done.code !== code)
      throw new Error(`bento-rr ${argv.join(' ')} ended with ${done.code}:\n${done.stderr}${done.stdout}`);
    return JSON.parse(done.stdout) as Record<string, unknown>;
  }

  /** Mounts below the place. */
  mounts(): readonly string[] {
    const lines = readFileSync('/proc/self/mounts', 'utf8').split('\n');
    return lines.filter((line) => line.includes(this.folder));
  }

  /** Temporary folders of recordings that are still there. */
  leftovers(): readonly string[] {
    return readdirSync(this.folder).filter((name) => /^bento-rr-[A-Za-z0-9]{6}$/.test(name));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

/** The work tree's module, as set-up built it. */
export function builtModule(name: string): string {
  return join(process.env.BENTO_TEST_MODULES ?? join(CHECKOUT, 'rust-fs/target/release'), moduleFile(name));
}

/** Waits until something holds; fails after a bound that no healthy machine reaches. */
export async function until(holds: () => boolean, what: string, seconds = 30): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
