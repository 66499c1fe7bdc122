// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Command } from './command.js';
import { completion } from './commands/completion.js';
import { doctor } from './commands/doctor.js';

/** Every command, in the order the help shows them within their group. */
export const commandTable: readonly Command[] = [doctor, completion];
