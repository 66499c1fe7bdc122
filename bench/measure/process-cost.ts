// SPDX-License-Identifier: MIT OR Apache-2.0

/** What a process of another program has used so far, as Linux tells in /proc. */

import { readdirSync, readFileSync } from 'node:fs';

/** Nanoseconds of a clock tick: USER_HZ is 100 on every Linux. */
const TICK_NS = 10_000_000;

/** Processor time of all its threads, nanoseconds. */
export function cpuNs(pid: number): number {
  // The name stands in parentheses and may hold anything; fields 14 and 15 are counted from behind it.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_NS;
}

/** The most memory it ever held, MiB. */
export function peakMiB(pid: number): number {
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) / 1024;
}

/** Children of this process that run the given program. */
export function childrenCalled(name: string): readonly number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const end = stat.lastIndexOf(')');
        const parent = Number(stat.slice(end + 2).split(' ')[1]);
        // The kernel keeps fifteen bytes of a name.
        return parent === process.pid && stat.slice(stat.indexOf('(') + 1, end) === name.slice(0, 15);
      } catch {
        // It ended while we looked.
        return false;
      }
    });
}
