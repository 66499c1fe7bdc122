// SPDX-License-Identifier: MIT OR Apache-2.0

import { resolve } from 'node:path';
import { EXIT } from '../../base/exit-codes.js';
import { defineCommand } from '../command.js';
import { REPO_OPTION } from '../common-options.js';
import { buildOptions, surroundingsOf } from '../surroundings.js';

/** `build`: make a loadable module and print where it is. */
export const build = defineCommand({
  name: 'build',
  summary: 'build a module and print the path of its .so',
  description:
    'A name builds the work tree. NAME@GITREV is built in a git worktree of its own that is removed again; what was built is ' +
    'kept by the content of its sources and the toolchain, so that equal sources are built once.',
  group: 'setup',
  args: { module: { summary: 'a file-system name, or NAME@GITREV' } },
  options: { repo: REPO_OPTION },
  examples: [
    { run: 'bento-rr build tiffinfs', what: 'the work tree' },
    { run: 'so=$(bento-rr build tiffinfs@HEAD~3)', what: 'an older version, for a script' },
  ],
  exitCodes: { 5: 'it does not build; the last lines of the compiler are shown' },
  run: async (ctx, { args, options }) => {
    const { resolveModule } = await import('../../host/modules/resolve-module.js');
    const repo = options.repo === undefined ? undefined : resolve(ctx.cwd, options.repo);
    const module = await resolveModule(args.module, surroundingsOf(ctx), { ...buildOptions(ctx), repo });
    ctx.talk.progress('');
    if (ctx.flags.json) {
      const { path, cached, commit } = module;
      await ctx.out.json({ schema: 'bento-rr/build@1', verdict: 'built', path, cached, revision: commit?.id });
    } else await ctx.out.line(module.path);
    return EXIT.ok;
  },
});
