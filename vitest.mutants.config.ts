// SPDX-License-Identifier: MIT OR Apache-2.0

import { defineConfig } from 'vitest/config';

/** A suite of its own: it builds dozens of modules, one after the other, and would keep the unit tests waiting. */
export default defineConfig({
  test: {
    include: ['test/mutants/**/*.suite.ts'],
    env: { NO_COLOR: '1', TZ: 'UTC', LC_ALL: 'C', NODE_ENV: 'test' },
    // A cold build of everything that a module is made of.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    fileParallelism: false,
  },
});
