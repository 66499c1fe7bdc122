// SPDX-License-Identifier: MIT OR Apache-2.0

import process from 'node:process';
import type { Readable } from 'node:stream';
import type { Surroundings } from '../host/locate.js';
import { TraceFile } from '../trace/trace-file.js';
import { hostReplay } from './adapters/host-replay.js';
import { traceSource } from './adapters/trace-file.js';
import { SMALLEST } from './store/layout.js';
import type { TerminalInput, TerminalOutput } from './terminal.js';
import { chooseGlyphs, isUtf8 } from './theme/glyphs.js';
import { chooseTheme } from './theme/theme.js';

export type TuiOptions = {
  readonly trace: string;
  /** The trace as the person would type it. */
  readonly traceName: string;
  readonly module: string | undefined;
  readonly order: 'serial' | 'exact' | undefined;
  readonly goTo: bigint | undefined;
  readonly filter: string | undefined;
  readonly theme: string | undefined;
  readonly ascii: boolean;
  readonly color: boolean;
  readonly screenReader: boolean;
  readonly asText: boolean;
};

/** What it runs in. */
export type TuiWorld = {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };
  readonly surroundings: Surroundings;
  readonly signal: AbortSignal;
  readonly line: (text: string) => Promise<void>;
};

/** Opens a trace on the screen, or as text where there is no screen to draw on. */
export async function startTui(options: TuiOptions, world: TuiWorld): Promise<void> {
  const { env } = world.surroundings;
  const screenReader = options.screenReader || env.INK_SCREEN_READER === 'true';
  const trace = TraceFile.open(options.trace, { allowDamage: true });
  const source = traceSource(trace, options.trace);
  const why = whyText(options, world, screenReader);
  if (why !== undefined) {
    try {
      for (const line of await plainText(source, why, options.traceName, world.signal)) await world.line(line);
    } finally {
      await source.close();
    }
    return;
  }
  const engine = hostReplay({
    trace,
    path: options.trace,
    module: options.module,
    order: options.order,
    surroundings: world.surroundings,
  });
  const look = {
    theme: chooseTheme(options.theme, env, options.color),
    glyphs: chooseGlyphs(options.ascii || !isUtf8(env)),
  };
  const { runInteractive } = await import('./interactive.js');
  await runInteractive({
    input: world.stdin as unknown as TerminalInput,
    output: world.stdout as unknown as TerminalOutput,
    process,
    source,
    engine,
    look,
    screenReader,
    signal: world.signal,
    goTo: options.goTo,
    filter: options.filter,
  });
}

async function plainText(
  ...given: Parameters<typeof import('./plain-text.js')['plainText']>
): Promise<readonly string[]> {
  return (await import('./plain-text.js')).plainText(...given);
}

/** Why nothing is drawn; undefined when it is. */
function whyText(
  { asText }: TuiOptions,
  { stdin, stdout, surroundings }: TuiWorld,
  screenReader: boolean,
): string | undefined {
  const { env } = surroundings;
  if (asText) return '--no-tui asks for it';
  if (stdout.isTTY !== true) return 'the output is no terminal';
  if (stdin.isTTY !== true) return 'the input is no terminal';
  if (env.TERM === 'dumb' || env.TERM === undefined || env.TERM === '')
    return `the terminal cannot place the cursor (TERM=${env.TERM ?? ''})`;
  // As Ink sees it, which draws nothing there.
  if (env.CI !== undefined && env.CI !== '' && env.CI !== '0' && env.CI !== 'false')
    return 'this is a CI job (CI is set)';
  const { columns = 80, rows = 24 } = stdout;
  const isSmall = columns > 0 && rows > 0 && (columns < SMALLEST.columns || rows < SMALLEST.rows);
  if (isSmall && !screenReader)
    return `the terminal has ${columns}x${rows} cells and the screen needs ${SMALLEST.columns}x${SMALLEST.rows}`;
  return undefined;
}
