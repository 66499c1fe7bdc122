// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * Makes a checkout ready to run: programs, node_modules, builds. Each step looks first and does nothing when there is
 * nothing to do. It runs before node_modules exist, so it and what it imports use node built-ins only.
 */

import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureBuilds } from './builds.mjs';
import { ensureNodeModules } from './node-modules.mjs';
import { SetupError } from './step.mjs';
import { ensureSystem } from './system.mjs';

const OLDEST_NODE = [20, 19];

/** Runs the steps; throws a SetupError. */
export function setUp() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < (OLDEST_NODE[0] ?? 0) || (major === OLDEST_NODE[0] && minor < (OLDEST_NODE[1] ?? 0))) {
    throw new SetupError(
      `node ${process.versions.node} is older than ${OLDEST_NODE.join('.')}`,
      'install Node 20.19 or later',
    );
  }
  ensureSystem();
  ensureNodeModules();
  ensureBuilds();
}

/** For scripts: sets up, or says why not and leaves with 4. */
export function setUpOrExit() {
  try {
    setUp();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`error: ${error.message}\n hint: ${error.hint}\n`);
    process.exit(4);
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) setUpOrExit();
