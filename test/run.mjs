// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * `npm test`: sets up, runs every suite, and ends with one line: `N passed, N failed`.
 *
 *   npm test -- --only NAME[,NAME]   suites or groups (check, test) by name
 *   npm test -- --list               what there is
 *
 * With CI set, a skipped test counts as failed: nothing is left out unseen.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setUp } from '../setup/setup.mjs';
import { ROOT, SetupError } from '../setup/step.mjs';
import { counts } from './suites/counts.mjs';
import { runSuite } from './suites/run-suite.mjs';
import { SUITES } from './suites/suites.mjs';

const ci = isOn(process.env.CI);

/** @param {readonly string[]} argv @returns {readonly import('./suites/suites.mjs').Suite[] | string} */
function chooseSuites(argv) {
  if (argv.length === 0) return SUITES;
  const [option, value] = argv[0]?.startsWith('--only=') ? ['--only', argv[0].slice('--only='.length)] : argv;
  if (option !== '--only' || value === undefined) return `unknown option ${argv[0]}: --only NAME[,NAME] or --list`;
  const names = value.split(',');
  const unknown = names.find((name) => !SUITES.some((suite) => suite.name === name || suite.group === name));
  if (unknown !== undefined) return `no suite or group is called ${unknown}: see --list`;
  return SUITES.filter((suite) => names.includes(suite.name) || names.includes(suite.group));
}

/** @param {readonly import('./suites/suites.mjs').Suite[]} suites */
async function runAll(suites) {
  const rows = [{ name: 'set-up', ...runSetUp() }];
  if (rows[0]?.failed === 0) {
    for (const suite of suites) {
      // A part of the project that is not in this checkout has no suite; in a whole checkout all are there.
      if (suite.cwd !== undefined && !existsSync(join(ROOT, suite.cwd))) continue;
      heading(suite.name);
      const start = process.hrtime.bigint();
      const found = await runSuite(suite);
      rows.push({ name: suite.name, ...found });
      const seconds = (Number(process.hrtime.bigint() - start) / 1e9).toFixed(1);
      console.log(
        `${suite.name}: ${found.passed} passed, ${found.failed} failed, ${found.skipped} skipped (${seconds} s)`,
      );
    }
  }
  return rows;
}

function runSetUp() {
  heading('set-up');
  try {
    setUp();
    return counts(1, 0);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.log(`error: ${error.message}\n hint: ${error.hint}`);
    return counts(0, 1, 0, [error.message]);
  }
}

/** @param {string} name */
function heading(name) {
  console.log(`\n== ${name} ${'='.repeat(Math.max(3, 70 - name.length))}`);
}

/** @param {string | undefined} value */
function isOn(value) {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}

const argv = process.argv.slice(2);
if (argv[0] === '--list') {
  for (const { name, group, command } of SUITES) console.log(`${name} (${group}): ${command.join(' ')}`);
} else {
  const suites = chooseSuites(argv);
  if (typeof suites === 'string') {
    console.error(`error: ${suites}`);
    process.exitCode = 2;
  } else {
    const rows = await runAll(suites);
    heading('summary');
    for (const { name, passed, failed, skipped, notes } of rows) {
      const mark = failed > 0 || (ci && skipped > 0) ? 'FAIL' : 'ok';
      console.log(
        `${mark.padEnd(4)} ${name.padEnd(14)} ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
      );
      for (const note of notes) console.log(`     ${note}`);
    }
    const passed = rows.reduce((sum, row) => sum + row.passed, 0);
    const failed = rows.reduce((sum, row) => sum + row.failed + (ci ? row.skipped : 0), 0);
    console.log(`${passed} passed, ${failed} failed`);
    process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
  }
}
