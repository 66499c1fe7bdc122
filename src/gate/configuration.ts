// SPDX-License-Identifier: MIT OR Apache-2.0

import { formatPlural } from '../base/format.js';
import type { ModuleInfo, TraceInfo } from '../proto/gen/host.js';
import type { Check } from './gate.js';

/** What the mounts to be upgraded look like; absent: whatever the trace says. */
export type Expected = {
  readonly fsOptions?: string | undefined;
  readonly blockSize?: number | undefined;
};

/** Whether a trace says anything about upgrading these mounts from one version to the other. */
export function checkConfiguration(
  trace: TraceInfo,
  from: ModuleInfo,
  to: ModuleInfo,
  expected: Expected,
): Pick<Check, 'verdict' | 'detail'> {
  const reasons = [...damage(trace), ...mismatches(trace, from, to), ...otherMounts(trace, expected)];
  if (reasons.length > 0) return { verdict: 'refused', detail: reasons.join('; ') };
  const { header } = trace;
  return {
    verdict: 'pass',
    detail: `${header?.module?.fsName}, ABI ${header?.module?.abiMajor}, state schema ${from.module?.stateSchema} read by the new version`,
  };
}

/** What is missing was perhaps the very op that matters. */
function damage(trace: TraceInfo): readonly string[] {
  return [
    ...(trace.ops === 0n ? ['the trace has no ops'] : []),
    ...(trace.gaps > 0n || trace.dropped > 0n
      ? [`the trace has gaps (${formatPlural(trace.gaps, 'gap')}, ${formatPlural(trace.dropped, 'op')} dropped)`]
      : []),
    ...(trace.complete ? [] : ['the trace is truncated: the recording did not end in an orderly way']),
    ...trace.warnings,
  ];
}

function mismatches(trace: TraceInfo, from: ModuleInfo, to: ModuleInfo): readonly string[] {
  const [recorded, old, next] = [trace.header?.module, from.module, to.module];
  if (recorded === undefined || old === undefined || next === undefined)
    return ['the trace or a module does not say what it is'];
  const reasons: string[] = [];
  for (const [side, module] of [
    ['old', old],
    ['new', next],
  ] as const) {
    if (module.fsName !== recorded.fsName) {
      reasons.push(`the ${side} version is ${module.fsName}, the trace is of ${recorded.fsName}`);
    }
    if (module.abiMajor !== recorded.abiMajor) {
      reasons.push(
        `the ${side} version has ABI ${module.abiMajor}, the trace was recorded with ABI ${recorded.abiMajor}`,
      );
    }
  }
  if (old.stateSchema < to.stateSchemaMin || old.stateSchema > to.stateSchemaMax) {
    reasons.push(
      `the new version reads state schemas ${to.stateSchemaMin} to ${to.stateSchemaMax}, the old one writes ${old.stateSchema}`,
    );
  }
  return reasons;
}

function otherMounts({ header }: TraceInfo, { fsOptions, blockSize }: Expected): readonly string[] {
  const recordedSize = header?.device?.blockSize ?? 0;
  return [
    ...(fsOptions !== undefined && normalOptions(fsOptions) !== normalOptions(header?.fsOptions ?? '')
      ? [`the trace was recorded with options "${header?.fsOptions ?? ''}", the mounts have "${fsOptions}"`]
      : []),
    ...(blockSize !== undefined && blockSize !== recordedSize
      ? [`the trace was recorded with blocks of ${recordedSize} bytes, the mounts have ${blockSize}`]
      : []),
  ];
}

/** Options without regard to their order. */
function normalOptions(options: string): string {
  return options
    .split(',')
    .filter((option) => option !== '')
    .sort()
    .join(',');
}
