// SPDX-License-Identifier: MIT OR Apache-2.0

import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { TraceError } from '../../../src/base/errors.js';
import { defineCommand } from '../../../src/cli/command.js';
import { commandTable } from '../../../src/cli/command-table.js';
import type { Context } from '../../../src/cli/context.js';
import { Interrupted } from '../../../src/cli/interrupted.js';
import { runCli } from './world.js';

/** A command that does what a test wants. */
function commandThat(run: (ctx: Context) => Promise<number>) {
  return [defineCommand({ name: 'go', summary: 'go', group: 'main', examples: [], run })];
}

describe('a failure', () => {
  const failing = commandThat(async () => {
    throw new TraceError('E_TRACE_TRUNCATED', 'cannot open x.btr', {
      why: 'it ends inside chunk 7',
      hint: 'bento-rr verify x.btr',
    });
  });

  it('says what failed, why and what to do', async () => {
    expect(await runCli(['go'], { commands: failing })).toEqual({
      code: 3,
      stdout: '',
      stderr: 'error: cannot open x.btr\n  why: it ends inside chunk 7\n hint: bento-rr verify x.btr\n',
    });
  });

  it('is a document on stdout with --json', async () => {
    const { code, stdout } = await runCli(['--json', 'go'], { commands: failing });
    expect(code).toBe(3);
    expect(JSON.parse(stdout).error).toEqual({
      code: 'E_TRACE_TRUNCATED',
      message: 'cannot open x.btr',
      why: 'it ends inside chunk 7',
      hint: 'bento-rr verify x.btr',
      exitCode: 3,
    });
  });

  it('of the machine is the environment, not a bug', async () => {
    const commands = commandThat(async () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
    });
    const { code, stderr } = await runCli(['go'], { commands });
    expect(code).toBe(4);
    expect(stderr).toContain('free some space');
  });

  it('that is a bug shows a stack only when asked', async () => {
    const commands = commandThat(async () => {
      throw new TypeError('x is not a function');
    });
    const plain = await runCli(['go'], { commands });
    expect(plain.code).toBe(5);
    expect(plain.stderr).toContain('bento-rr has a bug: x is not a function');
    expect(plain.stderr).not.toContain('    at ');
    const debug = await runCli(['go'], { commands, env: { BENTO_RR_DEBUG: '1' } });
    expect(debug.stderr).toContain('    at ');
  });
});

describe('output', () => {
  /** Fails like a pipe without a reader: nothing is taken, then EPIPE comes. */
  class Broken extends Writable {
    written = 0;
    override _write(chunk: Buffer, _encoding: string, done: (error: Error) => void): void {
      this.written += chunk.length;
      setImmediate(() => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' })));
    }
  }

  it('to a closed pipe stops the command quietly, with little written', async () => {
    let lines = 0;
    const commands = commandThat(async (ctx) => {
      for (; lines < 1_000_000; lines += 1) await ctx.out.line('x'.repeat(100));
      return 1;
    });
    const { code, stderr } = await runCli(['go'], { commands, stdout: new Broken() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines).toBeLessThan(1000);
  });

  it('waits for a slow reader', async () => {
    let pending = 0;
    let most = 0;
    const slow = new Writable({
      highWaterMark: 1000,
      write: (chunk: Buffer, _encoding, done) => {
        setImmediate(() => {
          pending -= chunk.length;
          done();
        });
      },
    });
    const commands = commandThat(async (ctx) => {
      for (let line = 0; line < 2000; line += 1) {
        pending += 101;
        most = Math.max(most, pending);
        await ctx.out.line('x'.repeat(100));
      }
      return 0;
    });
    expect((await runCli(['go'], { commands, stdout: slow })).code).toBe(0);
    expect(most).toBeLessThan(2500);
  });

  it('is coloured for a person, and when told to', async () => {
    const commands = commandThat(async (ctx) => {
      await ctx.out.line(ctx.out.style.good('yes'));
      return 0;
    });
    const out = async (argv: readonly string[], env: Record<string, string>, isTTY: boolean) =>
      (await runCli(argv, { commands, env, isTTY })).stdout.includes('\u001b');
    expect(await out(['go'], {}, true)).toBe(true);
    expect(await out(['go'], {}, false)).toBe(false);
    expect(await out(['go'], { NO_COLOR: '1' }, true)).toBe(false);
    expect(await out(['go'], { NO_COLOR: '' }, true)).toBe(true);
    expect(await out(['go'], { TERM: 'dumb' }, true)).toBe(false);
    expect(await out(['go'], { FORCE_COLOR: '1' }, false)).toBe(true);
    expect(await out(['go', '--no-color'], { FORCE_COLOR: '1' }, true)).toBe(false);
    expect(await out(['go', '--color'], { NO_COLOR: '1' }, false)).toBe(true);
  });
});

it('an interrupt reaches the command and becomes its exit code', async () => {
  const stop = new AbortController();
  const commands = commandThat(async (ctx) => {
    stop.abort(new Interrupted('SIGINT'));
    ctx.signal.throwIfAborted();
    return 0;
  });
  expect(await runCli(['go'], { commands, signal: stop.signal })).toEqual({ code: 130, stdout: '', stderr: '' });
});

it('-C changes where the command works, and must exist', async () => {
  const commands = commandThat(async (ctx) => {
    await ctx.out.line(ctx.cwd);
    return 0;
  });
  expect((await runCli(['-C', '..', 'go'], { commands, cwd: '/usr/bin' })).stdout).toBe('/usr\n');
  const { code, stderr } = await runCli(['go', '-C', '/no/such/place'], { commands });
  expect(code).toBe(2);
  expect(stderr).toBe(
    'error: cannot work in /no/such/place\n  why: it does not exist\n hint: give an existing directory to -C\n',
  );
});

describe('the command table', () => {
  it('has distinct names, and an example for each', () => {
    expect(new Set(commandTable.map(({ name }) => name)).size).toBe(commandTable.length);
    for (const { name, summary, examples } of commandTable) {
      expect(examples.length, name).toBeGreaterThan(0);
      expect(summary, name).toMatch(/^[a-z].*[^.]$/);
    }
  });

  it('every command has its help, by both ways', async () => {
    for (const { name, examples } of commandTable) {
      const [byHelp, byOption] = [await runCli(['help', name]), await runCli([name, '--help'])];
      expect(byHelp.code).toBe(0);
      expect(byHelp.stdout).toContain(`Usage: bento-rr ${name}`);
      expect(byHelp.stdout).toContain(examples[0]?.run);
      expect(byOption).toEqual(byHelp);
    }
  });

  it('the help names every command', async () => {
    const { stdout } = await runCli(['--help']);
    for (const { name, summary } of commandTable) expect(stdout).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'));
  });
});
