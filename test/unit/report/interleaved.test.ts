// SPDX-License-Identifier: MIT OR Apache-2.0

import { expect, it } from 'vitest';
import { makeStyle } from '../../../src/base/style.js';
import type { ReplayOutcome } from '../../../src/diff/replay.js';
import { replayDocument, replayLines } from '../../../src/report/replay-report.js';

const OUTCOME: ReplayOutcome = {
  verdict: 'same',
  order: 'serial',
  fellBack: undefined,
  interleaved: 3n,
  firstInterleaved: { seq: 12n, other: 11n, lock: 'inode/42', message: 'op 12 and op 11 took turns' },
  ops: 20n,
  replayed: 20n,
  seq: 20n,
  divergence: undefined,
  panic: undefined,
  message: '',
  digest: undefined,
  elapsedNs: 1_000_000n,
  module: undefined,
  ruleHits: [],
};

it('says how many ops interleaved, and that states are no verdict then', () => {
  const lines = replayLines(OUTCOME, { trace: 't', module: 'm', next: [] }, makeStyle(false));
  expect(lines.join('\n')).toContain('3 ops took turns with others');
  expect(lines.join('\n')).toContain('no verdict');
  const quiet = replayLines({ ...OUTCOME, interleaved: 0n }, { trace: 't', module: 'm', next: [] }, makeStyle(false));
  expect(quiet.join('\n')).not.toContain('took turns');
});

it('is in the document, with both ops and the lock', () => {
  const text = JSON.stringify(replayDocument(OUTCOME), (_key, value) =>
    typeof value === 'bigint' ? Number(value) : value,
  );
  expect(text).toContain('"interleaved":3');
  expect(text).toContain('"firstInterleaved":{"seq":12,"other":11,"lock":"inode/42"');
});
