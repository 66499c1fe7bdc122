// SPDX-License-Identifier: MIT OR Apache-2.0

/** What `tui` says where it cannot draw: a summary, the first ops, and what to type instead. */

import { formatBytes, formatPlural } from '../base/format.js';
import { seq } from '../base/ids.js';
import { tableLines } from '../base/table.js';
import { formatDuration, formatOffset, formatWallClock } from '../base/time.js';
import type { TraceFacts, TraceSource } from './ports/trace-source.js';

const FIRST_OPS = 20;

/** Lines of text; `why` is why the screen was not drawn, `name` the trace as the person would type it. */
export async function plainText(
  source: TraceSource,
  why: string,
  name: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { facts } = source;
  const { rows } = await source.window(
    { anchor: seq(facts.first), before: 0, after: FIRST_OPS, filter: undefined },
    { signal, onProgress: () => {} },
  );
  const left = facts.ops - BigInt(rows.length);
  const table = tableLines(
    [
      { title: 'seq', align: 'right' },
      { title: 'time', align: 'right' },
      { title: 'thread' },
      { title: 'op' },
      { title: 'about' },
      { title: 'result' },
      { title: 'took', align: 'right' },
    ],
    rows.map((row) => [
      row.seq.toString(),
      formatOffset(row.beginNs, facts.startNs),
      `t${row.thread}`,
      row.op,
      row.subject,
      row.result,
      formatDuration(row.durationNs),
    ]),
  );
  return [
    ...summary(facts),
    '',
    ...(rows.length === 0 ? ['no ops'] : table),
    ...(left > 0n ? [`... and ${formatPlural(left, 'more op')}`] : []),
    '',
    `This is text because ${why}. Instead:`,
    `  bento-rr dump ${name}      every op as text`,
    `  bento-rr info ${name}      counts, latencies, how it was recorded`,
    `  bento-rr replay ${name}    replay and compare`,
  ];
}

function summary(facts: TraceFacts): readonly string[] {
  const missing = facts.dropped > 0n ? `, ${formatPlural(facts.dropped, 'op')} missing` : '';
  const recorded = facts.revision === '' ? facts.fsName : `${facts.fsName}@${facts.revision}`;
  return [
    `${facts.name}: ${formatPlural(facts.ops, 'op')}${missing}, ${formatBytes(facts.bytes)}, recorded with ${recorded} at ${formatWallClock(facts.startNs)}`,
    ...(facts.command === '' ? [] : [`command: ${facts.command}`]),
    ...facts.warnings.map((warning) => `warning: ${warning}`),
  ];
}
