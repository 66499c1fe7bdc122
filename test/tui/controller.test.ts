// SPDX-License-Identifier: MIT OR Apache-2.0

import { describe, expect, it, onTestFinished } from 'vitest';
import { seq } from '../../src/base/ids.js';
import type { TraceSource } from '../../src/tui/ports/trace-source.js';
import { treeRows } from '../../src/tui/store/reduce-tree.js';
import { selectedDetail, selectedRow, verdictOf } from '../../src/tui/store/selectors.js';
import type { Size, State } from '../../src/tui/store/state.js';
import { FakeEngine, type FakeOptions } from './fake-engine.js';
import { type Debugger, debuggerOn } from './harness.js';
import { checkoutTrace } from './life.js';
import { FACTS, row } from './states.js';

const OPS = 3026n;
const TRACE = checkoutTrace(3000);
/** Where the cursor is, once it is there. */
const here = (state: State) => (state.ops.wanted === undefined ? selectedRow(state)?.seq : undefined);
const WIDE = { columns: 200, rows: 60 };

/** Started, with rows and (unless it cannot) a replay. */
async function started(options: Partial<FakeOptions> = {}, size?: Size): Promise<Debugger> {
  const tui = debuggerOn(TRACE, new FakeEngine({ last: OPS, ...options }), size);
  onTestFinished(() => tui.controller.close());
  tui.controller.start();
  await tui.until((state) => here(state) === 1n && state.run.phase === (options.cannotOpen ? 'none' : 'ready'));
  return tui;
}

describe('moving', () => {
  it('reads rows anywhere, with the paths that inodes had there', async () => {
    const tui = await started();
    await tui.until((state) => selectedDetail(state) !== undefined);
    tui.type('G');
    await tui.until((state) => here(state) === OPS && selectedRow(state)?.subject === '/checkout-71/src');
    expect(tui.store.get().ops.endReached).toBe(true);
  });

  it('goes to a number, a share, a distance and the end, and says what is no place', async () => {
    const tui = await started();
    const go = async (text: string, expected: bigint) => {
      tui.type(`g${text}\r`);
      await tui.until((state) => here(state) === expected);
    };
    await go('1234', 1234n);
    await go('+10', 1244n);
    await go('-1000', 244n);
    await go('50%', 1514n);
    await go('end', OPS);
    tui.type('g9999999');
    expect(tui.store.get().mode).toMatchObject({
      kind: 'prompt',
      prompt: { mistake: expect.stringContaining('1 to 3026') },
    });
    tui.type('\r');
    expect(tui.store.get().toast?.text).toContain('no op 9999999');
    tui.type('\u001b');
    expect(tui.store.get().mode.kind).toBe('browse');
  });

  it('takes a paste into a prompt, and nowhere else', async () => {
    const tui = await started();
    tui.type('\u001b[200~q\u001b[201~');
    expect(tui.store.get().mode.kind).toBe('browse');
    tui.type('g\u001b[200~12\n3\u001b[201~');
    expect(tui.store.get().mode).toMatchObject({ prompt: { text: '12 3' } });
  });

  it('reads no more than windows of a trace of ten million ops', async () => {
    let read = 0;
    const source: TraceSource = {
      facts: FACTS,
      window: async ({ anchor, before, after }) => {
        const first = anchor > BigInt(before) ? anchor - BigInt(before) : 1n;
        const last = anchor + BigInt(after) > FACTS.last ? FACTS.last : anchor + BigInt(after);
        const rows = Array.from({ length: Number(last - first + 1n) }, (_, index) => row(first + BigInt(index)));
        read += rows.length;
        return { rows, startReached: first === 1n, endReached: last === FACTS.last };
      },
      detail: async (number) => ({ row: row(number), request: [], answer: [], taken: [] }),
      namesKnown: () => true,
      learnNames: async () => {},
      parseFilter: () => ({ ok: false, error: { message: 'none', at: 0 } }),
      find: async () => seq(1n),
      close: async () => {},
    };
    const tui = debuggerOn(source, new FakeEngine({ last: FACTS.last }));
    onTestFinished(() => tui.controller.close());
    tui.controller.start();
    await tui.until((state) => here(state) === 1n);
    tui.type('G');
    await tui.until((state) => here(state) === FACTS.last);
    tui.type('g5000000\r');
    await tui.until((state) => here(state) === 5_000_000n);
    tui.type(' '.repeat(400));
    await tui.until((state) => (here(state) ?? 0n) > 5_000_500n && state.ops.owed === 0);
    expect(read).toBeLessThan(20_000);
    expect(tui.store.get().ops.rows.length).toBeLessThan(6_000);
  });
});

