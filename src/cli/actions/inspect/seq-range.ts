// SPDX-License-Identifier: MIT OR Apache-2.0

import { UsageError } from '../../../base/errors.js';
import { parseU64 } from '../../../base/ids.js';

/** Both ends, inclusive; undefined where the range is open. */
export type SeqRange = { readonly from: bigint | undefined; readonly to: bigint | undefined };

/** Reads `7`, `10-20`, `10-` or `-20`. */
export function parseSeqRange(text: string): SeqRange {
  const match = /^([0-9_,]*)(?:(-|\.\.)([0-9_,]*|end))?$/.exec(text.trim());
  const from = seqOf(match?.[1]);
  const isRange = match?.[2] !== undefined;
  const to = match?.[3] === 'end' ? undefined : seqOf(match?.[3]);
  if (
    match === null ||
    from === 'bad' ||
    to === 'bad' ||
    (from === undefined && to === undefined && match[3] !== 'end')
  ) {
    throw new UsageError(`"${text}" is no range of ops`, { hint: 'write 7, 10-20, 10- or -20' });
  }
  if (from !== undefined && to !== undefined && to < from) {
    throw new UsageError(`"${text}" is no range of ops`, { why: `${to} is before ${from}` });
  }
  return { from, to: isRange ? to : from };
}

function seqOf(text: string | undefined): bigint | undefined | 'bad' {
  if (text === undefined || text === '') return undefined;
  const value = parseU64(text);
  return value.ok ? value.value : 'bad';
}
