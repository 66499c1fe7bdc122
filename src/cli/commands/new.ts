// SPDX-License-Identifier: MIT OR Apache-2.0

import { defineCommand } from '../command.js';

/** `new`: a file system to begin with. */
export const newFs = defineCommand({
  name: 'new',
  summary: 'make a new file system in this checkout, ready to mount',
  description:
    'Writes rust-fs/NAME and rust-fs/NAME/module from memfs, the shortest whole file system, adds both to the workspace and ' +
    'builds them. docs/tutorial.md goes through the code.',
  group: 'setup',
  args: { name: { summary: 'its name: letters, digits and -' } },
  options: { noBuild: { summary: 'only write the files' } },
  examples: [{ run: 'bento-rr new logfs', what: 'then: bento-rr record --fs logfs -- git clone ~/src/project' }],
  run: async (ctx, input) => (await import('../actions/new.js')).runNew(ctx, input),
});