describe('time travel', () => {
  it('steps forward and back, and shows answer and digest of each place', async () => {
    const tui = await started();
    tui.type('s');
    await tui.until(({ run }) => run.position === 1n && run.digest?.seq === 1n);
    tui.type('s');
    await tui.until(({ run }) => run.position === 2n && run.phase === 'ready');
    tui.type('S');
    const state = await tui.until(({ run }) => run.position === 1n && run.digest?.seq === 1n);
    expect(state.run.answers.get(1n)).toEqual([{ name: 'errno', value: '0' }]);
    expect(state.run.compared).toBe(2n);
  });

  it('counts steps that come faster than they are done', async () => {
    const tui = await started();
    tui.type('sssssS');
    await tui.until(({ run }) => run.position === 4n && run.phase === 'ready');
    expect(tui.store.get().toast).toBeUndefined();
  });

  it('continues from difference to difference and back', async () => {
    const tui = await started({ differs: [40n, 900n] });
    tui.type('c');
    await tui.until((state) => state.run.position === 40n && state.run.phase === 'ready' && here(state) === 40n);
    expect(tui.store.get().run.banner?.seq).toBe(40n);
    tui.type('c');
    await tui.until(({ run }) => run.position === 900n && run.phase === 'ready');
    tui.type('C');
    await tui.until(({ run }) => run.position === 40n && run.phase === 'ready');
    tui.type('c');
    await tui.until(({ run }) => run.position === 900n && run.phase === 'ready');
    tui.type('c');
    const state = await tui.until(({ run }) => run.position === OPS && run.phase === 'ready');
    expect(state.run.differences.map((one) => one.seq)).toEqual([40n, 900n]);
    expect(verdictOf(state).text).toBe('2 diverged, first 40');
  });

  it('finds every difference on the way of a run that does not stop', async () => {
    const tui = await started({ differs: [5n, 6n, 7n] });
    tui.type('E');
    const state = await tui.until(({ run }) => run.position === OPS && run.phase === 'ready');
    expect(state.run.differences.map((one) => one.seq)).toEqual([5n, 6n, 7n]);
    tui.type('g1\r]');
    await tui.until((now) => here(now) === 5n);
    tui.type(']]');
    await tui.until((now) => here(now) === 7n);
    tui.type('[');
    await tui.until((now) => here(now) === 6n);
  });

  it('replays to the selected op, forward or back', async () => {
    const tui = await started();
    tui.type('g100\r');
    await tui.until((state) => here(state) === 100n);
    tui.type('\r');
    await tui.until(({ run }) => run.position === 100n && run.phase === 'ready');
    tui.type('kkk\r');
    await tui.until(({ run }) => run.position === 97n && run.phase === 'ready');
  });

  it('stops a replay that takes long', async () => {
    const tui = await started({ hangsAt: 50n });
    tui.type('c');
    await tui.until(({ run }) => run.progress === 50n);
    tui.type('s');
    expect(tui.store.get().toast?.text).toContain('Esc');
    tui.type('\u001b');
    await tui.until(({ run }) => run.phase === 'ready' && run.position === 50n);
    expect(tui.store.get().toast?.text).toBe('stopped after op 50');
  });

  it('shows what a panic said, and lets go back', async () => {
    const tui = await started({ crashesAt: 20n });
    tui.type('c');
    const state = await tui.until(({ mode }) => mode.kind === 'dialog');
    expect(state.mode).toMatchObject({
      trouble: { message: 'it crashed while answering op 20', why: expect.stringContaining('src/dir.rs:12:5') },
    });
    tui.type('\rs');
    expect(tui.store.get().toast?.text).toContain('cannot go on');
    tui.type('S');
    await tui.until(({ run }) => run.position === 18n && run.barrier === undefined);
  });

  it('can be read without a host, and says why there is no replay', async () => {
    const tui = await started({ cannotOpen: true });
    tui.type('s');
    expect(tui.store.get().toast).toMatchObject({ text: 'bento-host cannot be run', hint: 'npm run setup' });
    tui.type('jj');
    await tui.until((state) => here(state) === 3n);
  });
});

