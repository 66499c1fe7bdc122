// SPDX-License-Identifier: MIT OR Apache-2.0

import { AppError } from '../base/errors.js';
import { formatCount } from '../base/format.js';
import { type ReplayOutcome, replay } from '../diff/replay.js';
import { Host } from '../host/host.js';
import type { Surroundings } from '../host/locate.js';
import type { ModuleInfo, TraceInfo } from '../proto/gen/host.js';
import { checkConfiguration, type Expected } from './configuration.js';
import { handOver, handOverPoints } from './hand-over.js';

export type CheckVerdict = 'pass' | 'fail' | 'refused';

/** One check on one trace. */
export type Check = {
  readonly name: string;
  readonly trace: string;
  readonly verdict: CheckVerdict;
  /** In words: what was compared, or what went wrong. */
  readonly detail: string;
  readonly elapsedNs: bigint;
  /** Of a replay: ops that interleaved and ran one after the other. */
  readonly interleaved?: bigint | undefined;
};

export type GateRequest = {
  readonly traces: readonly string[];
  /** Paths of the modules: the version that runs, and the one that shall replace it. */
  readonly from: string;
  readonly to: string;
  /** At how many places of each trace the old version hands over to the new one. */
  readonly points: number;
  readonly expected: Expected;
  readonly rules?: string | undefined;
  readonly deadlineMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((what: string) => void) | undefined;
  /** A clock that never jumps. */
  readonly monotonic: () => bigint;
};

/** Makes every check on every trace; a trace that cannot be trusted is refused, never passed over. */
export async function gateChecks(around: Surroundings, request: GateRequest): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const trace of request.traces) checks.push(...(await checkTrace(around, request, trace)));
  return checks;
}

async function checkTrace(around: Surroundings, request: GateRequest, path: string): Promise<readonly Check[]> {
  const checks: Check[] = [];
  const add = async (name: string, look: () => Promise<Omit<Check, 'name' | 'trace' | 'elapsedNs'>>) => {
    request.onProgress?.(name);
    const start = request.monotonic();
    const found = await look().catch((error: unknown) => troubleOf(error, request.signal));
    const check = { name, trace: path, ...found, elapsedNs: request.monotonic() - start };
    checks.push(check);
    return check.verdict === 'pass';
  };
  const host = await Host.start(around);
  try {
    const sides: { trace?: TraceInfo; from?: ModuleInfo; to?: ModuleInfo } = {};
    const fits = await add('configuration', async () => {
      sides.trace = await host.openTrace(path, { signal: request.signal });
      sides.from = await host.describeModule(request.from, { signal: request.signal });
      sides.to = await host.describeModule(request.to, { signal: request.signal });
      return checkConfiguration(sides.trace, sides.from, sides.to, request.expected);
    });
    const { trace } = sides;
    if (!fits || trace === undefined) return checks;
    const comparable = await add('replay on the old version', async () => {
      const outcome = await replayOn(host, request, trace, request.from);
      // The gate asks what the new version does to a trace that the old one explains; this one it does not.
      const detail = `the trace is not explained by the old version: ${outcomeText(outcome)}`;
      const { interleaved } = outcome;
      return outcome.verdict === 'same'
        ? { verdict: 'pass', detail: outcomeText(outcome), interleaved }
        : { verdict: 'refused', detail };
    });
    if (!comparable) return checks;
    await add('replay on the new version', async () => {
      const outcome = await replayOn(host, request, trace, request.to);
      const { verdict, interleaved } = outcome;
      return { verdict: verdict === 'same' ? 'pass' : 'fail', detail: outcomeText(outcome), interleaved };
    });
    for (const seq of handOverPoints(trace.ops, request.points)) {
      await add(`hand-over after op ${seq}`, () => handOver(host, request, trace, seq));
    }
    return checks;
  } finally {
    await host.close();
  }
}

function replayOn(host: Host, request: GateRequest, trace: TraceInfo, module: string): Promise<ReplayOutcome> {
  const { rules, deadlineMs, signal } = request;
  return replay(host, { trace, module, rules, deadlineMs, signal });
}

/** A replay's end in one line. */
export function outcomeText(outcome: ReplayOutcome): string {
  const { verdict, divergence, panic, replayed } = outcome;
  switch (verdict) {
    case 'same':
      return `${formatCount(replayed)} ops, every recorded answer${beside(outcome.interleaved)}`;
    case 'diverged':
      return divergenceText(divergence);
    case 'crashed':
      return `the module crashed at op ${formatCount(outcome.seq + 1n)}: ${panic?.message ?? outcome.message}`;
    case 'refused':
      return `the recorded order cannot be followed: ${outcome.message}`;
  }
}

function beside(interleaved: bigint): string {
  return interleaved === 0n ? '' : ` (${formatCount(interleaved)} of them interleaved, and ran one after the other)`;
}

/** A divergence in one line. */
export function divergenceText(divergence: ReplayOutcome['divergence']): string {
  if (divergence === undefined) return 'the answers part';
  const { seq, op, field, expected, actual } = divergence;
  return `op ${formatCount(seq)} ${op} ${field}: recorded ${expected}, answered ${actual}`;
}

/** A check that could not be made is refused: the gate fails closed. */
function troubleOf(error: unknown, signal: AbortSignal | undefined): Pick<Check, 'verdict' | 'detail'> {
  signal?.throwIfAborted();
  if (!(error instanceof AppError)) throw error;
  return {
    verdict: 'refused',
    detail: `${error.code}: ${error.message}${error.why === undefined ? '' : ` (${error.why})`}`,
  };
}
