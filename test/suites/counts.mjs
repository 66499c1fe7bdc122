// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * How the outcome of a suite is counted. What ran and died without counts, and what ran no test, is a failure: silence
 * is never a pass.
 *
 * @typedef {{ readonly passed: number, readonly failed: number, readonly skipped: number, readonly notes: readonly string[] }} Counts
 * @typedef {{ readonly status: number | null, readonly output: string, readonly report: string | undefined }} Outcome
 * @typedef {(outcome: Outcome) => Counts} Counter
 */

/** A check as one test: its exit status is the verdict. @type {Counter} */
export function countOne({ status }) {
  return status === 0 ? counts(1, 0) : counts(0, 1);
}

/** Sums every `test result:` line of cargo; a binary that died has none, but cargo's exit status tells. @type {Counter} */
export function countCargoTest({ status, output }) {
  const lines = [...output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;/gm)];
  /** @param {number} group */
  const sum = (group) => lines.reduce((total, line) => total + Number(line[group]), 0);
  return settled(counts(sum(1), sum(2), sum(3)), status);
}

/** Reads vitest's JSON report; a file that could not be loaded has no tests in it, yet it failed. @type {Counter} */
export function countVitest({ status, report }) {
  const found = parseJson(report);
  if (found === undefined) return counts(0, 1, 0, ['vitest wrote no report']);
  const broken = found.testResults.filter(({ status: state, assertionResults }) => {
    return state === 'failed' && !assertionResults.some((one) => one.status === 'failed');
  });
  const skipped = found.numPendingTests + found.numTodoTests;
  const notes = broken.map(({ name }) => `could not be run: ${name}`);
  return settled(counts(found.numPassedTests, found.numFailedTests + broken.length, skipped, notes), status);
}

/** @param {number} passed @param {number} failed @param {number} [skipped] @param {readonly string[]} [notes] @returns {Counts} */
export function counts(passed, failed, skipped = 0, notes = []) {
  return { passed, failed, skipped, notes };
}

/** @param {Counts} found @param {number | null} status @returns {Counts} */
function settled(found, status) {
  if (found.failed > 0) return found;
  if (status !== 0) {
    const notes = [...found.notes, `ended with ${status ?? 'a signal'} though no test failed`];
    return { ...found, failed: 1, notes };
  }
  return found.passed === 0 ? { ...found, failed: 1, notes: [...found.notes, 'ran no test'] } : found;
}

/**
 * @typedef {{
 *   readonly numPassedTests: number, readonly numFailedTests: number,
 *   readonly numPendingTests: number, readonly numTodoTests: number,
 *   readonly testResults: readonly {
 *     readonly name: string, readonly status: string,
 *     readonly assertionResults: readonly { readonly status: string }[],
 *   }[],
 * }} VitestReport
 */

/** @param {string | undefined} text @returns {VitestReport | undefined} */
function parseJson(text) {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    // Cut short by a crash.
    return undefined;
  }
}
