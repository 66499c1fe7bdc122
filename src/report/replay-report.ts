// SPDX-License-Identifier: MIT OR Apache-2.0

import { escapeControl, formatCount, formatPlural } from '../base/format.js';
import type { JsonValue } from '../base/json.js';
import type { Style } from '../base/style.js';
import type { ReplayOutcome } from '../diff/replay.js';
import type { DigestReply, Divergence, Interleaving, ModuleInfo, RuleHits } from '../proto/gen/host.js';
import { type Panic, PanicCause } from '../proto/gen/trace.js';
import { type JsonDocument, jsonDocument } from './json-document.js';

/** What a person is told besides the outcome itself. */
export type ReplayWords = {
  /** The trace as the user would type it. */
  readonly trace: string;
  /** The module as the user would type it. */
  readonly module: string;
  /** The divergent op in one line, with its path; absent when the trace could not be asked. */
  readonly opLine?: string | undefined;
  /** Commands that go on from here. */
  readonly next: readonly { readonly run: string; readonly what: string }[];
};

/** The `--json` document of `replay`. @param warnings what the host said of the trace */
export function replayDocument(outcome: ReplayOutcome, warnings: readonly string[] = []): JsonDocument {
  return jsonDocument('bento-rr/replay@1', {
    verdict: outcome.verdict,
    ops: outcome.ops,
    replayed: outcome.replayed,
    divergence: divergenceJson(outcome.divergence),
    digest: digestJson(outcome.digest),
    elapsedNs: outcome.elapsedNs,
    order: outcome.order,
    orderReason: outcome.fellBack,
    interleaved: outcome.interleaved,
    firstInterleaved: interleavingJson(outcome.firstInterleaved),
    seq: outcome.seq,
    module: moduleJson(outcome.module),
    reason: outcome.message === '' ? undefined : outcome.message,
    panic: panicJson(outcome.panic),
    rules: outcome.ruleHits.map(({ line, rule, hits, reason }) => ({ line, rule, hits, reason })),
    warnings,
  });
}

/** Two ops (0: not an op, or not known) and the lock with which they took turns. */
export function interleavingJson(found: Interleaving | undefined): JsonValue | undefined {
  if (found === undefined) return undefined;
  const { seq, other, lock, message } = found;
  return { seq, other, lock, message };
}

/** What is to be said of ops that interleaved and ran one after the other. */
export function interleavedLines(interleaved: bigint, style: Style): readonly string[] {
  if (interleaved === 0n) return [];
  const said = `${formatPlural(interleaved, 'op')} took turns with others within one another and ran one after the other`;
  return [style.warn(`${said}: states that differ after them are no verdict`)];
}

/** A divergence with its first field on top, and all of them below. */
export function divergenceJson(divergence: Divergence | undefined): JsonValue {
  if (divergence === undefined) return null;
  const { seq, kind, op, field, expected, actual, fields } = divergence;
  return { seq, kind, op, field, expected, actual, fields: fields.map((one) => ({ ...one })) };
}

/** Digests as sixteen hex digits, so that no reader rounds them. */
export function digestJson(digest: DigestReply | undefined): JsonValue {
  return digest === undefined
    ? { device: null, tree: null }
    : { device: formatDigest(digest.device), tree: formatDigest(digest.tree) };
}

export function formatDigest(digest: bigint): string {
  return digest.toString(16).padStart(16, '0');
}

export function moduleJson(info: ModuleInfo | undefined): JsonValue {
  if (info?.module === undefined) return null;
  return {
    path: info.path,
    fsName: info.module.fsName,
    buildId: Buffer.from(info.module.buildId).toString('hex'),
    sourceRevision: info.module.sourceRevision,
  };
}

export function panicJson(panic: Panic | undefined): JsonValue | undefined {
  return panic === undefined
    ? undefined
    : { cause: panicCause(panic), message: panic.message, location: panic.location };
}

/** In words: "panic", "deadline", ... */
export function panicCause(panic: Panic): string {
  const name = Object.entries(PanicCause).find(([, value]) => value === panic.cause)?.[0] ?? 'UNSPECIFIED';
  return name.toLowerCase().replaceAll('_', ' ');
}

