// SPDX-License-Identifier: MIT OR Apache-2.0

import { AppError } from '../base/errors.js';
import { EXIT } from '../base/exit-codes.js';
import type { Surroundings } from '../host/locate.js';
import { runProgram } from '../host/modules/run-program.js';
import type { Judge, Judgement } from './judge.js';

/**
 * Judges by a command's exit status, as `git bisect run` does: 0 good, 125 skip, any other up to 127 bad, and 128 or more (or a
 * signal) stops the bisection. The command finds the module in $BENTO_MODULE, the version in $BENTO_VERSION, the trace in $BENTO_TRACE.
 */
export function commandJudge(command: string, trace: string, around: Surroundings, signal?: AbortSignal): Judge {
  return {
    judge: async (module, id): Promise<Judgement> => {
      const done = await runProgram('/bin/sh', ['-c', command], {
        cwd: around.cwd,
        env: { ...around.env, BENTO_MODULE: module, BENTO_VERSION: id, BENTO_TRACE: trace },
        signal,
      });
      const why = `the command ended with ${done.how}`;
      const status = /^status (\d+)$/.exec(done.how)?.[1];
      const code = status === undefined ? 128 : Number(status);
      if (code === 0) return { verdict: 'good', why };
      if (code === EXIT.skip) return { verdict: 'skip', why };
      if (code < 128) return { verdict: 'bad', why };
      throw new AppError('E_BISECT_ABORTED', EXIT.usage, `the bisection was stopped by its command at ${id}`, {
        why: `${why}${done.stderr === '' ? '' : `: ${done.stderr.trimEnd().split('\n').at(-1)}`}`,
        hint: '0 is good, 125 skips, 1 to 127 are bad; 128 and above stop',
      });
    },
    close: async () => {},
  };
}
