// SPDX-License-Identifier: MIT OR Apache-2.0

import { expect, it } from 'vitest';
import { importsOf, layerOf, processUses } from './imports.js';
import { LAYERS, PACKAGE_LAYERS, PROCESS_LAYERS } from './layers.js';
import { isGenerated, sourceFiles } from './source-files.js';

const files = sourceFiles(/^src\/.*\.tsx?$/);

it('finds the sources', () => {
  expect(files.length).toBeGreaterThan(10);
});

it('every folder of src is a layer with a place in the order', () => {
  const unplaced = files.filter((path) => LAYERS[layerOf(path) ?? ''] === undefined);
  expect(unplaced, 'give the folder its place in test/tidy/layers.ts').toEqual([]);
});

it('imports point one way', () => {
  const wrong = files.flatMap((path) =>
    importsOf(path).flatMap((one) => {
      const [from, to] = [layerOf(path), layerOf(one.target)];
      if (!one.isOurs || from === undefined || to === undefined || from === to) return [];
      if (LAYERS[from]?.includes(to)) return [];
      // The command that opens the TUI loads it when it runs, and not before.
      if (path === 'src/cli/commands/tui.ts' && to === 'tui' && one.isDynamic) return [];
      return [`${path} imports ${one.target}`];
    }),
  );
  expect(wrong).toEqual([]);
});

it('packages stay in their layers', () => {
  const wrong = files.flatMap((path) =>
    importsOf(path)
      .filter((one) => !one.isOurs && PACKAGE_LAYERS[one.target]?.includes(layerOf(path) ?? '') === false)
      .map((one) => `${path} imports ${one.specifier}`),
  );
  expect(wrong).toEqual([]);
});

it('heavy packages are loaded only where they are used', () => {
  // Each start loads every command file; ink costs 0.3 s, execa 0.09 s, protobufjs 0.03 s.
  const heavy = ['ink', 'react', 'execa', 'protobufjs', 'fzstd'];
  const wrong = files
    .filter((path) => path.startsWith('src/cli/'))
    .flatMap((path) => importsOf(path).filter((one) => heavy.includes(one.target) && !one.isDynamic))
    .map((one) => `${one.from} imports ${one.specifier} at load time`);
  expect(wrong).toEqual([]);
});

it('below cli nothing touches the process', () => {
  const wrong = files
    .filter((path) => !isGenerated(path) && !PROCESS_LAYERS.includes(layerOf(path) ?? ''))
    .flatMap((path) => processUses(path).map((line) => `${path}:${line}`));
  expect(wrong).toEqual([]);
});

it('in cli only the entry touches the process', () => {
  const wrong = files
    .filter((path) => path.startsWith('src/cli/') && path !== 'src/cli/entry.ts')
    .flatMap((path) => processUses(path).map((line) => `${path}:${line}`));
  expect(wrong, 'take it from the context').toEqual([]);
});
