// SPDX-License-Identifier: MIT OR Apache-2.0

import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Every Unix socket of this network namespace: proc(5), net/unix. */
const SOCKETS = '/proc/net/unix';
/** __SO_ACCEPTCON of include/linux/net.h: the socket takes connections. */
const ACCEPTS = 1 << 16;
const AGAIN_MS = 10;

/**
 * Waits until somebody listens on each of the sockets. A helper that serves one needs a moment for that, a longer one on a busy machine, and
 * who comes earlier is refused. Comes back without it when the signal says so.
 */
export async function untilListening(paths: readonly string[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const listening = listeningSockets(await readFile(SOCKETS, 'utf8'));
    if (paths.every((path) => listening.has(path))) return;
    await sleep(AGAIN_MS);
  }
}

/** Paths of the sockets in a table of proc(5)'s net/unix that take connections. */
function listeningSockets(table: string): ReadonlySet<string> {
  const rows = table.split('\n').map((row) => /^\S+: \S+ \S+ (\S+) \S+ \S+ +\d+ (.+)$/.exec(row));
  return new Set(rows.flatMap((row) => (row?.[2] && Number.parseInt(row[1] ?? '', 16) & ACCEPTS ? [row[2]] : [])));
}
