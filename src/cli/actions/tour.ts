// SPDX-License-Identifier: MIT OR Apache-2.0

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, installCommand } from '../../../setup/packages.mjs';
import { AppError, EnvironmentError } from '../../base/errors.js';
import { EXIT, type ExitCode } from '../../base/exit-codes.js';
import { makeFolder } from '../../base/make-folder.js';
import { formatDuration } from '../../base/time.js';
import { resolveModule } from '../../host/modules/resolve-module.js';
import { jsonDocument } from '../../report/json-document.js';
import type { Context } from '../context.js';
import type { OutputStream } from '../output/sink.js';
import { buildOptions, shellWord, surroundingsOf } from '../surroundings.js';
import { COMMITS, makeScratchHistory } from '../tour/scratch-history.js';
import { PROGRAMS, WORKLOAD } from '../tour/workload.js';

export type TourInput = { readonly options: { readonly noTui: boolean } };

type Step = {
  /** What it shows; one or two sentences. */
  readonly say: string;
  readonly argv: readonly string[];
  /** It draws on the screen itself. */
  readonly onScreen?: boolean;
  /** Exit codes of a tour that goes well. */
  readonly expect: readonly ExitCode[];
};

type Done = { readonly command: string; readonly exitCode: ExitCode; readonly elapsedNs: bigint };

/** The fault that the scratch history brings. */
const FAULT = '04-rename-two-names.patch';

/** The work of `tour`. */
export async function runTour(ctx: Context, { options }: TourInput): Promise<ExitCode> {
  for (const program of PROGRAMS) {
    if (findProgram(program, ctx.env) === undefined) {
      throw new EnvironmentError('E_ENV_PROGRAM', `the tour needs ${program}`, {
        why: 'it is not on PATH',
        hint: installCommand([program], ctx.machine.root),
      });
    }
  }
  const folder = join(ctx.paths.state, 'tour');
  await makeFolder(folder);
  const trace = join(folder, 'tour.btr');
  const workload = join(folder, 'workload.sh');
  await writeFile(workload, WORKLOAD.trimStart());
  const done: Done[] = [];
  const start = ctx.monotonic();
  for (const step of firstSteps(ctx, trace, workload)) done.push(await take(ctx, step));
  const patch = join(ctx.home, 'rust-fs/mutants', FAULT);
  await note(
    ctx,
    `Now a faulty version: a scratch repository of ${COMMITS} commits, one of which brings a fault (${await why(patch)}).`,
  );
  const history = await makeScratchHistory(ctx.home, join(folder, 'history'), patch, ctx.env);
  for (const step of faultSteps(trace, history.repo, history.commits)) done.push(await take(ctx, step));
  await note(
    ctx,
    `That was everything, in ${formatDuration(ctx.monotonic() - start)}. The trace and the history stay in ${folder}.`,
  );
  if (ctx.flags.json) {
    await ctx.out.json(
      jsonDocument('bento-rr/tour@1', {
        verdict: 'done',
        trace,
        repo: history.repo,
        steps: done.map((one) => ({ ...one })),
      }),
    );
    return EXIT.ok;
  }
  const tip = `tiffinfs@${history.commits.at(-1) ?? 'HEAD'}`;
  const module = await resolveModule(tip, surroundingsOf(ctx), { ...buildOptions(ctx), repo: history.repo });
  const tui = ['tui', trace, '--module', module.path];
  if (ctx.out.isTTY && !options.noTui) {
    await take(ctx, {
      say: 'And the same on the screen: ? shows the keys, q leaves.',
      argv: tui,
      onScreen: true,
      expect: [EXIT.ok],
    });
  } else await note(ctx, `On a terminal, look at it: ${commandLine(tui)}`);
  return EXIT.ok;
}

