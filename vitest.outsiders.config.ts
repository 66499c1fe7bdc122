// SPDX-License-Identifier: MIT OR Apache-2.0

import { defineConfig } from 'vitest/config';

/** Suites that others wrote, and a real ext4 as oracle. They mount, and each keeps a core busy. */
export default defineConfig({
  test: {
    include: ['test/outsiders/**/*.suite.ts'],
    env: { NO_COLOR: '1', TZ: 'UTC', LC_ALL: 'C', NODE_ENV: 'test' },
    testTimeout: 300_000,
    // The first run builds the suites.
    hookTimeout: 900_000,
    fileParallelism: false,
  },
});
