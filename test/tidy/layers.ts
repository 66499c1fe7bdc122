// SPDX-License-Identifier: MIT OR Apache-2.0

/** Which layer of src/ may import which: the arrows of docs/ARCHITECTURE.md, as data. */
export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  trace: ['base'],
  host: ['base', 'trace'],
  capture: ['base', 'trace', 'host'],
  diff: ['base', 'trace', 'host'],
  bisect: ['base', 'trace', 'host', 'diff'],
  gate: ['base', 'trace', 'host', 'diff', 'bisect'],
  report: ['base', 'trace', 'host', 'capture', 'diff', 'bisect', 'gate'],
  cli: ['base', 'trace', 'host', 'capture', 'diff', 'bisect', 'gate', 'report'],
  tui: ['base', 'trace', 'host', 'capture', 'diff', 'bisect', 'gate', 'report'],
};

/** Packages only some layers may import; every other package is free to all. */
export const PACKAGE_LAYERS: Readonly<Record<string, readonly string[]>> = {
  react: ['tui'],
  ink: ['tui'],
  commander: ['cli'],
};

/** Layers that may touch the process. */
export const PROCESS_LAYERS: readonly string[] = ['cli', 'tui'];
