// SPDX-License-Identifier: MIT OR Apache-2.0

import { formatCount, formatPlural } from '../base/format.js';
import type { Style } from '../base/style.js';
import type { BisectOutcome } from '../bisect/bisect.js';
import { firstBadOp } from '../bisect/ops.js';
import type { Version } from '../bisect/versions.js';
import type { PairOutcome } from '../diff/pair.js';
import { treeLines } from './diff-report.js';
import { type JsonDocument, jsonDocument } from './json-document.js';
import { divergenceJson, divergenceLines, interleavedLines, nextLines } from './replay-report.js';

/** The `--json` document of `bisect` over versions. */
export function bisectDocument(outcome: BisectOutcome, versions: readonly Version[], log: string): JsonDocument {
  const ends = { good: versions[0]?.id ?? '', bad: versions.at(-1)?.id ?? '' };
  if (outcome.kind === 'ends') {
    return jsonDocument('bento-rr/bisect@1', {
      verdict: 'refused',
      firstBad: null,
      ...ends,
      verdicts: 0,
      skipped: 0,
      confidence: 0,
      reason: outcome.why,
      log,
    });
  }
  const { firstBad, candidates, judgement, verdicts, skipped, confidence } = outcome;
  return jsonDocument('bento-rr/bisect@1', {
    verdict: outcome.kind,
    firstBad: firstBad.id,
    ...ends,
    verdicts,
    skipped: skipped.length,
    confidence,
    subject: firstBad.subject,
    candidates: candidates.map(({ id }) => id),
    skippedVersions: skipped.map(({ id }) => id),
    versions: versions.length,
    reason: judgement.why,
    interleaved: judgement.outcome?.interleaved ?? 0n,
    divergence: divergenceJson(judgement.outcome?.divergence),
    log,
  });
}

export type BisectWords = {
  readonly log: string;
  readonly trace: string;
  readonly fsName: string;
  /** The repository as typed, where it is not this checkout. */
  readonly repo: string | undefined;
};

/** The human summary of `bisect` over versions. */
export function bisectLines(outcome: BisectOutcome, words: BisectWords, style: Style): readonly string[] {
  if (outcome.kind === 'ends') return [`${style.warn('nothing to bisect')}: ${outcome.why}`];
  const { firstBad, candidates, judgement, verdicts, skipped, confidence } = outcome;
  const head =
    outcome.kind === 'found'
      ? [`first bad version: ${style.bold(firstBad.id)}${subject(firstBad)}`]
      : [
          `the first bad version is ${style.bold('one of these')}; those between could not be judged:`,
          ...candidates.map((version) => `  ${version.id}${subject(version)}`),
        ];
  const isCommit = /^[0-9a-f]{40,64}$/.test(firstBad.id);
  const module = isCommit ? `${words.fsName}@${firstBad.id.slice(0, 12)}` : firstBad.id;
  return [
    ...head,
    `  ${judgement.why}`,
    `${formatPlural(verdicts, 'verdict')} besides the two ends, ${formatCount(skipped.length)} skipped, confidence ${confidence.toFixed(2).replace(/\.?0+$/, '')}`,
    style.dim(`log: ${words.log} (--replay-log takes it up again)`),
    ...nextLines(
      {
        next: [
          ...(isCommit
            ? [
                {
                  run: `git${words.repo === undefined ? '' : ` -C ${words.repo}`} show ${firstBad.id.slice(0, 12)}`,
                  what: 'the change itself',
                },
              ]
            : []),
          {
            run: `bento-rr minimize ${words.trace} --module ${module}${isCommit && words.repo !== undefined ? ` --repo ${words.repo}` : ''} -o small.btr`,
            what: 'the smallest trace that shows it',
          },
        ],
      },
      style,
    ),
  ];
}

function subject(version: Version): string {
  return version.subject === '' ? '' : ` ${version.subject}`;
}

/** The `--json` document of `bisect --ops`. */
export function bisectOpsDocument(outcome: PairOutcome, good: string, bad: string): JsonDocument {
  const seq = firstBadOp(outcome);
  return jsonDocument('bento-rr/bisect@1', {
    verdict: outcome.verdict === 'refused' ? 'refused' : seq === undefined ? outcome.verdict : 'found',
    firstBadSeq: seq ?? null,
    good,
    bad,
    verdicts: 1,
    skipped: 0,
    confidence: seq === undefined ? 0 : 1,
    firstReply: outcome.firstReply ?? null,
    firstState: outcome.firstState ?? null,
    interleaved: outcome.interleaved,
    divergence: divergenceJson(outcome.reply),
  });
}

export type BisectOpsWords = {
  readonly good: string;
  readonly bad: string;
  readonly trace: string;
  readonly opLine: string | undefined;
};

/** The human summary of `bisect --ops`. */
export function bisectOpsLines(outcome: PairOutcome, words: BisectOpsWords, style: Style): readonly string[] {
  const seq = firstBadOp(outcome);
  if (seq === undefined) {
    return [
      `no bad op: ${words.bad} agrees with ${words.good} in every answer and state of ${formatPlural(outcome.ops, 'op')}`,
    ];
  }
  const inAnswer = seq === outcome.firstReply;
  const how = inAnswer ? 'its answer differs' : 'the answers agree, the state after it does not';
  return [
    `first bad op: ${style.bold(formatCount(seq))} of ${formatCount(outcome.ops)} (${how})`,
    ...(inAnswer ? divergenceLines(outcome.reply, words.opLine, style) : [`  ${words.opLine ?? ''}`]),
    ...interleavedLines(outcome.interleaved, style),
    ...(outcome.state !== undefined && outcome.state.seq === seq ? treeLines(outcome.state, style) : []),
    ...nextLines(
      { next: [{ run: `bento-rr tui ${words.trace} --module ${words.bad}`, what: 'look at it, step and go back' }] },
      style,
    ),
  ];
}
