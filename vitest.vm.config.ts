// SPDX-License-Identifier: MIT OR Apache-2.0

import { defineConfig } from 'vitest/config';
import { PATIENCE } from './test/support/patience.js';

/** What runs in a guest's kernel. A guest seldom has work for more than one core: two files at a time. */
export default defineConfig({
  test: {
    include: ['test/vm/**/*.suite.ts'],
    env: { NO_COLOR: '1', TZ: 'UTC', LC_ALL: 'C', NODE_ENV: 'test' },
    testTimeout: 300_000 * PATIENCE,
    // The first run builds the modules.
    hookTimeout: 600_000 * PATIENCE,
    maxWorkers: 2,
  },
});
