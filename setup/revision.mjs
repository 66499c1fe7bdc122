// SPDX-License-Identifier: MIT OR Apache-2.0

/** What modules built from the work tree say of their sources, in userspace and in the kernel alike: that is how a replay knows one for the other. */

import { execFileSync } from 'node:child_process';

/**
 * The last commit that changed the crates, with "+" behind it when there is more than it; empty in an archive, which has no history.
 * @param {string} workspace folder of the crates
 */
export function sourceRevision(workspace) {
  try {
    const git = (/** @type {readonly string[]} */ args) =>
      execFileSync('git', ['-C', workspace, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const commit = git(['log', '-1', '--format=%H', '--', '.']);
    return git(['status', '--porcelain', '--', '.']) === '' ? commit : `${commit}+`;
  } catch {
    return '';
  }
}
