// SPDX-License-Identifier: MIT OR Apache-2.0

/** The numbers to reach, as the design states them. A measurement names the line it is for. */

export type Line = {
  /** As the design words it. */
  readonly text: string;
  readonly bound: 'at most' | 'at least';
  readonly limit: number;
};

const atMost = (limit: number, text: string): Line => ({ text, bound: 'at most', limit });
const atLeast = (limit: number, text: string): Line => ({ text, bound: 'at least', limit });

export const LINES = {
  recordingCost: atMost(1.05, 'fio 4k randread and dbench within 5 %'),
  recorderPerOp: atMost(150, '150 ns an op, metadata'),
  rawSize: atMost(30, '30 B an op raw, metadata'),
  storedSize: atMost(5, '5 B an op compressed, metadata'),
  replayRate: atLeast(500_000, '500 k metadata ops/s, every answer compared'),
  replayRateWithDigests: atLeast(250_000, '250 k metadata ops/s with a digest after each op'),
  replaySpeedup: atLeast(10, '10x faster than recorded'),
  digest: atMost(2_000, 'digest 2 us an op'),
  firstFrame: atMost(300, '10 M ops: 300 ms to the first frame'),
  seek: atMost(100, '10 M ops: seek anywhere in 100 ms'),
  stepBack: atMost(50, 'step back 50 ms'),
  againstExt4: atMost(1.1, 'within 10 % of ext4'),
  againstFuse: atLeast(7, '7x FUSE on git clone'),
  captureInstructions: atMost(600, '600 instructions an op, metadata'),
  gate: atMost(60, 'gate 1 M ops: 60 s'),
} as const;

/** Whether a value reaches its line. */
export function reaches(line: Line, value: number): boolean {
  return line.bound === 'at most' ? value <= line.limit : value >= line.limit;
}
