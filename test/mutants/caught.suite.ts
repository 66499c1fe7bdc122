// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * Every mutant is caught on the golden traces, and the op that is named is the first: a full comparison, which does not stop and
 * shares nothing with the quick one, agrees. What is not faulty raises no alarm.
 */

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromPairs } from '../../src/bisect/keep.js';
import { minimize } from '../../src/bisect/minimize.js';
import { opPartitions } from '../../src/bisect/op-groups.js';
import { subsetTest } from '../../src/bisect/subset-test.js';
import { replay } from '../../src/diff/replay.js';
import { handOver, handOverPoints } from '../../src/gate/hand-over.js';
import { Host } from '../../src/host/host.js';
import { Order, type TraceInfo } from '../../src/proto/gen/host.js';
import { redactTrace } from '../../src/trace/redact/redact.js';
import { TraceFile } from '../../src/trace/trace-file.js';
import { compareFully } from '../support/full-comparison.js';
import { type Golden, readGoldens } from '../support/golden.js';
import { type Mutant, readMutants, Workshop } from '../support/mutants.js';
import { CHECKOUT } from '../support/sources.js';

const mutants = readMutants();
const goldens = readGoldens();
/** Places of a trace at which the old version hands over. */
const POINTS = 16;
/** Fields that each version numbers as it likes, and that must lead to the same inode all the same. */
const FREE_NUMBER = /(?:^|\.)(?:nodeid|ino|generation)$/;

let workshop: Workshop;
let host: Host;
const copiesIn: string[] = [];
const opened = new Map<string, Promise<TraceInfo>>();

beforeAll(async () => {
  workshop = await Workshop.open();
  host = await Host.start({ env: process.env, home: CHECKOUT });
});

afterAll(async () => {
  await host?.close();
  for (const folder of copiesIn) await rm(folder, { recursive: true, force: true });
});

function open({ path }: Golden): Promise<TraceInfo> {
  const trace = opened.get(path) ?? host.openTrace(path);
  opened.set(path, trace);
  return trace;
}

/** Traces of a file system whose ops follow one another; a full comparison goes op for op. */
function goldensOf(fs: string): readonly Golden[] {
  return goldens.filter((golden) => golden.fs === fs && !golden.interleaves);
}

describe('golden traces', () => {
  it.each(goldens)('$name replays the same, to the digests', async (golden) => {
    const module = await workshop.build(golden.fs);
    const outcome = await replay(host, { trace: await open(golden), module });
    expect(outcome.divergence).toBeUndefined();
    expect(outcome.verdict).toBe('same');
    const hex = (digest: bigint | undefined) => digest?.toString(16).padStart(16, '0');
    const { ops, device, tree } = golden.expected;
    expect({ ops: Number(outcome.ops), tree: hex(outcome.digest?.tree) }).toEqual({ ops, tree });
    if (!golden.interleaves) expect(hex(outcome.digest?.device)).toBe(device);
  });
});

describe('mutants seen by replay', () => {
  it.each(mutants.filter((mutant) => mutant.caughtBy === 'replay'))('$name', async (mutant) => {
    const [clean, module] = [await workshop.build(mutant.fs), await workshop.build(mutant.fs, mutant)];
    for (const golden of goldensOf(mutant.fs)) {
      const trace = await open(golden);
      const outcome = await replay(host, { trace, module, noDigest: true });
      if (outcome.verdict === 'same') continue;
      expect(['diverged', 'crashed']).toContain(outcome.verdict);
      const seq = outcome.verdict === 'crashed' ? outcome.seq + 1n : outcome.divergence?.seq;
      expect(seq).toBeDefined();
      const full = await compareFully(host, trace, { a: clean, b: module }, seq ?? 0n);
      if (outcome.verdict === 'crashed') expect(full).toEqual({ different: [], crashed: seq });
      // The full comparison does not know which inode a number stands for; that no op before differs it does know.
      else if (FREE_NUMBER.test(outcome.divergence?.field ?? ''))
        expect(full.different.filter((op) => op !== seq)).toEqual([]);
      else expect(full).toEqual({ different: [seq], crashed: undefined });
      return;
    }
    throw new Error(uncaught(mutant));
  });
});

describe('mutants seen by their devices only', () => {
  it.each(mutants.filter((mutant) => mutant.caughtBy === 'state'))('$name', async (mutant) => {
    const [clean, module] = [await workshop.build(mutant.fs), await workshop.build(mutant.fs, mutant)];
    for (const golden of goldensOf(mutant.fs)) {
      const { trace } = await open(golden);
      const run = async (path: string) => (await host.openRun({ trace, module: path, order: Order.RELAXED })).run;
      const [a, b] = [await run(clean), await run(module)];
      const pair = await host.runPair({ a, b, both: true });
      await Promise.all([a, b].map((each) => host.closeRun(each)));
      if (pair.firstState === 0n) continue;
      const [first, second] = [await digestsOf(trace, clean), await digestsOf(trace, module)];
      const parted = first.findIndex((digest, index) => digest !== second[index]);
      expect(pair.firstState).toBe(BigInt(parted + 1));
      return;
    }
    throw new Error(uncaught(mutant));
  });
});

