// SPDX-License-Identifier: MIT OR Apache-2.0

import { EXIT } from '../../base/exit-codes.js';
import { defineCommand } from '../command.js';
import { CHECKS } from '../doctor/checks.js';

/** `doctor`: what this machine has and lacks, with the command that mends each lack. */
export const doctor = defineCommand({
  name: 'doctor',
  summary: 'check this machine and say how to mend what is missing',
  group: 'setup',
  examples: [{ run: 'bento-rr doctor', what: 'what works here, and what to install' }],
  exitCodes: { 0: 'nothing essential is missing', 4: 'something essential is missing' },
  run: async (ctx) => {
    const found = await Promise.all(
      CHECKS.map(async ({ name, look }) => ({ name, ...(await look(ctx, ctx.machine)) })),
    );
    const missing = found.filter((one) => one.state === 'missing').length;
    if (ctx.flags.json) {
      await ctx.out.json({ schema: 'bento-rr/doctor@1', verdict: missing === 0 ? 'good' : 'missing', checks: found });
    } else {
      const { style } = ctx.out;
      const marks = { good: style.good('ok'), limited: style.warn('limited'), missing: style.bad('missing') };
      const rows = found.flatMap((one) => [
        [one.name, marks[one.state], one.detail],
        ...(one.fix === undefined ? [] : [['', '', `fix: ${one.fix}`]]),
      ]);
      await ctx.out.table([{ title: 'what' }, { title: 'state' }, { title: 'detail' }], rows);
    }
    return missing === 0 ? EXIT.ok : EXIT.environment;
  },
});
