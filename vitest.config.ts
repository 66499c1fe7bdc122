// SPDX-License-Identifier: MIT OR Apache-2.0

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    // One look everywhere: no colour, one time zone, one locale, one width.
    env: { NO_COLOR: '1', TZ: 'UTC', LC_ALL: 'C', COLUMNS: '100', NODE_ENV: 'test' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
