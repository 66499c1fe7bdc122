// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Command, Effects } from '../commands/command.js';
import { commandMatches } from '../commands/palette.js';
import { commandForKey } from '../commands/table.js';
import type { InputToken, KeyPress } from '../input/keys.js';
import { selectionText } from '../lines/selection-text.js';
import type { ReplayEngine } from '../ports/replay-engine.js';
import type { TraceSource } from '../ports/trace-source.js';
import { markAt, selectedRow } from '../store/selectors.js';
import type { Store } from '../store/store.js';
import type { Deps } from './deps.js';
import { Finder } from './finder.js';
import { Notices } from './notices.js';
import { OpsLoader } from './ops-loader.js';
import { ReplayRunner } from './replay-runner.js';
import { TreeLoader } from './tree-loader.js';

/** What the controller may ask of the terminal. */
export type TerminalEffects = {
  readonly copy: (text: string) => void;
  readonly suspend: () => void;
  readonly redraw: () => void;
};

export type StartOptions = {
  /** Op to begin at. */
  readonly goTo?: bigint | undefined;
  /** Filter to begin with. */
  readonly filter?: string | undefined;
  /** The replay, which takes a process of its own and reads the whole trace, waits for this. */
  readonly drawn?: Promise<void>;
};

const WHEEL_LINES = 3;

/** Turns keys into commands, and what the state lacks into calls. Knows nothing of React. */
export class Controller {
  readonly #store: Store;
  readonly #notices: Notices;
  readonly #ops: OpsLoader;
  readonly #replay: ReplayRunner;
  readonly #tree: TreeLoader;
  readonly #finder: Finder;
  readonly #effects: Effects;
  readonly #unsubscribe: () => void;
  #quit: () => void = () => {};
  /** Resolves when the person wants to leave. */
  readonly done: Promise<void>;

  constructor(store: Store, source: TraceSource, engine: ReplayEngine, terminal: TerminalEffects) {
    this.#store = store;
    this.#notices = new Notices(store);
    const deps: Deps = { store, source, engine, notices: this.#notices };
    this.#ops = new OpsLoader(deps);
    this.#replay = new ReplayRunner(deps);
    this.#tree = new TreeLoader(deps);
    this.#finder = new Finder(deps);
    this.done = new Promise((resolve) => {
      this.#quit = resolve;
    });
    this.#effects = this.#makeEffects(terminal);
    this.#unsubscribe = store.subscribe(() => this.#sync());
  }

  /** Resolves when the first rows are there to be drawn, or cannot be. */
  get firstRows(): Promise<void> {
    return this.#ops.firstRows;
  }

  /** Begins: reads the first rows, says what is wrong with the trace, and opens the replay behind the scenes (after `drawn`). */
  start({ goTo, filter, drawn }: StartOptions = {}): void {
    if (goTo !== undefined) this.#finder.goTo(goTo.toString());
    if (filter !== undefined) this.#finder.setFilter(filter);
    this.#sync();
    const { trace } = this.#store.get();
    const [warning] = trace.warnings;
    if (warning !== undefined)
      this.#notices.toast('warn', warning, trace.complete ? undefined : 'what is here can be read');
    if (drawn === undefined) void this.#replay.open();
    else void drawn.then(() => this.#replay.open());
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    this.#notices.stop();
    this.#ops.stop();
    this.#finder.cancel();
    await this.#replay.close();
  }

  input(token: InputToken): void {
    if (token.kind === 'paste') this.#insert(token.text.replace(/[\r\n]+/g, ' ').replace(/[^\P{Cc}]/gu, ''));
    else if (token.kind === 'key') this.#key(token);
    else this.#wheel(token.by);
  }

  /** Does a command if it can be done, and says why not otherwise. */
  execute(command: Command, argument?: string): void {
    const state = this.#store.get();
    const reason = command.disabledReason?.(state);
    if (reason !== undefined) {
      this.#notices.toast('info', reason, state.run.trouble?.message === reason ? state.run.trouble.hint : undefined);
      return;
    }
    command.run({ state, dispatch: this.#store.dispatch, effects: this.#effects, argument });
  }

  #sync(): void {
    this.#ops.sync();
    this.#replay.sync();
    this.#tree.sync();
  }

  #key(press: KeyPress): void {
    const state = this.#store.get();
    if (state.mode.kind === 'chord') {
      this.#chord(state.mode.chord, press);
      return;
    }
    const command = commandForKey(state, press.name);
    if (command !== undefined) this.execute(command);
    else if (press.text !== undefined) this.#insert(press.text);
  }

  /** The letter after m or '. */
  #chord(chord: 'mark' | 'jump', press: KeyPress): void {
    const state = this.#store.get();
    this.#store.dispatch({ type: 'ui/mode', mode: { kind: 'browse' } });
    const name = press.text;
    if (name === undefined || !/^[a-zA-Z0-9]$/.test(name)) return;
    if (chord === 'mark') {
      const row = selectedRow(state);
      if (row === undefined) return;
      this.#store.dispatch({ type: 'ui/mark', name, seq: row.seq });
      this.#notices.toast('info', `op ${row.seq} is mark ${name}: '${name} comes back`);
      return;
    }
    const seq = markAt(state, name);
    if (seq === undefined)
      this.#notices.toast('info', `there is no mark ${name}`, `marks: ${[...state.marks.keys()].join(' ')}`);
    else this.#store.dispatch({ type: 'ops/jump', seq });
  }

  /** Text goes into the open prompt or palette, and nowhere else. */
  #insert(text: string): void {
    const { mode } = this.#store.get();
    const [old, cursor] =
      mode.kind === 'prompt'
        ? [mode.prompt.text, mode.prompt.cursor]
        : mode.kind === 'palette'
          ? [mode.text, mode.cursor]
          : [undefined, 0];
    if (old === undefined) return;
    this.#effects.editPrompt(old.slice(0, cursor) + text + old.slice(cursor), cursor + text.length);
  }

