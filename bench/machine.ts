// SPDX-License-Identifier: MIT OR Apache-2.0

import { cpus, loadavg, release, totalmem } from 'node:os';
import type { JsonValue } from '../src/base/json.js';

/** The machine that was measured on. */
export type Machine = {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryMiB: number;
  readonly kernel: string;
  readonly node: string;
  /** ISO 8601. */
  readonly date: string;
  /** Runnable processes of the last minute, before the run: above zero, others had a share of the machine. */
  readonly load: number;
};

export function thisMachine(): Machine {
  const all = cpus();
  return {
    cores: all.length,
    cpu: all[0]?.model.trim() ?? 'unknown',
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    kernel: release(),
    node: process.versions.node,
    date: new Date().toISOString(),
    load: loadavg()[0] ?? 0,
  };
}

export function machineJson(machine: Machine): JsonValue {
  return { ...machine };
}
