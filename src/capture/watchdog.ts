// SPDX-License-Identifier: MIT OR Apache-2.0

import { spawn } from 'node:child_process';

/** Ends what a recording started should bento-rr itself be killed. */
export type Watchdog = {
  /** All is cleaned up: it may go. */
  readonly dismiss: () => void;
};

/**
 * A shell that waits for a line. When the pipe closes without one, whoever held it is dead, by whatever signal: then it asks the
 * host to unmount and finish the trace, waits for that, and takes the temporary folder away.
 */
const SCRIPT = `
read -r line && exit 0
kill -TERM "$1" 2>/dev/null
while kill -0 "$1" 2>/dev/null; do sleep 0.1; done
[ -n "$2" ] && rm -rf --one-file-system -- "$2"
`;

/** Watches over a host, and over the folder that only it needs. */
export function startWatchdog(hostPid: number, folder: string | undefined): Watchdog {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'bento-rr-watchdog', String(hostPid), folder ?? ''], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // ^C and a closing terminal are not for it.
    detached: true,
  });
  // Without a shell there is no watchdog; the recording itself goes on.
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  child.unref();
  return { dismiss: () => child.stdin.end('done\n') };
}