function firstSteps(ctx: Context, trace: string, workload: string): readonly Step[] {
  const script = ['sh', workload, join(ctx.home, 'rust-fs')];
  return [
    {
      say: 'tar, git and sqlite3 work on a fresh tiffinfs, a file system in safe Rust, mounted for them. Every operation is recorded.',
      argv: ['record', '--fs', 'tiffinfs', '-o', trace, '--', ...script],
      expect: [EXIT.ok],
    },
    { say: 'What is in the trace.', argv: ['info', trace], expect: [EXIT.ok] },
    {
      say: 'The trace runs again, without the programs, against the same version: every answer must be the recorded one.',
      argv: ['replay', trace],
      expect: [EXIT.ok],
    },
  ];
}

function faultSteps(trace: string, repo: string, commits: readonly string[]): readonly Step[] {
  const [first = '', tip = ''] = [commits[0]?.slice(0, 12), commits.at(-1)?.slice(0, 12)];
  const module = `tiffinfs@${tip}`;
  return [
    {
      say: 'The newest version of that history is built, and the trace replayed against it. The first operation that it answers otherwise is named.',
      argv: ['replay', trace, '--module', module, '--repo', repo],
      expect: [EXIT.diverged, EXIT.crashed],
    },
    {
      say: 'How the states of a good and the faulty version differ after the first operation that made them differ.',
      argv: ['diff', trace, '--a', `tiffinfs@${first}`, '--b', module, '--repo', repo, '--limit', '6', '--no-pager'],
      expect: [EXIT.diverged, EXIT.crashed],
    },
    {
      say: 'Which commit did it? Bisection over the history; versions are built as they are needed.',
      argv: ['bisect', trace, '--good', `tiffinfs@${first}`, '--bad', module, '--repo', repo],
      expect: [EXIT.ok],
    },
  ];
}

async function take(ctx: Context, step: Step): Promise<Done> {
  ctx.signal.throwIfAborted();
  await note(ctx, step.say);
  const command = commandLine(step.argv);
  await note(ctx, ctx.out.style.bold(`$ ${command}`), false);
  const { main } = await import('../main.js');
  const start = ctx.monotonic();
  // With --json the steps talk on stderr: stdout is for the one document.
  const stdout = ctx.flags.json ? ctx.stderr : ctx.stdout;
  const color = ctx.out.style.enabled ? ['--color'] : [];
  const quiet = ctx.flags.quiet ? ['--quiet'] : [];
  const streams = step.onScreen ? {} : { stdout: guest(stdout), stderr: guest(ctx.stderr) };
  const exitCode = await main({ ...ctx, ...streams, argv: [...color, ...quiet, ...step.argv] });
  ctx.signal.throwIfAborted();
  if (!step.expect.includes(exitCode)) {
    throw new AppError(
      'E_TOUR_STEP',
      exitCode === EXIT.ok ? EXIT.crashed : exitCode,
      'the tour did not go as it should',
      {
        why: `this ended with ${exitCode}: ${command}`,
        hint: 'bento-rr doctor checks this machine; run the command by hand to see more',
      },
    );
  }
  return { command, exitCode, elapsedNs: ctx.monotonic() - start };
}

/** A stream as a step sees it. Its errors are the tour's to hear, and each step must not leave one more listener behind. */
function guest(stream: OutputStream): OutputStream {
  return {
    write: (chunk) => stream.write(chunk),
    once: (name, listener) => stream.once(name, listener),
    off: (name, listener) => stream.off(name, listener),
    on: () => undefined,
    ...(stream.isTTY === undefined ? {} : { isTTY: stream.isTTY }),
    ...(stream.columns === undefined ? {} : { columns: stream.columns }),
    ...(stream.rows === undefined ? {} : { rows: stream.rows }),
  };
}

function commandLine(argv: readonly string[]): string {
  return ['bento-rr', ...argv].map(shellWord).join(' ');
}

/** Narration; a blank line before it sets steps apart. */
async function note(ctx: Context, text: string, apart = true): Promise<void> {
  const line = `${apart ? '\n' : ''}${text}`;
  if (ctx.flags.json) ctx.talk.note(line);
  else await ctx.out.line(line);
}

/** The mutant's own words on why it is one. */
async function why(patch: string): Promise<string> {
  const said = /^why: (.+)$/m.exec(await readFile(patch, 'utf8'))?.[1];
  return said ?? 'see its patch';
}
