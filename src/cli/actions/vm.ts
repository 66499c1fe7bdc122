// SPDX-License-Identifier: MIT OR Apache-2.0

import { dirname, resolve } from 'node:path';
import { UsageError } from '../../base/errors.js';
import type { ExitCode } from '../../base/exit-codes.js';
import { runInMount, runShell, type VmRequest, withMountedGuest } from '../../capture/vm/vm-run.js';
import { jsonDocument } from '../../report/json-document.js';
import type { Context } from '../context.js';
import { surroundingsOf } from '../surroundings.js';
import { accountOfTrace, tellRecorded } from './recorded.js';

export type VmInput = {
  readonly args: { readonly action: 'run' | 'shell' | string; readonly command: readonly string[] };
  readonly options: {
    readonly fs: string;
    readonly trace: string | undefined;
    readonly disk: string | undefined;
    readonly size: bigint | undefined;
    readonly mountOptions: string | undefined;
    readonly mem: number | undefined;
    readonly cpus: number | undefined;
    readonly icount: boolean;
    readonly timeout: number | undefined;
    readonly keep: string | undefined;
  };
};

const DEFAULT_SIZE = 1n << 30n;

/** The work of `vm`. */
export async function runVm(ctx: Context, { args, options }: VmInput): Promise<ExitCode> {
  const path = (given: string | undefined) => (given === undefined ? undefined : resolve(ctx.cwd, given));
  const request: VmRequest = {
    fs: options.fs,
    memoryMib: options.mem,
    cpus: options.cpus,
    icount: options.icount,
    disk: path(options.disk),
    size: options.size ?? DEFAULT_SIZE,
    keep: path(options.keep),
    mountOptions: options.mountOptions,
    signal: ctx.signal,
    cache: dirname(ctx.paths.builds),
    onPhase: (text) => ctx.talk.progress(text),
    onLine: (line) => ctx.talk.detail(line),
    onConsole: (line) => ctx.talk.detail(line),
  };
  return args.action === 'shell' ? shell(ctx, args.command, request) : run(ctx, { args, options }, request);
}

async function run(ctx: Context, { args, options }: VmInput, request: VmRequest): Promise<ExitCode> {
  const [program, ...rest] = args.command;
  if (program === undefined) {
    throw new UsageError('there is no command to run', { hint: 'bento-rr vm run -- COMMAND [ARGUMENTS]' });
  }
  const trace = options.trace === undefined ? undefined : resolve(ctx.cwd, options.trace);
  const { status, traced } = await withMountedGuest(request, surroundingsOf(ctx), (guest) =>
    runInMount(
      guest,
      {
        words: [program, ...rest],
        env: ctx.env,
        timeoutMs: options.timeout,
        trace,
        // The document has stdout for itself.
        onStdout: (bytes) => (ctx.flags.json ? void ctx.stderr.write(bytes) : ctx.out.write(bytes)),
        onStderr: (bytes) => void ctx.stderr.write(bytes),
      },
      ctx.home,
      ctx.signal,
    ),
  );
  if (traced && trace !== undefined && !ctx.flags.json)
    tellRecorded(ctx, trace, await accountOfTrace(trace, ctx.signal));
  if (ctx.flags.json) {
    const words = [program, ...rest];
    await ctx.out.json(
      jsonDocument('bento-rr/vm@1', { verdict: 'ran', status, command: words, trace: traced ? trace : null }),
    );
  }
  return status;
}

async function shell(ctx: Context, command: readonly string[], request: VmRequest): Promise<ExitCode> {
  if (command.length > 0) throw new UsageError('vm shell takes no command', { hint: 'bento-rr vm run -- COMMAND' });
  if (ctx.stdin.isTTY !== true || ctx.stdout.isTTY !== true) {
    throw new UsageError('vm shell needs a terminal', { hint: 'bento-rr vm run -- sh -c SCRIPT does without' });
  }
  ctx.talk.note('booting; exit (or ^D) ends the shell and the guest');
  const size = { columns: ctx.stdout.columns ?? 80, rows: ctx.stdout.rows ?? 24 };
  const term = ctx.env.TERM ?? 'vt100';
  return withMountedGuest({ ...request, terminal: true, onConsole: undefined }, surroundingsOf(ctx), (guest) =>
    runShell(guest, term, size),
  );
}
