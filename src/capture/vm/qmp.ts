// SPDX-License-Identifier: MIT OR Apache-2.0

import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Gives each core of the guest a non-maskable interrupt: its kernel, told so, panics with a call trace even when it hangs. */
export async function injectNmi(socketPath: string): Promise<void> {
  const socket = connect(socketPath);
  // A qemu that is gone cannot be told: the report then does without.
  socket.on('error', () => {});
  socket.write('{"execute":"qmp_capabilities"}\n{"execute":"inject-nmi"}\n');
  await sleep(200);
  socket.destroy();
}
