// SPDX-License-Identifier: MIT OR Apache-2.0

/** The screen: wires terminal, store, controller and Ink. Loaded only when there is a terminal to draw on. */

import { type Instance, render } from 'ink';
import { App } from './components/App.js';
import type { LookAndFeel } from './components/look-context.js';
import { SpokenApp } from './components/SpokenApp.js';
import { Controller } from './controller/controller.js';
import { InkScreen } from './ink-screen.js';
import { KeyDecoder } from './input/keys.js';
import type { ReplayEngine } from './ports/replay-engine.js';
import type { TraceSource } from './ports/trace-source.js';
import { initialState, type Size } from './store/state.js';
import { Store } from './store/store.js';
import { CLEAR, Terminal, type TerminalInput, type TerminalOutput, type TerminalProcess } from './terminal.js';

export type InteractiveOptions = {
  readonly input: TerminalInput;
  readonly output: TerminalOutput;
  readonly process: TerminalProcess;
  readonly source: TraceSource;
  readonly engine: ReplayEngine;
  readonly look: LookAndFeel;
  readonly screenReader: boolean;
  readonly signal: AbortSignal;
  /** Op to begin at, and filter to begin with. */
  readonly goTo: bigint | undefined;
  readonly filter: string | undefined;
};

/** After this silence a lone Esc byte was the Esc key; sequences come in one piece, over slow lines in two. */
const ESC_MS = 40;
/** The first frame has rows on it when they come this soon; Ink draws the second one a thirtieth of a second later. */
const FIRST_ROWS_MS = 100;
/** A window that is dragged sends many sizes. */
const RESIZE_MS = 30;

/** Runs until the person quits or the signal says so. The terminal is as it was before, however this ends. */
export async function runInteractive(options: InteractiveOptions): Promise<void> {
  const { source, engine, look, screenReader, signal } = options;
  const decoder = new KeyDecoder();
  let escTimer: NodeJS.Timeout | undefined;
  let resizeTimer: NodeJS.Timeout | undefined;
  const terminal = new Terminal(
    options,
    options.process,
    {
      onInput: (chunk) => {
        clearTimeout(escTimer);
        for (const token of decoder.push(chunk)) controller.input(token);
        if (decoder.pending) {
          escTimer = setTimeout(() => {
            for (const token of decoder.flush()) controller.input(token);
          }, ESC_MS);
        }
      },
      onResize: () => {
        clearTimeout(resizeTimer);
        resizeTimer = setTimeout(() => {
          store.dispatch({ type: 'ui/size', size: terminal.size });
          view.redraw(terminal.size);
        }, RESIZE_MS);
      },
      onResume: () => {
        store.dispatch({ type: 'ui/size', size: terminal.size });
        view.redraw(terminal.size);
      },
    },
    screenReader,
  );
  const store = new Store(initialState(source.facts, terminal.size));
  const element = screenReader ? <SpokenApp store={store} /> : <App store={store} look={look} />;
  const view = new View(options.output, element, screenReader);
  const controller = new Controller(store, source, engine, {
    copy: terminal.copy,
    suspend: () => {
      view.unmount();
      terminal.suspend();
    },
    redraw: () => view.redraw(terminal.size),
  });
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  terminal.open();
  try {
    let isDrawn = () => {};
    const drawn = new Promise<void>((resolve) => {
      isDrawn = resolve;
    });
    controller.start({ goTo: options.goTo, filter: options.filter, drawn });
    await within(FIRST_ROWS_MS, controller.firstRows);
    view.redraw(terminal.size);
    isDrawn();
    await Promise.race([controller.done, stopped]);
  } finally {
    clearTimeout(escTimer);
    clearTimeout(resizeTimer);
    view.unmount();
    terminal.close();
    await controller.close();
    await source.close();
  }
  // The command line's own way of saying that a signal ended it.
  signal.throwIfAborted();
}

/** Waits for something, but not for long. */
async function within(milliseconds: number, something: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([something, patience]);
  clearTimeout(timer);
}

/**
 * What Ink draws. Drawing anew mounts it anew: all that matters is in the store, and an Ink that begins on a blank screen
 * has no idea of the old one that could be wrong.
 */
class View {
  readonly #output: TerminalOutput;
  readonly #element: React.JSX.Element;
  readonly #linear: boolean;
  #mounted: { readonly instance: Instance; readonly screen: InkScreen } | undefined;

  constructor(output: TerminalOutput, element: React.JSX.Element, linear: boolean) {
    this.#output = output;
    this.#element = element;
    this.#linear = linear;
  }

  redraw(size: Size): void {
    this.unmount();
    if (!this.#linear) this.#output.write(CLEAR);
    const screen = new InkScreen(this.#output, size);
    const instance = render(this.#element, {
      // Of a stream Ink needs what InkScreen has.
      stdout: screen as unknown as NodeJS.WriteStream,
      exitOnCtrlC: false,
      patchConsole: false,
      maxFps: 30,
      isScreenReaderEnabled: this.#linear,
    });
    this.#mounted = { instance, screen };
  }

  unmount(): void {
    const mounted = this.#mounted;
    if (mounted === undefined) return;
    this.#mounted = undefined;
    // Its last frame and its cursor are nobody's business any more.
    mounted.screen.mute(true);
    mounted.instance.unmount();
  }
}
