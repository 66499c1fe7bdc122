// SPDX-License-Identifier: MIT OR Apache-2.0

import { escapeControl, formatCount, formatName, formatPlural } from '../base/format.js';
import type { JsonValue } from '../base/json.js';
import type { Style } from '../base/style.js';
import type { PairOutcome, Side, StateDifference } from '../diff/pair.js';
import type { BlockDifference, TreeDifference } from '../proto/gen/host.js';
import { type JsonDocument, jsonDocument } from './json-document.js';
import {
  digestJson,
  divergenceJson,
  formatDigest,
  interleavedLines,
  interleavingJson,
  moduleJson,
  nextLines,
  panicJson,
  panicLines,
} from './replay-report.js';

/** What a person is told besides the outcome itself. */
export type DiffWords = {
  readonly a: string;
  readonly b: string;
  readonly replyLine?: string | undefined;
  readonly stateLine?: string | undefined;
  readonly next: readonly { readonly run: string; readonly what: string }[];
};

/** The `--json` document of `diff`: that of `replay`, with the two firsts and the states. */
export function diffDocument(outcome: PairOutcome): JsonDocument {
  const { state } = outcome;
  return jsonDocument('bento-rr/diff@1', {
    verdict: outcome.verdict,
    ops: outcome.ops,
    replayed: outcome.replayed,
    divergence: divergenceJson(outcome.reply),
    digest: digestJson(outcome.a.digest),
    elapsedNs: outcome.elapsedNs,
    interleaved: outcome.interleaved,
    firstInterleaved: interleavingJson(outcome.firstInterleaved),
    firstReply: outcome.firstReply ?? null,
    firstState: outcome.firstState ?? null,
    tree: state === undefined ? [] : state.tree.difference.map(treeJson),
    treeCut: state?.tree.cut ?? false,
    blocks: state === undefined ? [] : state.blocks.difference.map(blockJson),
    blocksTotal: state?.blocks.total ?? 0n,
    a: sideJson(outcome.a),
    b: sideJson(outcome.b),
  });
}

function sideJson({ module, digest, stop }: Side): JsonValue {
  return { module: moduleJson(module), digest: digestJson(digest), seq: stop.seq, panic: panicJson(stop.panic) };
}

function treeJson({ path, kind, fields }: TreeDifference): JsonValue {
  return {
    path: formatName(path),
    kind,
    fields: fields.map(({ field, expected, actual }) => ({ field, a: expected, b: actual })),
  };
}

function blockJson({ number, firstByte, lastByte, explainedA, explainedB }: BlockDifference): JsonValue {
  return { number, firstByte, lastByte, a: explainedA, b: explainedB };
}

/** The human summary: answers, then states, then what to type next. */
export function diffLines(outcome: PairOutcome, words: DiffWords, style: Style): readonly string[] {
  return [
    ...headLines(outcome, words, style),
    ...stateLines(outcome, words, style),
    ...interleavedLines(outcome.interleaved, style),
    ...nextLines(words, style),
  ];
}

function headLines(outcome: PairOutcome, words: DiffWords, style: Style): readonly string[] {
  const { verdict, ops, a, b } = outcome;
  const sides = `a ${words.a}, b ${words.b}`;
  if (verdict === 'same') {
    return [
      `${style.good('same')}: ${formatPlural(ops, 'op')}, every answer and every state after it (${sides})`,
      ...(a.digest === undefined
        ? []
        : [style.dim(`device digest ${formatDigest(a.digest.device)}, tree digest ${formatDigest(a.digest.tree)}`)]),
    ];
  }
  if (verdict === 'refused') return [`${style.warn('refused')}: ${a.stop.message || b.stop.message} (${sides})`];
  const crashes = [a, b].flatMap(({ stop }, index) =>
    stop.panic === undefined
      ? []
      : [
          `${style.bad('crashed')}: ${index === 0 ? 'a' : 'b'} did not survive op ${formatCount(stop.seq + 1n)}`,
          ...panicLines(stop.panic, stop.message),
        ],
  );
  return [...crashes, `${style.bad('diverged')}: ${sides}`, ...replyLines(outcome, words, style)];
}

