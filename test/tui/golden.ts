// SPDX-License-Identifier: MIT OR Apache-2.0

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { ROOT } from '../tidy/source-files.js';

/** Compares with test/tui/screens/NAME.txt; UPDATE_GOLDEN=1 writes it instead. */
export function expectGolden(name: string, text: string): void {
  const path = join(ROOT, 'test/tui/screens', `${name}.txt`);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return;
  }
  expect(text, `${path}; UPDATE_GOLDEN=1 writes it anew`).toBe(readFileSync(path, 'utf8'));
}
