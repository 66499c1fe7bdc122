// SPDX-License-Identifier: MIT OR Apache-2.0

import { dbench } from './dbench.js';
import { fioRandomRead, fioRandomWrite } from './fio.js';
import { gitClone } from './git-clone.js';
import { storm } from './storm.js';
import type { Workload } from './workload.js';

/** Every workload that is recorded and replayed. To add one, append it. */
export const WORKLOADS: readonly Workload[] = [gitClone, fioRandomRead, fioRandomWrite, dbench, storm];
