// SPDX-License-Identifier: MIT OR Apache-2.0

import { escapeControl, formatBytes, formatPlural } from '../base/format.js';
import { formatDuration } from '../base/time.js';
import { LossCause, type Panic, PanicCause, type Record as TraceRecord } from '../proto/gen/trace.js';

type Kind = NonNullable<TraceRecord['kind']>;

/** A record that is not an op, in one line; undefined for those that only carry content (blobs, blocks, callers). */
export function recordLine(kind: Kind): string | undefined {
  switch (kind.kind) {
    case 'gap':
      return `GAP ${formatPlural(kind.value.dropped, 'op')} missing${lossText(kind.value.loss)}`;
    case 'checkpoint': {
      const { schema, state, stateBlob, block, inFlight } = kind.value;
      const size =
        stateBlob.length === 0
          ? `${formatBytes(state.byteLength)} of state`
          : `state in ${formatPlural(stateBlob.length, 'part')}`;
      const busy = inFlight === 0 ? '' : `, ${inFlight} ops under way`;
      return `CHECKPOINT schema ${schema}, ${size}, ${formatPlural(block.length, 'block')}${busy}`;
    }
    case 'upgrade': {
      const { refused, fromSchema, toSchema, toRevision, quiesceNs, exportNs, importNs, swapNs } = kind.value;
      if (refused !== '') return `UPGRADE refused: ${escapeControl(refused)}`;
      const pause = formatDuration(quiesceNs + exportNs + importNs + swapNs);
      return `UPGRADE to ${escapeControl(toRevision) || 'an unnamed version'}, schema ${fromSchema} -> ${toSchema}, pause ${pause}`;
    }
    case 'mark':
      return `MARK ${escapeControl(kind.value.text)}`;
    case 'panic':
      return `PANIC ${panicText(kind.value)}`;
    case 'unfinished':
      return `UNFINISHED op of thread ${kind.value.thread} on inode ${kind.value.nodeid}`;
    case 'task':
      return `TASK thread ${kind.value.thread} ${escapeControl(kind.value.name)}`;
    case 'op':
    case 'block':
    case 'blob':
    case 'caller':
    case 'times':
      return undefined;
  }
}

/** Words for why ops are missing. */
export function lossCauseText(cause: number): string {
  return wordOf(LossCause, cause);
}

/** How a module ended, and where. */
export function panicText({ cause, message, location }: Panic): string {
  const at = location === '' ? '' : ` at ${escapeControl(location)}`;
  return `${panicCauseText(cause)}: ${escapeControl(message)}${at}`;
}

/** Words for how a module ended. */
export function panicCauseText(cause: number): string {
  return wordOf(PanicCause, cause);
}

function lossText(loss: readonly { readonly cause: number; readonly ops: bigint }[]): string {
  return loss.length === 0 ? '' : ` (${loss.map((one) => `${lossCauseText(one.cause)}: ${one.ops}`).join(', ')})`;
}

/** `BUFFER_FULL` -> `buffer full`. */
function wordOf(values: Readonly<Record<string, number>>, value: number): string {
  const name = Object.entries(values).find(([, number]) => number === value)?.[0];
  return name === undefined ? `value ${value}` : name.toLowerCase().replaceAll('_', ' ');
}
