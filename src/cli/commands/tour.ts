// SPDX-License-Identifier: MIT OR Apache-2.0

import { defineCommand } from '../command.js';

/** `tour`: everything once, on this machine. */
export const tour = defineCommand({
  name: 'tour',
  summary: 'show everything once: record git, sqlite3 and tar, replay, diff, bisect',
  description:
    'Each step says what it does and shows the command it runs, so that it can be run again by hand. A version with a fault is ' +
    'made in a scratch repository; your checkout is not touched. On a terminal it ends in the TUI.',
  group: 'main',
  options: { noTui: { summary: 'end with text, also on a terminal' } },
  examples: [{ run: 'bento-rr tour', what: 'takes a few minutes the first time, seconds after that' }],
  exitCodes: { 0: 'every step went as it should' },
  run: async (ctx, input) => (await import('../actions/tour.js')).runTour(ctx, input),
});
