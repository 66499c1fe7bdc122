// SPDX-License-Identifier: MIT OR Apache-2.0

/** The one file that touches the process: it makes a World of it, runs main, and leaves. */

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../base/errors.js';
import { EXIT } from '../base/exit-codes.js';
import { ns } from '../base/ids.js';
import type { World } from './context.js';
import { Interrupted } from './interrupted.js';
import { readVersion } from './version.js';

// The bundle is dist/entry.js.
const home = dirname(dirname(fileURLToPath(import.meta.url)));
const argv = process.argv.slice(2);

if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  process.stdout.write(`bento-rr ${readVersion(home)}\n`);
} else {
  await run();
}

async function run(): Promise<void> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      const reason = new Interrupted(name);
      // The second one means: now.
      if (stop.signal.aborted) process.exit(reason.exitCode);
      stop.abort(reason);
    });
  }
  for (const name of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(name, (error: unknown) => {
      const stack = process.env.BENTO_RR_DEBUG === '1' && error instanceof Error ? `\n${error.stack}` : '';
      const hint = ' hint: BENTO_RR_DEBUG=1 shows where; please report it';
      process.stderr.write(`error: bento-rr has a bug: ${messageOf(error)}\n${hint}${stack}\n`);
      process.exit(EXIT.crashed);
    });
  }
  const { main } = await import('./main.js');
  const code = await main(worldOf(stop.signal));
  // What is still queued goes out first; then a forgotten handle must not keep the shell waiting.
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  process.exit(code);
}

function worldOf(signal: AbortSignal): World {
  return {
    argv,
    env: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    cwd: process.cwd(),
    home,
    machine: { nodeVersion: process.versions.node, root: process.getuid?.() === 0 },
    now: () => ns(BigInt(Date.now()) * 1_000_000n),
    monotonic: () => ns(process.hrtime.bigint()),
    signal,
  };
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) resolve();
    else stream.write('', () => resolve());
  });
}
