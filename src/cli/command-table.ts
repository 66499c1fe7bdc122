// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Command } from './command.js';
import { bisect } from './commands/bisect.js';
import { completion } from './commands/completion.js';
import { diff } from './commands/diff.js';
import { doctor } from './commands/doctor.js';
import { gate } from './commands/gate.js';
import { minimize } from './commands/minimize.js';
import { record } from './commands/record.js';
import { replay } from './commands/replay.js';
import { tui } from './commands/tui.js';

/** Every command, in the order the help shows them within their group. */
export const commandTable: readonly Command[] = [record, replay, diff, bisect, minimize, tui, gate, doctor, completion];
