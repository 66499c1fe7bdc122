// SPDX-License-Identifier: MIT OR Apache-2.0

/** The suites of `npm test`, as data, in the order they run: cheap answers first. To add one, append an entry. */

import { countCargoTest, countOne, countVitest } from './counts.mjs';

/**
 * @typedef {{
 *   readonly name: string,
 *   readonly group: 'check' | 'test',
 *   readonly command: readonly [string, ...string[]],
 *   readonly cwd?: string,
 *   readonly count: import('./counts.mjs').Counter,
 *   readonly minutes: number,
 *   readonly env?: Readonly<Record<string, string>>,
 * }} Suite
 * `command` may say {report}: a file of its own, handed to `count`. `minutes` is when it is stopped and counted as failed.
 */

/** Packages that are modules: never built together with the host, whose dependencies would bring std into them. */
const MODULES = '*-module';

const cargoQuiet = { CARGO_TERM_COLOR: 'never', CARGO_TERM_PROGRESS_WHEN: 'never' };

/** @type {readonly Suite[]} */
export const SUITES = [
  { name: 'types', group: 'check', command: ['tsc', '--pretty', 'false'], count: countOne, minutes: 5 },
  { name: 'lint', group: 'check', command: ['biome', 'ci', '--colors=off', '.'], count: countOne, minutes: 5 },
  {
    name: 'rust-format',
    group: 'check',
    cwd: 'rust-fs',
    command: ['cargo', 'fmt', '--all', '--check'],
    count: countOne,
    minutes: 5,
  },
  {
    name: 'rust-lint',
    group: 'check',
    cwd: 'rust-fs',
    command: [
      'cargo',
      'clippy',
      '--workspace',
      '--exclude',
      MODULES,
      '--all-targets',
      '--locked',
      '--',
      '-D',
      'warnings',
    ],
    env: cargoQuiet,
    count: countOne,
    minutes: 30,
  },
  {
    name: 'rust-lint-modules',
    group: 'check',
    cwd: 'rust-fs',
    command: ['cargo', 'clippy', '-p', MODULES, '--locked', '--', '-D', 'warnings'],
    env: cargoQuiet,
    count: countOne,
    minutes: 30,
  },
  {
    name: 'typescript',
    group: 'test',
    command: ['vitest', 'run', '--reporter=default', '--reporter=json', '--outputFile.json={report}'],
    count: countVitest,
    minutes: 30,
  },
  {
    name: 'rust',
    group: 'test',
    cwd: 'rust-fs',
    command: ['cargo', 'test', '--workspace', '--exclude', MODULES, '--locked', '--no-fail-fast'],
    env: cargoQuiet,
    count: countCargoTest,
    minutes: 45,
  },
  {
    name: 'mutants',
    group: 'test',
    command: [
      'vitest',
      'run',
      '--config=vitest.mutants.config.ts',
      '--reporter=default',
      '--reporter=json',
      '--outputFile.json={report}',
    ],
    count: countVitest,
    minutes: 20,
  },
  {
    name: 'outsiders',
    group: 'test',
    command: [
      'vitest',
      'run',
      '--config=vitest.outsiders.config.ts',
      '--reporter=default',
      '--reporter=json',
      '--outputFile.json={report}',
    ],
    count: countVitest,
    minutes: 25,
  },
  {
    name: 'vm',
    group: 'test',
    command: [
      'vitest',
      'run',
      '--config=vitest.vm.config.ts',
      '--reporter=default',
      '--reporter=json',
      '--outputFile.json={report}',
    ],
    count: countVitest,
    minutes: process.env.BENTO_VM_KERNEL ? 300 : 30,
  },
];
