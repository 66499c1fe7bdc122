// SPDX-License-Identifier: MIT OR Apache-2.0

import { UsageError } from '../../base/errors.js';
import { defineCommand } from '../command.js';
import { DEADLINE_OPTION, REPO_OPTION, RULES_OPTION } from '../common-options.js';
import { parseCount, parseSize } from '../parsers.js';

/** `gate`: the regression check before a live upgrade. */
export const gate = defineCommand({
  name: 'gate',
  summary: 'prove a new version on recorded traces before an upgrade',
  description:
    'For each trace: is it whole and of this configuration; does the old version explain it; does the new one give the same ' +
    'answers; and does it when the old one hands its state over midway. What cannot be checked is refused. In each run one ' +
    'recorded answer of a copy is altered, and the run fails when that goes unseen.',
  group: 'upgrade',
  args: { trace: { summary: 'recorded traces', variadic: true, complete: 'file' } },
  options: {
    from: { value: 'M', summary: 'the version that runs', complete: 'file' },
    to: { value: 'M', summary: 'the version that shall replace it', complete: 'file' },
    points: { value: 'N', summary: 'hand-overs tried in each trace (4)', parse: parsePoints },
    fsOptions: { value: 'LIST', summary: 'refuse traces recorded with other file-system options' },
    blockSize: {
      value: 'SIZE',
      summary: 'refuse traces of devices with other blocks',
      parse: (text: string) => Number(parseSize(text)),
    },
    junit: { value: 'FILE', summary: 'also write a JUnit report', complete: 'file' },
    rules: RULES_OPTION,
    deadline: DEADLINE_OPTION,
    repo: REPO_OPTION,
  },
  examples: [
    { run: 'bento-rr gate --from tiffinfs@v1 --to tiffinfs@HEAD traces/*.btr', what: 'before the upgrade' },
    { run: 'bento-rr gate --from old.so --to new.so day.btr --junit gate.xml', what: 'in CI' },
  ],
  exitCodes: { 0: 'every check passed and the canary was caught', 1: 'a check failed or was refused' },
  run: async (ctx, input) => (await import('../actions/gate.js')).runGate(ctx, input),
});

/** More hand-overs than this cost hours and show nothing new. */
function parsePoints(text: string): number {
  const points = parseCount(text);
  if (points > 1000) throw new UsageError(`${points} hand-overs are too many`, { hint: 'at most 1000' });
  return points;
}