describe('finding', () => {
  it('filters the view with the filter checked as it is typed, and takes it off again', async () => {
    const tui = await started();
    tui.type('/op=RENA');
    expect(tui.store.get().mode).toMatchObject({ prompt: { mistake: expect.stringContaining('RENA') } });
    tui.type('\r');
    expect(tui.store.get().mode.kind).toBe('prompt');
    tui.type('ME\r');
    const state = await tui.until(({ ops }) => ops.rowsView === ops.view && ops.filter !== undefined);
    expect(new Set(state.ops.rows.map((one) => one.op))).toEqual(new Set(['RENAME']));
    const kept = here(state);
    expect(kept).toBeDefined();
    tui.type('\\');
    await tui.until(({ ops }) => ops.filter === undefined && ops.rowsView === ops.view);
    expect(here(tui.store.get())).toBe(kept);
  });

  it('filters by path, names learned on the way', async () => {
    const tui = await started();
    tui.type('/path~checkout-70/src and op=WRITE\r');
    const state = await tui.until(({ ops }) => ops.rowsView === ops.view && ops.filter !== undefined);
    expect(state.ops.rows.length).toBe(3);
    expect(state.ops.rows.every((one) => one.subject.startsWith('/checkout-70/src/'))).toBe(true);
  });

  it('searches on and back with n and N', async () => {
    const tui = await started();
    tui.type('FENOTEMPTY\r');
    await tui.until((state) => here(state) === 44n);
    tui.type('n');
    await tui.until((state) => here(state) === 86n);
    tui.type('N');
    await tui.until((state) => here(state) === 44n);
    tui.type('N');
    await tui.until(({ toast }) => toast?.text.startsWith('no earlier op') === true);
  });

  it('marks and comes back', async () => {
    const tui = await started();
    tui.type('jjma');
    expect(tui.store.get().marks.get('a')).toBe(3n);
    tui.type("G'a");
    await tui.until((state) => here(state) === 3n && state.ops.wanted === undefined);
    tui.type("'z");
    expect(tui.store.get().toast?.text).toBe('there is no mark z');
  });
});

describe('the rest', () => {
  it('shows the tree at the place of the replay, unfolds and previews', async () => {
    const tui = await started({}, WIDE);
    tui.type('s3');
    await tui.until(({ tree }) => tree.listings.has('/'));
    tui.type('j\r');
    await tui.until(({ tree }) => tree.listings.has('/src'));
    expect(treeRows(tui.store.get().tree).map(({ node }) => node.path)).toEqual([
      '/',
      '/src',
      '/src/main.c',
      '/README',
    ]);
    tui.type('j\r');
    await tui.until(({ tree }) => tree.preview?.path === '/src/main.c');
    tui.type('h');
    expect(tui.store.get().tree.selected).toBe('/src');
  });

  it('copies the selected op with both answers', async () => {
    const tui = await started({ differs: [4n] });
    tui.type('c');
    await tui.until((state) => here(state) === 4n && state.run.answers.has(4n) && selectedDetail(state) !== undefined);
    tui.type('y');
    expect(tui.copied[0]).toContain('op 4 MKDIR /checkout-0');
    expect(tui.copied[0]).toContain('answer.errno: 0  (replayed: EIO)');
  });

  it('does a command by its words', async () => {
    const tui = await started();
    tui.type(':draw the screen\r');
    expect(tui.asked).toEqual(['redraw']);
    tui.type(':77\r');
    await tui.until((state) => here(state) === 77n);
  });

  it('closes the host when it is left', async () => {
    const engine = new FakeEngine({ last: OPS });
    const tui = debuggerOn(TRACE, engine);
    tui.controller.start();
    await tui.until(({ run }) => run.phase === 'ready');
    tui.type('q');
    await tui.controller.done;
    await tui.controller.close();
    expect(engine.closed).toBe(true);
  });

  it('says at once that a trace has lost its tail, and shows what there is', async () => {
    const tui = debuggerOn(TRACE.subarray(0, TRACE.length - 20_000), new FakeEngine({ last: OPS }));
    onTestFinished(() => tui.controller.close());
    tui.controller.start();
    const state = await tui.until((now) => here(now) === 1n);
    expect(state.toast).toMatchObject({ tone: 'warn', text: expect.stringContaining('not a whole chunk') });
    expect(state.trace.complete).toBe(false);
  });
});