/** The human summary: the verdict first, then what supports it, then what to type next. */
export function replayLines(outcome: ReplayOutcome, words: ReplayWords, style: Style): readonly string[] {
  const interleaved = outcome.verdict === 'refused' ? 0n : outcome.interleaved;
  return [
    ...verdictLines(outcome, words, style),
    ...interleavedLines(interleaved, style),
    ...ruleLines(outcome.ruleHits, style),
    ...nextLines(words, style),
  ];
}

function verdictLines(outcome: ReplayOutcome, words: ReplayWords, style: Style): readonly string[] {
  const { verdict, seq, ops, digest } = outcome;
  switch (verdict) {
    case 'same':
      return [
        `${style.good('same')}: ${words.module} gave every recorded answer of ${formatPlural(seq, 'op')}${seq < ops ? ` (of ${formatCount(ops)})` : ''}, ${pace(outcome)}`,
        ...(digest === undefined
          ? []
          : [style.dim(`device digest ${formatDigest(digest.device)}, tree digest ${formatDigest(digest.tree)}`)]),
      ];
    case 'diverged':
      return [
        `${style.bad('diverged')} at op ${formatCount(outcome.divergence?.seq ?? seq)} of ${formatCount(ops)}, ${pace(outcome)}`,
        ...divergenceLines(outcome.divergence, words.opLine, style),
      ];
    case 'crashed':
      return [
        `${style.bad('crashed')}: ${words.module} did not survive op ${formatCount(outcome.divergence?.seq ?? seq + 1n)} of ${formatCount(ops)}`,
        ...(words.opLine === undefined ? [] : [`  ${words.opLine}`]),
        ...panicLines(outcome.panic, outcome.message),
      ];
    case 'refused':
      return [
        `${style.warn('refused')}: the recorded order cannot be followed in ${outcome.order} order`,
        ...(outcome.message === '' ? [] : [`  ${escapeControl(outcome.message)}`]),
      ];
  }
}

function pace({ replayed, elapsedNs, order }: ReplayOutcome): string {
  const seconds = Number(elapsedNs) / 1e9;
  const rate = seconds > 0 ? `, ${formatCount(Math.round(Number(replayed) / seconds))} ops/s` : '';
  return `${seconds < 10 ? seconds.toFixed(3) : seconds.toFixed(1)} s${rate} (${order})`;
}

/** The op, and each field with both answers. */
export function divergenceLines(
  divergence: Divergence | undefined,
  opLine: string | undefined,
  style: Style,
): readonly string[] {
  if (divergence === undefined) return [];
  const first = { field: divergence.field, expected: divergence.expected, actual: divergence.actual };
  const fields = divergence.fields.length === 0 ? [first] : divergence.fields;
  const width = Math.max(...fields.map(({ field }) => field.length));
  return [
    `  op ${formatCount(divergence.seq)}  ${opLine ?? divergence.op}`,
    ...(divergence.kind === 'reply' ? [] : [`  kind      ${divergence.kind}`]),
    ...fields.flatMap(({ field, expected, actual }) => [
      style.removed(`  - ${field.padEnd(width)}  recorded ${escapeControl(expected)}`),
      style.added(`  + ${''.padEnd(width)}  answered ${escapeControl(actual)}`),
    ]),
  ];
}

export function panicLines(panic: Panic | undefined, message: string): readonly string[] {
  if (panic === undefined) return message === '' ? [] : [`  ${escapeControl(message)}`];
  const place = panic.location === '' ? '' : ` at ${escapeControl(panic.location)}`;
  return [`  ${panicCause(panic)}: ${escapeControl(panic.message)}${place}`];
}

/** Every rule with its hits: one that hits nothing hides a mistake, or has had its day. */
function ruleLines(hits: readonly RuleHits[], style: Style): readonly string[] {
  return hits.map(({ line, rule, hits: count, reason }) => {
    const said = `rule at line ${line}: ${escapeControl(rule)} (${escapeControl(reason)})`;
    return count === 0n ? style.warn(`${said}: hit nothing`) : `${said}: ${formatPlural(count, 'hit')}`;
  });
}

export function nextLines(words: Pick<ReplayWords, 'next'>, style: Style): readonly string[] {
  const width = Math.max(0, ...words.next.map(({ run }) => run.length));
  return words.next.map(({ run, what }) => `next: ${run.padEnd(width)}  ${style.dim(`# ${what}`)}`);
}