function replyLines({ firstReply, reply }: PairOutcome, words: DiffWords, style: Style): readonly string[] {
  if (firstReply === undefined) return ['first answer that differs: none'];
  const fields = reply?.fields ?? [];
  const width = Math.max(0, ...fields.map(({ field }) => field.length));
  return [
    `first answer that differs: op ${formatCount(firstReply)}  ${words.replyLine ?? reply?.op ?? ''}`,
    ...fields.flatMap(({ field, expected, actual }) => sideLines(field.padEnd(width), expected, actual, style)),
  ];
}

function sideLines(label: string, a: string, b: string, style: Style): readonly string[] {
  return [
    style.removed(`  - ${label}  a ${escapeControl(a)}`),
    style.added(`  + ${' '.repeat(label.length)}  b ${escapeControl(b)}`),
  ];
}

function stateLines(outcome: PairOutcome, words: DiffWords, style: Style): readonly string[] {
  const { firstState, state } = outcome;
  if (outcome.verdict === 'same' || outcome.verdict === 'refused') return [];
  if (firstState === undefined || state === undefined) return ['first state that differs: none'];
  return [
    `first state that differs: after op ${formatCount(firstState)}  ${words.stateLine ?? ''}`.trimEnd(),
    ...treeLines(state, style),
    ...blockLines(state, style),
  ];
}

const KINDS: Readonly<Record<string, string>> = { 'only-a': '-', 'only-b': '+', changed: '!' };

/** The tree difference: `-` only in a, `+` only in b, `!` changed. */
export function treeLines({ tree }: Pick<StateDifference, 'tree'>, style: Style): readonly string[] {
  if (tree.difference.length === 0) return ['  tree: the same names, attributes and contents'];
  return [
    '  tree:',
    ...tree.difference.flatMap(({ path, kind, fields }) => {
      const line = `  ${KINDS[kind] ?? '?'} ${formatName(path)}`;
      const painted = kind === 'only-a' ? style.removed(line) : kind === 'only-b' ? style.added(line) : line;
      return [
        painted,
        ...fields.map(
          ({ field, expected, actual }) => `      ${field}: a ${escapeControl(expected)}, b ${escapeControl(actual)}`,
        ),
      ];
    }),
    ...(tree.cut ? ['  ... and more names'] : []),
  ];
}

function blockLines({ blocks }: StateDifference, style: Style): readonly string[] {
  if (blocks.total === 0n) return ['  blocks: the same'];
  const shown = blocks.difference.flatMap(({ number, firstByte, lastByte, explainedA, explainedB }) => [
    `  ! block ${formatCount(number)}, bytes ${firstByte} to ${lastByte}`,
    ...explainedLines(explainedA, explainedB, style),
  ]);
  const left = blocks.total - BigInt(blocks.difference.length);
  return [
    `  ${formatPlural(blocks.total, 'block')} ${blocks.total === 1n ? 'differs' : 'differ'}:`,
    ...shown,
    ...(left > 0n ? [`  ... and ${formatPlural(left, 'more block')}`] : []),
  ];
}

/** Facts of the module about a block: what both say once, what one says with its sign. */
function explainedLines(a: string, b: string, style: Style): readonly string[] {
  const [factsA, factsB] = [a, b].map((text) => text.split('\n').filter((fact) => fact !== '')) as [string[], string[]];
  const common = factsA.filter((fact) => factsB.includes(fact)).slice(0, 1);
  return [
    ...common.map((fact) => style.dim(`      ${escapeControl(fact)}`)),
    ...factsA.filter((fact) => !factsB.includes(fact)).map((fact) => style.removed(`    - ${escapeControl(fact)}`)),
    ...factsB.filter((fact) => !factsA.includes(fact)).map((fact) => style.added(`    + ${escapeControl(fact)}`)),
  ];
}
