// SPDX-License-Identifier: MIT OR Apache-2.0

import { dirname, resolve } from 'node:path';
import { runInMount, type VmRan, withMountedGuest } from '../../capture/vm/vm-run.js';
import type { Context } from '../context.js';
import { surroundingsOf } from '../surroundings.js';
import type { RecordInput } from './record.js';

const DEFAULT_SIZE = 1n << 30n;

type VmRecording = RecordInput['options'] & {
  readonly words: readonly [string, ...string[]];
  readonly trace: string;
};

/** Boots a guest, mounts the file system there, and records the command in its kernel. */
export async function recordInVm(ctx: Context, recording: VmRecording): Promise<VmRan> {
  const { words, trace, policy, data } = recording;
  return withMountedGuest(
    {
      fs: recording.fs,
      disk: recording.image === undefined ? undefined : resolve(ctx.cwd, recording.image),
      size: recording.size ?? DEFAULT_SIZE,
      mountOptions: recording.fsOptions,
      signal: ctx.signal,
      cache: dirname(ctx.paths.builds),
      onPhase: (text) => ctx.talk.progress(text),
      onLine: (line) => ctx.talk.detail(line),
      onConsole: (line) => ctx.talk.detail(line),
    },
    surroundingsOf(ctx),
    (guest) =>
      runInMount(
        guest,
        {
          words,
          env: ctx.env,
          trace,
          recordOptions: ['--policy', policy, '--data', data],
          onStdout: (bytes) => (ctx.flags.json ? void ctx.stderr.write(bytes) : ctx.out.write(bytes)),
          onStderr: (bytes) => void ctx.stderr.write(bytes),
        },
        ctx.home,
        ctx.signal,
      ),
  );
}
