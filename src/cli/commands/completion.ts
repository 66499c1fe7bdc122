// SPDX-License-Identifier: MIT OR Apache-2.0

import { EXIT } from '../../base/exit-codes.js';
import { defineCommand } from '../command.js';
import { bashCompletion } from '../completion/bash.js';
import { fishCompletion } from '../completion/fish.js';
import { zshCompletion } from '../completion/zsh.js';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** `completion SHELL`: a script made from the command table, so that it cannot fall behind. */
export const completion = defineCommand({
  name: 'completion',
  summary: 'print a completion script for a shell',
  group: 'setup',
  args: { shell: { summary: 'the shell', choices: ['bash', 'zsh', 'fish'] } },
  examples: [
    { run: 'source <(bento-rr completion bash)', what: 'this bash' },
    { run: 'bento-rr completion zsh > ~/.zfunc/_bento-rr', what: 'every zsh (with ~/.zfunc in fpath)' },
    { run: 'bento-rr completion fish > ~/.config/fish/completions/bento-rr.fish', what: 'every fish' },
  ],
  run: async (ctx, { args }) => {
    // The table holds this command too: importing it at load time would be a cycle.
    const { commandTable } = await import('../command-table.js');
    const shell = args.shell as keyof typeof SHELLS;
    const script = SHELLS[shell](commandTable);
    if (ctx.flags.json) await ctx.out.json({ schema: 'bento-rr/completion@1', shell, script });
    else await ctx.out.write(script);
    return EXIT.ok;
  },
});
