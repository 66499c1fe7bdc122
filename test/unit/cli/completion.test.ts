// SPDX-License-Identifier: MIT OR Apache-2.0

import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type Command, defineCommand } from '../../../src/cli/command.js';
import { bashCompletion } from '../../../src/cli/completion/bash.js';
import { fishCompletion } from '../../../src/cli/completion/fish.js';
import { zshCompletion } from '../../../src/cli/completion/zsh.js';
import { runCli } from './world.js';

const commands: readonly Command[] = [
  defineCommand({
    name: 'replay',
    summary: 'replay a [trace]: it\'s "fast"',
    group: 'main',
    args: { mode: { summary: 'mode', choices: ['serial', 'exact'] } },
    options: {
      order: { short: 'o', value: 'ORDER', choices: ['serial', 'exact'], summary: 'order: [a] or $b' },
      output: { value: 'FILE', summary: 'where to' },
    },
    examples: [],
    run: async () => 0,
  }),
  defineCommand({ name: 'record', summary: 'record', group: 'main', examples: [], run: async () => 0 }),
];

/** What bash offers for a line, through the real script. */
function bashOffers(...words: readonly string[]): readonly string[] {
  const script = `${bashCompletion(commands)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _bento_rr; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const run = spawnSync('bash', ['--norc', '-euc', script, 'bash', 'bento-rr', ...words], {
    encoding: 'utf8',
    cwd: '/',
  });
  expect(run.stderr).toBe('');
  return run.stdout.split('\n').filter((word) => word !== '');
}

describe('bash', () => {
  it('offers commands, options and their values', () => {
    expect(bashOffers('re')).toEqual(['replay', 'record']);
    expect(bashOffers('replay', '--or')).toEqual(['--order']);
    expect(bashOffers('replay', '--no')).toEqual(['--no-color', '--no-pager']);
    expect(bashOffers('replay', '--order', 'e')).toEqual(['exact']);
    expect(bashOffers('replay', 's')).toEqual(['serial']);
    expect(bashOffers('-C', '/tmp', 'help', 'rec')).toEqual(['record']);
    expect(bashOffers('replay', '--output', '/et')).toContain('/etc');
  });
});

it('zsh and fish get every command and option, quoted', () => {
  for (const script of [zshCompletion(commands), fishCompletion(commands)]) {
    for (const word of ['replay', 'record', 'order', 'output', 'no-pager', 'serial exact'])
      expect(script).toContain(word);
  }
  expect(zshCompletion(commands)).toContain("replay:replay a [trace]: it'\\''s");
  expect(zshCompletion(commands)).toContain('order\\: \\[a\\] or $b');
  expect(fishCompletion(commands)).toContain('order: [a] or \\$b');
});

it('every shell of the command gives a script, and no other', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await runCli(['completion', shell]);
    expect(code).toBe(0);
    expect(stdout).toContain(`made by: bento-rr completion ${shell}`);
  }
  expect((await runCli(['completion', 'tcsh'])).code).toBe(2);
});
