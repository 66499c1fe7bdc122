// SPDX-License-Identifier: MIT OR Apache-2.0

import { spawn } from 'node:child_process';

/** What a program that ended well gave. */
export type Ran = { readonly stdout: string; readonly elapsedNs: number };

/** Runs a program to its end; throws with its last words when it fails or takes too long. */
export function runTimed(
  words: readonly [string, ...string[]],
  options: { readonly cwd?: string; readonly minutes?: number; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Ran> {
  const [program, ...args] = words;
  return new Promise((resolve, reject) => {
    const begin = process.hrtime.bigint();
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: (options.minutes ?? 10) * 60_000,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = `${stderr}${chunk}`.slice(-4_000);
    });
    child.once('error', (error) => reject(new Error(`cannot run ${program}: ${error.message}`)));
    child.once('close', (code, signal) => {
      const elapsedNs = Number(process.hrtime.bigint() - begin);
      if (code === 0) resolve({ stdout, elapsedNs });
      else
        reject(
          new Error(`${words.join(' ')} ended with ${signal ?? `status ${code}`}: ${stderr || stdout.slice(-2_000)}`),
        );
    });
  });
}
