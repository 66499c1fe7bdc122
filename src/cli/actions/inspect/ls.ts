// SPDX-License-Identifier: MIT OR Apache-2.0

import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AppError, systemCodeOf, UsageError } from '../../../base/errors.js';
import { EXIT, type ExitCode } from '../../../base/exit-codes.js';
import { escapeControl, formatBytes, formatCount, formatName } from '../../../base/format.js';
import { formatWallClock } from '../../../base/time.js';
import { jsonDocument } from '../../../report/json-document.js';
import { bytesJson } from '../../../trace/op-json.js';
import { TraceFile } from '../../../trace/trace-file.js';
import type { Context } from '../../context.js';
import { shownPath } from '../../surroundings.js';

export type LsInput = { readonly args: { readonly dir: string | undefined }; readonly options: object };

type Listed = {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  /** Of the header, where it can be read. */
  readonly trace?: {
    readonly fs: string;
    readonly ops: bigint;
    readonly complete: boolean;
    readonly startNs: bigint;
    readonly command: readonly Uint8Array[];
  };
  readonly error?: AppError;
};

/** The work of `ls`. A file that is no good trace is listed with the reason: that is why one looks. */
export async function runLs(ctx: Context, { args }: LsInput): Promise<ExitCode> {
  const dir = args.dir === undefined ? ctx.paths.traces : resolve(ctx.cwd, args.dir);
  const names = await traceNames(dir, args.dir !== undefined);
  const listed = await Promise.all(names.map((name) => look(join(dir, name))));
  const newestFirst = listed.sort((a, b) => b.modifiedMs - a.modifiedMs);
  if (ctx.flags.json) await ctx.out.json(jsonDocument('bento-rr/ls@1', { dir, traces: newestFirst.map(listedJson) }));
  else if (newestFirst.length === 0) ctx.talk.note(`no .btr file in ${dir}; bento-rr record -- COMMAND makes one`);
  else {
    const right = { align: 'right' } as const;
    const columns = [
      { title: 'recorded' },
      { title: 'fs' },
      { title: 'ops', ...right },
      { title: 'size', ...right },
      { title: 'trace' },
      { title: 'command' },
    ];
    await ctx.out.table(
      columns,
      newestFirst.map((one) => cells(one, ctx)),
    );
  }
  return EXIT.ok;
}

async function traceNames(dir: string, isNamed: boolean): Promise<readonly string[]> {
  try {
    const entries = await readdir(dir, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile() && entry.name.endsWith('.btr')).map((entry) => entry.name);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT' && !isNamed) return [];
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new UsageError(`${dir}: is no directory`, { cause: error });
    throw error;
  }
}

async function look(path: string): Promise<Listed> {
  const { size, mtimeMs } = await stat(path);
  const known = { path, bytes: size, modifiedMs: mtimeMs };
  try {
    const trace = TraceFile.open(path, { allowDamage: true });
    const { header, ops, complete } = trace;
    trace.close();
    return {
      ...known,
      trace: {
        fs: header.module?.fsName ?? '',
        ops,
        complete,
        startNs: header.startRealtimeNs,
        command: header.command,
      },
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...known, error };
  }
}

function cells(one: Listed, ctx: Context): readonly string[] {
  const path = escapeControl(shownPath(one.path, ctx.cwd));
  if (one.trace === undefined)
    return [
      '',
      '',
      '',
      formatBytes(one.bytes),
      path,
      ctx.out.style.bad(`${one.error?.code}: ${one.error?.why ?? one.error?.message}`),
    ];
  const { fs, ops, complete, startNs, command } = one.trace;
  const when = `${formatWallClock(startNs).slice(0, 19)}Z`;
  const words = `${command.map(formatName).join(' ')}${complete ? '' : ctx.out.style.warn(' (not finished)')}`;
  return [when, escapeControl(fs), formatCount(ops), formatBytes(one.bytes), path, words];
}

function listedJson(one: Listed): { readonly [key: string]: never } {
  const { trace, error } = one;
  const header =
    trace === undefined
      ? { error: { code: error?.code, message: error?.message } }
      : {
          fs: trace.fs,
          ops: trace.ops,
          complete: trace.complete,
          startRealtimeNs: trace.startNs,
          command: trace.command.map(bytesJson),
        };
  return { path: one.path, bytes: one.bytes, ...header } as never;
}
