// SPDX-License-Identifier: MIT OR Apache-2.0

import { expect, it } from 'vitest';
import { PanicCause } from '../../../src/proto/gen/trace.js';
import { selectItems } from '../../../src/trace/filter/select.js';
import { craft, openBytes, smallLife } from '../../support/craft-trace.js';

const PANIC = { kind: 'panic', value: { cause: PanicCause.DEADLINE, message: 'late', location: '' } } as const;

async function kinds(parts: Parameters<typeof craft>[0], to?: bigint): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const batch of selectItems({ trace: openBytes(craft(parts)), records: true, to })) {
    found.push(...batch.map((item) => (item.kind === 'op' ? `op ${item.op.seq}` : item.record.kind)));
  }
  return found;
}

it('gives what stands after the last op, also in a chunk that has no op', async () => {
  const life = smallLife();
  const together = await kinds([...life, { record: PANIC }]);
  expect(together.at(-1)).toBe('panic');
  expect(await kinds([...life, { endChunk: true }, { record: PANIC }])).toEqual(together);
});

it('gives what stands before the first op, also in a chunk that has no op', async () => {
  const together = await kinds([{ record: PANIC }, ...smallLife()]);
  expect(together.slice(0, 2)).toEqual(['panic', 'op 1']);
  expect(await kinds([{ record: PANIC }, { endChunk: true }, ...smallLife()])).toEqual(together);
});

it('gives no op behind the range, whichever chunk it is in', async () => {
  const ops = (all: readonly string[]) => all.filter((kind) => kind.startsWith('op'));
  const [first, ...rest] = smallLife();
  if (first === undefined) throw new Error('no life');
  expect(ops(await kinds([first, { endChunk: true }, ...rest], 1n))).toEqual(['op 1']);
  expect(ops(await kinds([first, ...rest], 1n))).toEqual(['op 1']);
});
