// SPDX-License-Identifier: MIT OR Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seq } from '../../src/base/ids.js';
import type { Action } from '../../src/tui/store/actions.js';
import { layoutOf, paneLines } from '../../src/tui/store/layout.js';
import { neededAnswer, neededDetail, neededListing, neededWindow } from '../../src/tui/store/needs.js';
import { treeRows } from '../../src/tui/store/reduce-tree.js';
import {
  here,
  nextDifference,
  rowVerdict,
  selectedRow,
  verdictOf,
  visibleRows,
} from '../../src/tui/store/selectors.js';
import type { State } from '../../src/tui/store/state.js';
import { Store } from '../../src/tui/store/store.js';
import { differenceAt, FakeEngine } from './fake-engine.js';
import { emptyState, FACTS, reduced, rowsCome, someState } from './states.js';

const opened: Action = { type: 'run/opened', module: { fsName: 'memfs', revision: 'a', buildId: '', path: '/m.so' } };
const stopAt = (position: bigint, found?: bigint): Action => ({
  type: 'run/stopped',
  stop: {
    reason: found === undefined ? 'reached' : 'diverged',
    seq: position,
    difference: found === undefined ? undefined : differenceAt(found),
    message: '',
  },
  announce: true,
});
const shown = (state: State) => visibleRows(state).map(({ row }) => row.seq);

describe('the timeline', () => {
  it('asks for rows around the begin, and for no more once it has them', () => {
    const state = emptyState();
    expect(neededWindow(state)?.request.anchor).toBe(1n);
    expect(neededWindow(reduced(state, rowsCome(state, 1n, 257n)))).toBeUndefined();
  });

  it('asks for more before the cursor meets the end of what is loaded', () => {
    const state = reduced(someState(), { type: 'ops/move', by: 250 });
    expect(here(state)).toBe(251n);
    expect(neededWindow(state)?.request.anchor).toBe(251n);
  });

  it('owes the rows that keys went beyond what is loaded, and goes there when they come', () => {
    const held = reduced(someState(), { type: 'ops/move', by: 250 }, { type: 'ops/move', by: 30 });
    expect(here(held)).toBe(257n);
    expect(held.ops.owed).toBe(24);
    const come = reduced(held, rowsCome(held, 1n, 600n, 257n));
    expect(here(come)).toBe(281n);
    expect(come.ops.owed).toBe(0);
  });

  it('stops at both ends and owes nothing there', () => {
    const top = reduced(someState(), { type: 'ops/move', by: -5 });
    expect([here(top), top.ops.owed]).toEqual([1n, 0]);
    const state = reduced(emptyState(), { type: 'ops/jump', seq: seq(FACTS.last) });
    const end = reduced(state, rowsCome(state, FACTS.last - 100n, FACTS.last), { type: 'ops/move', by: 9 });
    expect([here(end), end.ops.owed]).toEqual([FACTS.last, 0]);
  });

  it('keeps showing the old rows until those of a far place come', () => {
    const state = reduced(someState(), { type: 'ops/jump', seq: seq(5_000_000n) });
    expect(selectedRow(state)?.seq).toBe(1n);
    expect(neededWindow(state)).toMatchObject({ wanted: 5_000_000n, request: { anchor: 5_000_000n } });
    const there = reduced(state, rowsCome(state, 4_999_800n, 5_000_200n));
    expect(here(there)).toBe(5_000_000n);
    expect(shown(there)).toContain(5_000_003n);
    expect(neededWindow(there)).toBeUndefined();
  });

  it('moves on from the place it is on its way to', () => {
    const state = reduced(
      someState(),
      { type: 'ops/jump', seq: seq(5_000_000n) },
      { type: 'ops/move', by: 3 },
      { type: 'ops/move', by: -1 },
    );
    expect(here(reduced(state, rowsCome(state, 4_999_800n, 5_000_200n)))).toBe(5_000_002n);
  });

  it('takes no rows of a filter that was changed meanwhile', () => {
    const state = someState();
    const late = rowsCome(state, 1n, 20n);
    const filtered = reduced(state, { type: 'ops/filter', filter: undefined });
    expect(reduced(filtered, late).ops).toEqual(filtered.ops);
    expect(neededWindow(filtered)).toBeDefined();
  });

  it('finds its place again when a filter that nothing fits is taken off', () => {
    const far = reduced(someState(), { type: 'ops/move', by: 100 });
    const filtered = reduced(far, { type: 'ops/filter', filter: undefined });
    const empty: Action = {
      type: 'ops/window',
      view: filtered.ops.view,
      window: { rows: [], startReached: true, endReached: true },
      anchor: seq(101n),
    };
    const nothing = reduced(filtered, empty);
    expect(visibleRows(nothing)).toEqual([]);
    expect(neededWindow(nothing)).toBeUndefined();
    const back = reduced(nothing, { type: 'ops/filter', filter: undefined });
    expect(neededWindow(back)?.request.anchor).toBe(101n);
  });

  it('puts the cursor on the screen and leaves no blank lines, whatever is done', () => {
    const action = fc.oneof(
      fc.record({ type: fc.constant('ops/move' as const), by: fc.integer({ min: -400, max: 400 }) }),
      fc.record({ type: fc.constant('ops/jump' as const), seq: fc.bigInt({ min: 1n, max: 257n }).map(seq) }),
      fc.record({
        type: fc.constant('ui/size' as const),
        size: fc.record({ columns: fc.integer({ min: 60, max: 220 }), rows: fc.integer({ min: 16, max: 80 }) }),
      }),
      fc.constant({ type: 'ui/zoom' as const }),
      fc.constantFrom<Action>({ type: 'ui/focus', pane: 'ops' }, { type: 'ui/focus', pane: 'tree' }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
        const state = reduced(someState(), ...actions);
        const height = paneLines(layoutOf(state), 'ops');
        if (height === 0) return;
        const rows = visibleRows(state);
        expect(rows.filter((one) => one.isSelected)).toHaveLength(1);
        expect(rows).toHaveLength(Math.min(height, 257));
      }),
    );
  });
});