  #wheel(by: 1 | -1): void {
    const name = by === 1 ? 'down' : 'up';
    for (let count = 0; count < WHEEL_LINES; count += 1) {
      const command = commandForKey(this.#store.get(), name);
      if (command !== undefined) this.execute(command);
    }
  }

  #makeEffects(terminal: TerminalEffects): Effects {
    const { dispatch } = this.#store;
    const finder = this.#finder;
    return {
      runTo: (target, stop) => void this.#replay.runTo(target, stop),
      step: (by) => void this.#replay.step(by),
      cancel: () => {
        this.#ops.cancel();
        finder.cancel();
        this.#replay.cancel();
      },
      openReplay: () => void this.#replay.open(),
      search: (direction) => void finder.search(direction),
      submitPrompt: () => finder.submitPrompt(),
      openPrompt: (kind) => finder.openPrompt(kind),
      goTo: (text) => finder.goTo(text),
      setFilter: (text) => finder.setFilter(text),
      setSearch: (text) => finder.setSearch(text),
      editPrompt: (text, cursor) => {
        const { mode } = this.#store.get();
        if (mode.kind === 'palette') dispatch({ type: 'ui/mode', mode: { ...mode, text, cursor, selected: 0 } });
        else finder.editPrompt(text, cursor);
      },
      moveChoice: (by) => {
        const state = this.#store.get();
        if (state.mode.kind !== 'palette') return;
        const last = Math.max(0, commandMatches(state, state.mode.text).length - 1);
        const selected = Math.min(last, Math.max(0, state.mode.selected + by));
        dispatch({ type: 'ui/mode', mode: { ...state.mode, selected } });
      },
      runPaletteChoice: () => {
        const state = this.#store.get();
        if (state.mode.kind !== 'palette') return;
        const choice = commandMatches(state, state.mode.text)[state.mode.selected];
        dispatch({ type: 'ui/mode', mode: { kind: 'browse' } });
        if (choice !== undefined) this.execute(choice.command, choice.argument);
      },
      previewFile: () => void this.#tree.preview(),
      copySelection: () => {
        const { what, text } = selectionText(this.#store.get());
        terminal.copy(text);
        this.#notices.toast('info', `copied ${what}`);
      },
      suspend: terminal.suspend,
      redraw: terminal.redraw,
      quit: () => this.#quit(),
    };
  }
}
