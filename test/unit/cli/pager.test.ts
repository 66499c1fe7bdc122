// SPDX-License-Identifier: MIT OR Apache-2.0

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineCommand } from '../../../src/cli/command.js';
import { runCli } from './world.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bento-rr-pager-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Prints lines for ever, or as many as told; the count of those taken is kept. */
function printing(count: number) {
  const state = { taken: 0 };
  async function* lines() {
    for (; state.taken < count; state.taken += 1) yield `line ${state.taken}`;
  }
  const commands = [
    defineCommand({
      name: 'dump',
      summary: 'print',
      group: 'inspect',
      examples: [],
      run: async (ctx) => {
        await ctx.out.page(lines());
        return 0;
      },
    }),
  ];
  return { state, commands };
}

describe('the pager', () => {
  const env = () => ({ PATH: process.env.PATH, BENTO_RR_PAGER: `cat > ${folder}/paged` });
  const paged = () => readFileSync(join(folder, 'paged'), 'utf8');

  it('gets the lines on a terminal', async () => {
    const { commands } = printing(3);
    expect(await runCli(['dump'], { commands, env: env(), isTTY: true })).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(paged()).toBe('line 0\nline 1\nline 2\n');
  });

  it.each([
    ['not on a terminal', ['dump'], false, {}],
    ['not with --no-pager', ['dump', '--no-pager'], true, {}],
    ['not when it is named cat', ['dump'], true, { BENTO_RR_PAGER: 'cat' }],
    ['not when it is empty', ['dump'], true, { BENTO_RR_PAGER: '' }],
    ['not when it is not installed', ['dump'], true, { BENTO_RR_PAGER: 'LESS=R no-such-pager -R' }],
  ])('is used %s', async (_, argv, isTTY, more) => {
    const { commands } = printing(2);
    const { code, stdout } = await runCli(argv, { commands, env: { ...env(), ...more }, isTTY });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'line 0\nline 1\n' });
  });

  it('may be left at any time, which ends the command and its work', async () => {
    const { commands, state } = printing(50_000_000);
    const { code, stderr } = await runCli(['dump'], {
      commands,
      env: { ...env(), BENTO_RR_PAGER: 'head -1 >/dev/null' },
      isTTY: true,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(state.taken).toBeLessThan(1_000_000);
  });
});
