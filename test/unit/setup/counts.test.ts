// SPDX-License-Identifier: MIT OR Apache-2.0

import { describe, expect, it } from 'vitest';
import { countCargoTest, countOne, countVitest } from '../../suites/counts.mjs';
import { SUITES } from '../../suites/suites.mjs';

const cargoOk = 'test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n';
const cargoBad = 'test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n';

describe('cargo test', () => {
  it('sums the lines of every binary', () => {
    expect(countCargoTest({ status: 101, output: cargoOk + cargoBad, report: undefined })).toMatchObject({
      passed: 5,
      failed: 1,
      skipped: 1,
    });
  });

  it('a build that broke, a binary that died, and no tests at all are failures', () => {
    expect(countCargoTest({ status: 101, output: 'error: could not compile', report: undefined })).toMatchObject({
      passed: 0,
      failed: 1,
    });
    expect(countCargoTest({ status: 101, output: cargoOk, report: undefined })).toMatchObject({ passed: 3, failed: 1 });
    expect(countCargoTest({ status: 0, output: '', report: undefined })).toMatchObject({
      passed: 0,
      failed: 1,
      notes: ['ran no test'],
    });
  });
});

describe('vitest', () => {
  const report = (state: string, tests: readonly string[]) =>
    JSON.stringify({
      numPassedTests: tests.filter((one) => one === 'passed').length,
      numFailedTests: tests.filter((one) => one === 'failed').length,
      numPendingTests: 1,
      numTodoTests: 0,
      testResults: [{ name: 'a.test.ts', status: state, assertionResults: tests.map((status) => ({ status })) }],
    });

  it('counts what the report says', () => {
    expect(countVitest({ status: 1, output: '', report: report('failed', ['passed', 'failed']) })).toMatchObject({
      passed: 1,
      failed: 1,
      skipped: 1,
    });
  });

  it('a file that could not be loaded, a cut report, and a death after the tests are failures', () => {
    expect(countVitest({ status: 1, output: '', report: report('failed', []) })).toMatchObject({
      failed: 1,
      notes: ['could not be run: a.test.ts'],
    });
    expect(countVitest({ status: 1, output: '', report: '{"numPas' })).toMatchObject({ passed: 0, failed: 1 });
    expect(countVitest({ status: null, output: '', report: report('passed', ['passed']) })).toMatchObject({
      passed: 1,
      failed: 1,
    });
  });
});

it('a check is one test', () => {
  expect(countOne({ status: 0, output: '', report: undefined })).toMatchObject({ passed: 1, failed: 0 });
  expect(countOne({ status: null, output: '', report: undefined })).toMatchObject({ passed: 0, failed: 1 });
});

it('suites have distinct names', () => {
  expect(new Set(SUITES.map(({ name }) => name)).size).toBe(SUITES.length);
});