describe('the replay', () => {
  it('knows up to where answers are the same', () => {
    const state = reduced(someState(), opened, stopAt(10n), stopAt(4n));
    expect(state.run).toMatchObject({ position: 4n, compared: 10n });
    expect([rowVerdict(state, 10n), rowVerdict(state, 11n)]).toEqual(['same', 'unknown']);
    expect(verdictOf(state)).toEqual({ tone: 'good', text: 'same up to 10' });
  });

  it('keeps differences in order, each once', () => {
    const state = reduced(someState(), opened, stopAt(9n, 9n), stopAt(5n, 5n), stopAt(9n, 9n));
    expect(state.run.differences.map((one) => one.seq)).toEqual([5n, 9n]);
    expect(nextDifference(state, 5n, 1)?.seq).toBe(9n);
    expect(nextDifference(state, 5n, -1)).toBeUndefined();
    expect(rowVerdict(state, 9n)).toBe('differs');
    expect(verdictOf(state).text).toBe('2 diverged, first 5');
  });

  it('takes the selection along when it is to follow, and not otherwise', () => {
    expect(here(reduced(someState(), opened, stopAt(10n)))).toBe(10n);
    expect(here(reduced(someState(), opened, { type: 'ui/follow' }, stopAt(10n)))).toBe(1n);
  });

  it('wants answer and digest of the place it stands at, once', () => {
    const state = reduced(someState(), opened, stopAt(10n));
    expect(neededAnswer(state)).toBe(10n);
    const known = reduced(
      state,
      { type: 'run/answer', seq: 10n, answer: [] },
      { type: 'run/digest', seq: 10n, device: 1n },
    );
    expect(neededAnswer(known)).toBeUndefined();
    expect(neededAnswer(reduced(known, { type: 'run/started', target: 20n }))).toBeUndefined();
    expect(neededAnswer(reduced(known, stopAt(11n)))).toBe(11n);
  });

  it('wants nothing of a run that crashed', () => {
    const state = reduced(someState({ columns: 200, rows: 60 }), opened, {
      type: 'run/stopped',
      stop: { reason: 'crashed', seq: 7n, difference: undefined, message: 'boom' },
      announce: false,
    });
    expect(neededAnswer(state)).toBeUndefined();
    expect(neededListing(state)).toBeUndefined();
    expect(verdictOf(state)).toEqual({ tone: 'bad', text: 'crashed after op 7' });
  });
});

describe('the tree', () => {
  const wide = { columns: 200, rows: 60 };

  async function listed(): Promise<State> {
    const engine = new FakeEngine({ last: 100n });
    let state = reduced(someState(wide), opened, stopAt(10n));
    for (;;) {
      const need = neededListing(state);
      if (need === undefined) return state;
      const listing = await engine.tree(need.raw);
      state = reduced(state, { type: 'tree/listed', seq: need.seq, path: need.path, listing });
    }
  }

  it('is listed only where it is on the screen', () => {
    expect(neededListing(reduced(someState(), opened, stopAt(10n)))).toBeUndefined();
    expect(neededListing(reduced(someState(wide), opened, stopAt(10n)))).toMatchObject({ seq: 10n, path: '/' });
    expect(neededListing(someState(wide))).toBeUndefined();
  });

  it('shows directories first, and what is in one only when it is unfolded', async () => {
    const state = await listed();
    expect(treeRows(state.tree).map(({ node }) => node.path)).toEqual(['/', '/src', '/README']);
    const open = reduced(state, { type: 'tree/expand', path: '/src', open: true });
    expect(neededListing(open)).toMatchObject({ path: '/src' });
  });

  it('marks what is not as it was at the place before', async () => {
    const state = await listed();
    const moved = reduced(state, stopAt(11n));
    const root = { ...(await new FakeEngine({ last: 1n }).tree(new Uint8Array([0x2f]))) };
    const nodes = root.nodes.map((one) => (one.path === '/README' ? { ...one, size: 99n } : one));
    const extra = { ...(nodes[2] as (typeof nodes)[number]), path: '/new', name: 'new' };
    const next = reduced(moved, {
      type: 'tree/listed',
      seq: 11n,
      path: '/',
      listing: { nodes: [...nodes, extra], cut: false },
    });
    const changes = Object.fromEntries(treeRows(next.tree).map(({ node, change }) => [node.path, change]));
    expect(changes).toMatchObject({ '/src': 'none', '/README': 'changed', '/new': 'new' });
  });
});

it('the detail of a long trace is kept for a bounded number of ops', () => {
  let state = someState();
  for (let count = 0; count < 200; count += 1) {
    state = reduced(state, { type: 'ops/move', by: 1 });
    const need = neededDetail(state);
    expect(need).toBeDefined();
    const row = state.ops.rows[state.ops.selected];
    if (row === undefined) break;
    state = reduced(state, { type: 'ops/detail', detail: { row, request: [], answer: [], taken: [] } });
    expect(neededDetail(state)).toBeUndefined();
  }
  expect(state.ops.details.size).toBeLessThanOrEqual(64);
});

it('tells who listens of each change, and of none when nothing changed', () => {
  const store = new Store(someState());
  let told = 0;
  const leave = store.subscribe(() => {
    told += 1;
  });
  store.dispatch({ type: 'ui/zoom' });
  store.dispatch({ type: 'run/acknowledge' });
  leave();
  store.dispatch({ type: 'ui/zoom' });
  expect(told).toBe(1);
});
