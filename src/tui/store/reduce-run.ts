// SPDX-License-Identifier: MIT OR Apache-2.0

import { assertNever } from '../../base/assert.js';
import type { Difference, Stop } from '../ports/replay-engine.js';
import type { RunAction } from './actions.js';
import { keepNewest } from './reduce-ops.js';
import type { RunState } from './state.js';

const ANSWERS_KEPT = 64;

export function reduceRun(run: RunState, action: RunAction): RunState {
  switch (action.type) {
    case 'run/opening':
      return { ...run, phase: 'opening', doing: action.doing, trouble: undefined };
    case 'run/opened':
      return { ...run, phase: 'ready', doing: '', module: action.module, trouble: undefined };
    case 'run/absent':
      return { ...run, phase: 'none', doing: '', trouble: action.trouble };
    case 'run/failed':
      return { ...run, phase: 'failed', doing: '', target: undefined, trouble: action.trouble };
    case 'run/started':
      return { ...run, phase: 'running', target: action.target, progress: run.position, doing: '' };
    case 'run/progress':
      return run.phase === 'running' ? { ...run, progress: action.seq } : run;
    case 'run/found':
      return { ...run, differences: withDifference(run.differences, action.difference) };
    case 'run/stopped':
      return stopped(run, action.stop, action.announce);
    case 'run/answer':
      return { ...run, answers: keepNewest(run.answers, action.seq, action.answer, ANSWERS_KEPT) };
    case 'run/digest':
      return { ...run, digest: { seq: action.seq, device: action.device } };
    case 'run/acknowledge':
      return run.banner === undefined ? run : { ...run, banner: undefined };
    default:
      return assertNever(action, 'action');
  }
}

function stopped(run: RunState, stop: Stop, announce: boolean): RunState {
  const found = stop.difference;
  const blocked = stop.reason === 'crashed' || stop.reason === 'refused';
  return {
    ...run,
    phase: 'ready',
    target: undefined,
    progress: stop.seq,
    position: stop.seq,
    compared: stop.seq > run.compared ? stop.seq : run.compared,
    differences: found === undefined ? run.differences : withDifference(run.differences, found),
    barrier: blocked ? { kind: stop.reason === 'crashed' ? 'crashed' : 'refused', message: stop.message } : undefined,
    banner: announce && found !== undefined && stop.reason === 'diverged' ? found : run.banner,
  };
}

/** Sorted by seq; a place that is known already takes what is newer. */
function withDifference(known: readonly Difference[], found: Difference): readonly Difference[] {
  const others = known.filter((one) => one.seq !== found.seq);
  const at = others.findIndex((one) => one.seq > found.seq);
  return at < 0 ? [...others, found] : [...others.slice(0, at), found, ...others.slice(at)];
}
