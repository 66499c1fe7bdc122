// SPDX-License-Identifier: MIT OR Apache-2.0

/** The command line of the benchmarks. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { AppError, messageOf } from '../src/base/errors.js';
import { toJson } from '../src/base/json.js';
import type { Surroundings } from '../src/host/locate.js';
import { resolveModule } from '../src/host/modules/resolve-module.js';
import type { Bench, BenchWorld } from './bench.js';
import { gate } from './benches/gate.js';
import { long } from './benches/long.js';
import { record } from './benches/record.js';
import { replay } from './benches/replay.js';
import { size } from './benches/size.js';
import { stepBack } from './benches/step-back.js';
import { type BenchOptions, HELP, parseCommandLine } from './command-line.js';
import type { Entry } from './entry.js';
import { fuseRecording } from './guest/fuse-recording.js';
import { guest } from './guest/guest.js';
import { thisMachine } from './machine.js';
import { putFigures } from './report/doc-table.js';
import { type Failed, type Figures, figuresDocument, NOTES } from './report/document.js';
import { figureTable } from './report/figures.js';
import { TraceShelf } from './trace-shelf.js';

/** All of them, in the order they run: recording first, since what it records the others use. */
const BENCHES: readonly Bench[] = [record, size, replay, stepBack, gate, long, guest, fuseRecording];

const ROUNDS = 5;
/** What images and traces of a full run take, with room to spare. */
const SCRATCH_BYTES = 4 * 2 ** 30;

type Where = { readonly root: string; readonly probe: string };

/** Runs what the words ask for; the exit status. */
export async function main(argv: readonly string[], where: Where): Promise<number> {
  try {
    const options = parseCommandLine(
      argv,
      BENCHES.map(({ name }) => name),
    );
    if (options.help) process.stdout.write(HELP);
    else if (options.list) for (const { name, summary } of BENCHES) process.stdout.write(`${name}: ${summary}\n`);
    else return await measure(options, where);
    return 0;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    process.stderr.write(`${errorText(error)}\n`);
    return error.exitCode;
  }
}

async function measure(options: BenchOptions, where: Where): Promise<number> {
  const scratch = mkdtempSync(join(resolve(options.scratch ?? scratchParent()), 'bento-rr-bench-'));
  try {
    const figures = await runAll(options, worldOf(options, where, scratch));
    const text = `${toJson(figuresDocument(figures))}\n`;
    const output = resolve(options.output ?? join(where.root, 'dist.bench/result.json'));
    mkdirSync(dirname(output), { recursive: true });
    writeFileSync(output, text);
    if (options.json) process.stdout.write(text);
    else {
      for (const line of [...figureTable(figures.entries), '', ...NOTES.map((note) => `note: ${note}`)]) {
        process.stdout.write(`${line}\n`);
      }
    }
    process.stderr.write(`the figures are in ${output}\n`);
    for (const { bench, error } of figures.failed) process.stderr.write(`error: ${bench} was not measured: ${error}\n`);
    if (figures.failed.length > 0) return 1;
    if (options.doc) {
      const page = join(where.root, 'docs/benchmarks.md');
      writeFileSync(
        page,
        putFigures(readFileSync(page, 'utf8'), figures, options.only.length === 0 ? 'figures' : 'guest figures'),
      );
    }
    return 0;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Runs the chosen benchmarks; one that fails does not keep the others from running. */
async function runAll(options: BenchOptions, world: BenchWorld): Promise<Figures> {
  const machine = thisMachine();
  const entries: Entry[] = [];
  const failed: Failed[] = [];
  for (const bench of BENCHES.filter(({ name, asked }) =>
    options.only.length === 0 ? asked !== true : options.only.includes(name),
  )) {
    try {
      for await (const found of bench.run(world)) entries.push(found);
    } catch (error) {
      failed.push({ bench: bench.name, error: errorText(error) });
    }
  }
  return { machine, quick: world.quick, rounds: world.rounds, revision: revisionOf(world.root), entries, failed };
}

function worldOf(options: BenchOptions, { root, probe }: Where, scratch: string): BenchWorld {
  const surroundings: Surroundings = {
    env: process.env,
    home: root,
    cwd: process.cwd(),
    builds: join(scratch, 'builds'),
  };
  const say = (text: string) => void process.stderr.write(`${text}\n`);
  const modules = new Map<string, Promise<string>>();
  return {
    root,
    probe,
    scratch,
    quick: options.quick,
    rounds: options.rounds ?? (options.quick ? 1 : ROUNDS),
    surroundings,
    module: (name) => {
      const text = options.modules === undefined ? name : join(resolve(options.modules), `libbento_${name}.so`);
      const found = modules.get(name) ?? resolveModule(text, surroundings, { onLine: say }).then(({ path }) => path);
      modules.set(name, found);
      return found;
    },
    traces: new TraceShelf(scratch),
    say,
  };
}

/** Memory where there is room: what a disk does would hide what the recorder does. */
function scratchParent(): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize >= SCRATCH_BYTES ? '/dev/shm' : tmpdir();
  } catch {
    return tmpdir();
  }
}

function revisionOf(root: string): string {
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return `${git('rev-parse', 'HEAD').slice(0, 12)}${git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+'}`;
  } catch {
    return '';
  }
}

function errorText(error: unknown): string {
  if (!(error instanceof AppError)) return messageOf(error);
  const why = error.why === undefined ? '' : `\n  why: ${error.why}`;
  const hint = error.hint === undefined ? '' : `\n hint: ${error.hint}`;
  return `${error.message}${why}${hint}`;
}
