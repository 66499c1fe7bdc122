// SPDX-License-Identifier: MIT OR Apache-2.0

import type { JsonValue } from '../../src/base/json.js';
import { type JsonDocument, jsonDocument } from '../../src/report/json-document.js';
import type { Entry } from '../entry.js';
import { type Machine, machineJson } from '../machine.js';

/** A benchmark that could not be finished. */
export type Failed = { readonly bench: string; readonly error: string };

/** A run of the benchmarks. */
export type Figures = {
  readonly machine: Machine;
  readonly quick: boolean;
  readonly rounds: number;
  /** Git revision of the checkout, `+` when it had changes; empty where there is no repository. */
  readonly revision: string;
  readonly entries: readonly Entry[];
  readonly failed: readonly Failed[];
};

/** What no number can be given for, and why. */
export const NOTES = [
  'capture off: in the kernel half the cost is one static branch; here the host that mounts calls the recorder or does not, and there is nothing to measure',
  'the line of 150 ns an op is for the recorder in the kernel; here the figure is what a caller of the FUSE mount waits longer',
];

/** The `bento-rr/bench@1` document. */
export function figuresDocument(figures: Figures): JsonDocument {
  const { machine, quick, rounds, revision, entries, failed } = figures;
  return jsonDocument('bento-rr/bench@1', {
    machine: machineJson(machine),
    quick,
    rounds,
    revision,
    entries: entries.map(entryJson),
    failed: failed.map((one) => ({ ...one })),
    notes: NOTES,
  });
}

function entryJson(entry: Entry): JsonValue {
  const { line, ...rest } = entry;
  return { ...rest, line: line === undefined ? null : { ...line } };
}
