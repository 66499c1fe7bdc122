// SPDX-License-Identifier: MIT OR Apache-2.0

/** The golden traces: recorded from real programs, kept in traces/. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from './sources.js';

export const TRACES = join(CHECKOUT, 'traces');

export type Golden = {
  readonly name: string;
  readonly fs: string;
  /** Where it was recorded; absent: on a mount through FUSE. */
  readonly source: 'vm' | undefined;
  /** Ops ran within one another: another build replays them one by one, which may place blocks elsewhere. */
  readonly interleaves: boolean;
  readonly path: string;
  /** What a replay in the version that recorded it comes to. */
  readonly expected: { readonly ops: number; readonly device: string; readonly tree: string };
};

/** All of them, in the order of golden.json: the one that sees most comes first. */
export function readGoldens(): readonly Golden[] {
  const list: readonly (Pick<Golden, 'name' | 'fs'> & { readonly interleaves?: boolean; readonly source?: 'vm' })[] =
    readJson('golden.json');
  const digests: Readonly<Record<string, Golden['expected']>> = readJson('expected.json');
  return list.map(({ name, fs, source, interleaves = false }) => {
    const expected = digests[name];
    if (expected === undefined) throw new Error(`traces/expected.json has nothing on ${name}: record it anew`);
    return { name, fs, source, interleaves, path: join(TRACES, `${name}.btr`), expected };
  });
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(join(TRACES, file), 'utf8')) as T;
}
