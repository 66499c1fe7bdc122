// SPDX-License-Identifier: MIT OR Apache-2.0

import { expect, it } from 'vitest';
import { here, selectedDetail, selectedRow } from '../../src/tui/store/selectors.js';
import { FakeEngine } from './fake-engine.js';
import { debuggerOn } from './harness.js';
import { checkoutTrace } from './life.js';

const OPS = 3026n;
const TRACE = checkoutTrace(3000);

it('reads the first rows, and rows anywhere else with the paths they had', async () => {
  const tui = debuggerOn(TRACE, new FakeEngine({ last: OPS }));
  tui.controller.start();
  await tui.until((state) => here(state) === 1n && selectedDetail(state) !== undefined);
  tui.type('G');
  await tui.until((state) => here(state) === OPS);
  const state = await tui.until((now) => selectedRow(now)?.subject === '/checkout-71/src');
  expect(state.ops.endReached).toBe(true);
  await tui.controller.close();
});
