// SPDX-License-Identifier: MIT OR Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Version of the tool, from the package.json beside `dist/`: one place, whatever the bundle was built from. */
export function readVersion(home: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
  if (typeof version !== 'string') throw new Error(`${join(home, 'package.json')} has no version`);
  return version;
}