describe('mutants seen when they take a run over', () => {
  it.each(mutants.filter((mutant) => mutant.caughtBy === 'hand-over'))('$name', async (mutant) => {
    const [clean, module] = [await workshop.build(mutant.fs), await workshop.build(mutant.fs, mutant)];
    for (const golden of goldensOf(mutant.fs)) {
      const trace = await open(golden);
      for (const seq of handOverPoints(trace.ops, POINTS)) {
        const between = { traces: [], points: 1, expected: {}, monotonic: process.hrtime.bigint };
        const found = await handOver(host, { ...between, from: clean, to: module }, trace, seq);
        if (found.verdict === 'pass') continue;
        expect(found.verdict).toBe('fail');
        // The same hand-over to a version without the fault passes.
        const control = await handOver(host, { ...between, from: clean, to: clean }, trace, seq);
        expect(control.verdict, control.detail).toBe('pass');
        return;
      }
    }
    throw new Error(uncaught(mutant));
  });
});

describe('redacted golden traces', () => {
  it('replay the same, and still show most of the faults', async () => {
    const copies: (Golden & { readonly copy: TraceInfo })[] = [];
    for (const golden of goldens) {
      const { path, notReplayable } = await redactedCopy(golden);
      // What a kernel recorded begins at a checkpoint: that is all names and contents.
      expect(notReplayable !== undefined, golden.name).toBe(golden.source === 'vm');
      if (notReplayable !== undefined) continue;
      const copy = await host.openTrace(path);
      const outcome = await replay(host, { trace: copy, module: await workshop.build(golden.fs) });
      expect(outcome.divergence, golden.name).toBeUndefined();
      expect(outcome.verdict, golden.name).toBe('same');
      copies.push({ ...golden, copy });
    }
    const missed: string[] = [];
    const visible = mutants.filter((mutant) => mutant.caughtBy === 'replay');
    for (const mutant of visible) {
      const module = await workshop.build(mutant.fs, mutant);
      const verdicts: string[] = [];
      for (const { copy } of copies.filter(({ fs }) => fs === mutant.fs)) {
        verdicts.push((await replay(host, { trace: copy, module, noDigest: true })).verdict);
      }
      if (!verdicts.some((verdict) => verdict === 'diverged' || verdict === 'crashed')) missed.push(mutant.name);
    }
    expect(missed.length, missed.join(', ')).toBeLessThanOrEqual(visible.length / 4);
  });
});

describe('minimize', () => {
  it('cuts down a trace on which no answer differs, by the states', async () => {
    for (const mutant of mutants.filter(({ caughtBy }) => caughtBy === 'state')) {
      const [clean, module] = [await workshop.build(mutant.fs), await workshop.build(mutant.fs, mutant)];
      let cut = false;
      for (const candidate of goldensOf(mutant.fs)) {
        const { trace, ops } = await open(candidate);
        const test = subsetTest(host, { trace, reference: clean, module, states: true });
        const whole = fromPairs([1n, ops]);
        if ((await test(whole)).kind === 'same') continue;
        const file = TraceFile.open(candidate.path);
        const found = await minimize({
          ops: whole,
          fixed: new Set([1n, 2n]),
          partitions: (left) => opPartitions(file, left),
          test,
        }).finally(() => file.close());
        expect(found.kind, mutant.name).toBe('done');
        if (found.kind !== 'done') return;
        expect(['block', 'tree']).toContain(found.divergence?.kind);
        expect(found.ops.length).toBeLessThanOrEqual(20);
        cut = true;
        break;
      }
      expect(cut, mutant.name).toBe(true);
    }
  });
});

/** A copy of a golden trace without names and contents. */
async function redactedCopy({
  name,
  path,
}: Golden): Promise<{ readonly path: string; readonly notReplayable: string | undefined }> {
  const folder = await mkdtemp(join(tmpdir(), 'bento-rr-redacted-'));
  copiesIn.push(folder);
  const parts: Uint8Array[] = [];
  const trace = TraceFile.open(path);
  const sink = { write: (part: Uint8Array) => void parts.push(part) };
  const result = await redactTrace(trace, sink, { secret: randomBytes(32), uuid: randomBytes(16) }).finally(() =>
    trace.close(),
  );
  const copy = join(folder, `${name}.btr`);
  await writeFile(copy, Buffer.concat(parts));
  return { path: copy, notReplayable: result.notReplayable };
}

/** Digest of the device after each op. */
async function digestsOf(trace: number, module: string): Promise<readonly bigint[]> {
  const { run } = await host.openRun({ trace, module, order: Order.RELAXED });
  const digests: bigint[] = [];
  try {
    const onProgress = (progress: { readonly digests: readonly bigint[] }) => void digests.push(...progress.digests);
    await host.runTo({ run, toEnd: true, digests: true }, { onProgress });
  } finally {
    await host.closeRun(run);
  }
  return digests;
}

function uncaught(mutant: Mutant): string {
  return `no golden trace of ${mutant.fs} shows ${mutant.name}: ${mutant.why}`;
}
