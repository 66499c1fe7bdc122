// SPDX-License-Identifier: MIT OR Apache-2.0

/** Which layer of src/ may import which: the arrows of docs/ARCHITECTURE.md, as data. */
export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  proto: [],
  trace: ['base', 'proto'],
  host: ['base', 'proto', 'trace'],
  capture: ['base', 'proto', 'trace', 'host'],
  diff: ['base', 'proto', 'trace', 'host'],
  bisect: ['base', 'proto', 'trace', 'host', 'diff'],
  gate: ['base', 'proto', 'trace', 'host', 'diff', 'bisect'],
  report: ['base', 'proto', 'trace', 'host', 'capture', 'diff', 'bisect', 'gate'],
  cli: ['base', 'proto', 'trace', 'host', 'capture', 'diff', 'bisect', 'gate', 'report'],
  tui: ['base', 'proto', 'trace', 'host', 'capture', 'diff', 'bisect', 'gate', 'report'],
};

/** Packages only some layers may import; every other package is free to all. */
export const PACKAGE_LAYERS: Readonly<Record<string, readonly string[]>> = {
  react: ['tui'],
  ink: ['tui'],
  commander: ['cli'],
};

/** Layers that may touch the process. */
export const PROCESS_LAYERS: readonly string[] = ['cli', 'tui'];
