// SPDX-License-Identifier: MIT OR Apache-2.0

/** Runs one suite: its output goes on as it comes, and is kept for counting. */

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { cargoEnv, findCargo } from '../../setup/rust.mjs';
import { ROOT } from '../../setup/step.mjs';
import { counts } from './counts.mjs';

/** @param {import('./suites.mjs').Suite} suite @returns {Promise<import('./counts.mjs').Counts>} */
export async function runSuite(suite) {
  const scratch = mkdtempSync(join(tmpdir(), 'bento-rr-test-'));
  const reportPath = join(scratch, 'report');
  try {
    const outcome = await runCommand(suite, reportPath);
    if (typeof outcome === 'string') return counts(0, 1, 0, [outcome]);
    const report = existsSync(reportPath) ? readFileSync(reportPath, 'utf8') : undefined;
    return suite.count({ ...outcome, report });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * @param {import('./suites.mjs').Suite} suite @param {string} report
 * @returns {Promise<string | { readonly status: number | null, readonly output: string }>} a text when it did not end by itself
 */
function runCommand(suite, report) {
  const [program, ...args] = suite.command.map((word) => word.replace('{report}', report));
  return new Promise((resolve) => {
    const child = spawn(program ?? '', args, {
      cwd: join(ROOT, suite.cwd ?? '.'),
      env: { ...suiteEnv(), ...suite.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that stopping it stops what it started.
      detached: true,
    });
    let output = '';
    /** @param {Buffer} chunk */
    const take = (chunk) => {
      output += chunk;
      process.stdout.write(chunk);
    };
    child.stdout.on('data', take);
    // Both on stdout: the order on a screen is then the order they came in, and the totals are last.
    child.stderr.on('data', take);
    let stopped = false;
    const stop = () => {
      stopped = true;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    };
    const timer = setTimeout(stop, suite.minutes * 60_000);
    process.once('SIGINT', stop);
    /** @param {string | { readonly status: number | null, readonly output: string }} outcome */
    const end = (outcome) => {
      clearTimeout(timer);
      process.off('SIGINT', stop);
      resolve(outcome);
    };
    child.on('error', (error) => end(`could not be started: ${error.message}`));
    child.on('close', (status) =>
      end(stopped ? `stopped: interrupted, or not done after ${suite.minutes} min` : { status, output }),
    );
  });
}

/** Programs of node_modules and the Rust that was found come first. */
function suiteEnv() {
  const cargo = findCargo(process.env);
  const env = cargo === undefined ? process.env : cargoEnv(cargo, process.env);
  return {
    ...env,
    PATH: [join(ROOT, 'node_modules/.bin'), env.PATH].join(delimiter),
    NO_COLOR: '1',
    FORCE_COLOR: undefined,
  };
}
