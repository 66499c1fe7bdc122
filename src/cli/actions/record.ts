// SPDX-License-Identifier: MIT OR Apache-2.0

import { rename, rm, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../../base/errors.js';
import { EXIT, type ExitCode } from '../../base/exit-codes.js';
import { formatBytes, formatPlural } from '../../base/format.js';
import { makeFolder } from '../../base/make-folder.js';
import type { DataPolicy, RecordProgress } from '../../capture/host-mount.js';
import { type KernelPolicy, recordInKernel } from '../../capture/kernel/record.js';
import { type Recorded, record } from '../../capture/record.js';
import { resolveModule } from '../../host/modules/resolve-module.js';
import type { Context } from '../context.js';
import { buildOptions, surroundingsOf } from '../surroundings.js';
import { repoOf } from './given.js';
import { accountOfTrace, recordDocument, tellRecorded } from './recorded.js';

export type RecordInput = {
  readonly args: { readonly command: readonly string[] };
  readonly options: {
    readonly fs: string;
    readonly source: 'fuse' | 'kernel' | 'vm';
    readonly mount: string | undefined;
    readonly image: string | undefined;
    readonly size: bigint | undefined;
    readonly output: string | undefined;
    readonly data: DataPolicy;
    readonly policy: KernelPolicy;
    readonly fsOptions: string | undefined;
    readonly threads: number | undefined;
    readonly repo: string | undefined;
  };
};

const DEFAULT_SIZE = 1n << 30n;

/** The work of `record`. */
export async function runRecord(ctx: Context, { args, options }: RecordInput): Promise<ExitCode> {
  const words = checkCommand(args.command);
  if (options.source !== 'fuse') return runElsewhere(ctx, words, options);
  const policy = options.policy === 'flight' ? noFlight() : options.policy;
  const mountpoint = options.mount === undefined ? undefined : await checkFolder(resolve(ctx.cwd, options.mount));
  const around = surroundingsOf(ctx);
  const build = { ...buildOptions(ctx), repo: repoOf(ctx, options.repo) };
  const module = await resolveModule(options.fs, around, build);
  ctx.talk.progress('');
  const trace = options.output === undefined ? await freeName(ctx, words[0]) : resolve(ctx.cwd, options.output);
  const recorded = await record(
    {
      module: module.path,
      trace,
      mountpoint,
      image: options.image === undefined ? undefined : resolve(ctx.cwd, options.image),
      size: options.size ?? DEFAULT_SIZE,
      policy,
      data: options.data,
      fsOptions: options.fsOptions,
      threads: options.threads,
      words,
      stdoutToStderr: ctx.flags.json,
      isTerminal: ctx.stdin.isTTY === true,
      tmp: ctx.env.TMPDIR || '/tmp',
      signal: ctx.signal,
      onProgress: (progress) => ctx.talk.progress(progressText(progress)),
      onBusy: () => ctx.talk.note('waiting for programs that the command left running in the mount (^C leaves them)'),
    },
    around,
  );
  return finish(ctx, trace, module.label, words, recorded);
}

/** Tells of the recording; the status to exit with. */
async function finish(
  ctx: Context,
  trace: string,
  module: string,
  words: readonly string[],
  recorded: Recorded,
): Promise<ExitCode> {
  ctx.talk.progress('');
  await linkLatest(ctx, trace);
  if (ctx.flags.json) await ctx.out.json(recordDocument(trace, module, words, recorded));
  else tellRecorded(ctx, trace, recorded.account);
  return recorded.account.crash === undefined ? recorded.status : EXIT.crashed;
}

type Words = readonly [string, ...string[]];

/** From a kernel: this machine's, or a guest's. */
async function runElsewhere(ctx: Context, words: Words, options: RecordInput['options']): Promise<ExitCode> {
  const trace = options.output === undefined ? await freeName(ctx, words[0]) : resolve(ctx.cwd, options.output);
  if (options.source === 'vm') {
    const { recordInVm } = await import('./record-vm.js');
    const { status, traced } = await recordInVm(ctx, { ...options, words, trace });
    if (!traced) return status;
    const account = await accountOfTrace(trace, ctx.signal);
    return finish(ctx, trace, options.fs, words, { status, account });
  }
  const recorded = await recordInKernel(
    {
      trace,
      mountpoint: options.mount === undefined ? undefined : resolve(ctx.cwd, options.mount),
      policy: options.policy,
      data: options.data,
      words,
      stdoutToStderr: ctx.flags.json,
      isTerminal: ctx.stdin.isTTY === true,
      signal: ctx.signal,
      onProgress: (progress) => ctx.talk.progress(progressText(progress)),
    },
    surroundingsOf(ctx),
  );
  return finish(ctx, trace, 'kernel', words, recorded);
}

function noFlight(): never {
  throw new UsageError('--policy flight is for recordings in the kernel', {
    hint: 'use --source kernel, or drop or block',
  });
}

function checkCommand(words: readonly string[]): readonly [string, ...string[]] {
  const [program, ...rest] = words;
  if (program !== undefined) return [program, ...rest];
  throw new UsageError('there is no command to record', { hint: 'bento-rr record -- COMMAND [ARGUMENTS]' });
}

async function checkFolder(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) return path;
  throw new UsageError(`cannot mount at ${path}`, {
    why: found === undefined ? 'it does not exist' : 'it is no folder',
    hint: `mkdir ${path}`,
  });
}

/** `git-20261122-171059.btr` in the folder of traces; what stands there is never written over. */
async function freeName(ctx: Context, program: string): Promise<string> {
  const stamp = new Date(Number(ctx.now() / 1_000_000n))
    .toISOString()
    .replaceAll(/[-:]|\..*/g, '')
    .replace('T', '-');
  const name = `${basename(program).replaceAll(/[^\w.-]/g, '_')}-${stamp}`;
  for (let attempt = 1; ; attempt += 1) {
    const path = join(ctx.paths.traces, `${name}${attempt === 1 ? '' : `-${attempt}`}.btr`);
    const free = await stat(path).then(
      () => false,
      () => true,
    );
    if (free) return path;
  }
}

function progressText({ ops, bytes, dropped }: RecordProgress): string {
  const lost = dropped > 0n ? `, ${formatPlural(dropped, 'op')} DROPPED` : '';
  return `recording: ${formatPlural(ops, 'op')}, ${formatBytes(bytes)}${lost}`;
}

/** `latest` is replaced in one step, so that another recording never finds it missing. */
async function linkLatest(ctx: Context, trace: string): Promise<void> {
  const { latest } = ctx.paths;
  const fresh = `${latest}.${basename(trace)}.tmp`;
  try {
    await makeFolder(dirname(latest));
    await rm(fresh, { force: true });
    await symlink(dirname(trace) === dirname(latest) ? basename(trace) : trace, fresh);
    await rename(fresh, latest);
  } catch (error) {
    // The recording is safe; only commands without TRACE will not find it.
    ctx.talk.warn(`the link to the latest recording could not be made: ${String(error)}`);
  }
}
