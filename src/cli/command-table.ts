// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Command } from './command.js';
import { bisect } from './commands/bisect.js';
import { build } from './commands/build.js';
import { completion } from './commands/completion.js';
import { diff } from './commands/diff.js';
import { doctor } from './commands/doctor.js';
import { dump } from './commands/dump.js';
import { exportTrace } from './commands/export.js';
import { gate } from './commands/gate.js';
import { info } from './commands/info.js';
import { ls } from './commands/ls.js';
import { minimize } from './commands/minimize.js';
import { newFs } from './commands/new.js';
import { record } from './commands/record.js';
import { redact } from './commands/redact.js';
import { replay } from './commands/replay.js';
import { status } from './commands/status.js';
import { tour } from './commands/tour.js';
import { tui } from './commands/tui.js';
import { upgrade } from './commands/upgrade.js';
import { verify } from './commands/verify.js';
import { vm } from './commands/vm.js';

/** Every command, in the order the help shows them within their group. */
export const commandTable: readonly Command[] = [
  record,
  replay,
  diff,
  bisect,
  minimize,
  vm,
  tour,
  tui,
  info,
  dump,
  ls,
  verify,
  exportTrace,
  redact,
  gate,
  upgrade,
  status,
  build,
  newFs,
  doctor,
  completion,
];
