// SPDX-License-Identifier: MIT OR Apache-2.0

/** What has to run in a process of its own: for its memory, or because it waits in system calls. Answers in JSON. */

import { open } from './open.js';
import { seek } from './seek.js';
import { storm } from './storm.js';

const [what = '', path = '', count = '0'] = process.argv.slice(2);

const PROBES: Readonly<Record<string, () => unknown>> = {
  open: () => open(path),
  seek: () => seek(path, Number(count)),
  storm: () => storm(path, Number(count)),
};

const probe = PROBES[what];
if (probe === undefined) throw new Error(`there is no probe ${what}`);
process.stdout.write(`${JSON.stringify(await probe())}\n`);
