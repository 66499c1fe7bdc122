// SPDX-License-Identifier: MIT OR Apache-2.0

import { basename } from 'node:path';
import { escapeControl, formatCount, formatPlural } from '../base/format.js';
import type { Style } from '../base/style.js';
import type { Canary } from '../gate/canary.js';
import type { Check } from '../gate/gate.js';
import { type JsonDocument, jsonDocument } from './json-document.js';
import { type JunitCase, junit } from './junit.js';

/** `fail`: the new version behaves otherwise. `refused`: the traces cannot tell. Only `pass` lets an upgrade through. */
export type GateVerdict = 'pass' | 'fail' | 'refused';

export type GateReport = {
  readonly from: string;
  readonly to: string;
  readonly checks: readonly Check[];
  /** Absent when no trace could be used for one. */
  readonly canary: Canary | undefined;
  readonly startNs: bigint;
};

/** One failure fails all; what could not be checked refuses all; and without a canary that was caught nothing passes. */
export function gateVerdict({ checks, canary }: Pick<GateReport, 'checks' | 'canary'>): GateVerdict {
  if (checks.some(({ verdict }) => verdict === 'fail')) return 'fail';
  if (checks.length === 0 || checks.some(({ verdict }) => verdict === 'refused')) return 'refused';
  return canary?.caught === true ? 'pass' : 'fail';
}

/** The `--json` document of `gate`. */
export function gateDocument(report: GateReport): JsonDocument {
  const { canary } = report;
  return jsonDocument('bento-rr/gate@1', {
    verdict: gateVerdict(report),
    from: report.from,
    to: report.to,
    checks: report.checks.map(({ name, trace, verdict, detail, elapsedNs, interleaved }) => ({
      name,
      trace,
      verdict,
      detail,
      elapsedNs,
      interleaved,
    })),
    canary:
      canary === undefined
        ? { caught: false, detail: 'no trace could be used', trace: null, seq: null }
        : { caught: canary.caught, detail: canary.detail, trace: canary.trace, seq: canary.seq ?? null },
  });
}

/** The human summary. */
export function gateLines(report: GateReport, style: Style): readonly string[] {
  const marks = { pass: style.good('pass   '), fail: style.bad('FAIL   '), refused: style.warn('REFUSED') };
  const traces = [...new Set(report.checks.map(({ trace }) => trace))];
  const verdict = gateVerdict(report);
  const words = { pass: style.good('pass'), fail: style.bad('fail'), refused: style.warn('refused') }[verdict];
  const failed = report.checks.filter((check) => check.verdict !== 'pass').length;
  return [
    ...traces.flatMap((trace) => [
      style.bold(escapeControl(trace)),
      ...report.checks
        .filter((check) => check.trace === trace)
        .map((check) => `  ${marks[check.verdict]} ${check.name}: ${escapeControl(check.detail)}`),
    ]),
    style.bold('canary'),
    report.canary === undefined
      ? `  ${marks.fail} no trace could be used for one`
      : `  ${report.canary.caught ? style.good('caught ') : style.bad('MISSED ')} ${escapeControl(report.canary.detail)}`,
    '',
    `${words}: ${report.from} to ${report.to}, ${formatPlural(report.checks.length, 'check')} on ${formatPlural(traces.length, 'trace')}${failed === 0 ? '' : `, ${formatCount(failed)} not passed`}`,
  ];
}

/** The JUnit document of `--junit`: a refusal is an error (nothing was shown), a difference a failure. */
export function gateJunit(report: GateReport): string {
  const cases: JunitCase[] = report.checks.map(({ name, trace, verdict, detail, elapsedNs }) => ({
    name,
    className: basename(trace, '.btr'),
    durationNs: elapsedNs,
    outcome:
      verdict === 'pass'
        ? { kind: 'passed' }
        : { kind: verdict === 'fail' ? 'failed' : 'error', message: detail, detail: `${trace}: ${detail}` },
    ...(verdict === 'pass' ? { output: detail } : {}),
  }));
  const caught = report.canary?.caught === true;
  const said = report.canary?.detail ?? 'no trace could be used for a canary';
  const canary: JunitCase = {
    name: 'canary',
    className: 'gate',
    outcome: caught ? { kind: 'passed' } : { kind: 'failed', message: said },
  };
  return junit([
    {
      name: 'bento-rr gate',
      cases: [...cases, canary],
      properties: { from: report.from, to: report.to },
      startNs: report.startNs,
    },
  ]);
}
