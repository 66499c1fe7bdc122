// SPDX-License-Identifier: MIT OR Apache-2.0

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Files of the project, tracked or about to be, that match; paths relative to the checkout. */
export function sourceFiles(pattern: RegExp): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  // A file deleted but not yet committed is still listed.
  return listed.split('\0').filter((path) => pattern.test(path) && existsSync(join(ROOT, path)));
}

export function readSource(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Files a program wrote; the rules for hands do not hold for them. */
export function isGenerated(path: string): boolean {
  return /(?:^|\/)(?:gen|generated)\/|\.gen\.|^kernel\/include\/bento_trace_fields\.h$/.test(path);
}
