// SPDX-License-Identifier: MIT OR Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PathResolver } from '../../../src/trace/paths.js';
import type { OpToWrite } from '../../../src/trace/trace-writer.js';
import { bytes, type CraftPart, craft, openBytes, START } from '../../support/craft-trace.js';

type Step = Pick<OpToWrite, 'nodeid' | 'request' | 'reply' | 'errno'>;

const make = (parent: bigint, name: string, nodeid: bigint): Step => ({
  nodeid: parent,
  request: { kind: 'mkdir', value: { name: bytes(name) } },
  reply: { kind: 'entry', value: { nodeid } },
});
const unlink = (parent: bigint, name: string): Step => ({
  nodeid: parent,
  request: { kind: 'unlink', value: { name: bytes(name) } },
});
const rename = (from: bigint, name: string, to: bigint, newName: string, flags = 0): Step => ({
  nodeid: from,
  request: { kind: 'rename', value: { name: bytes(name), newParent: to, newName: bytes(newName), flags } },
});
const link = (nodeid: bigint, parent: bigint, name: string): Step => ({
  nodeid,
  request: { kind: 'link', value: { newParent: parent, newName: bytes(name) } },
  reply: { kind: 'entry', value: { nodeid } },
});

function resolver(steps: readonly Step[], chunkBytes = 64): PathResolver {
  const parts = steps.map((step, index): CraftPart => ({ op: { begin: START + BigInt(index), ...step } }));
  const paths = new PathResolver(openBytes(craft(parts, { chunkBytes })));
  paths.advance(BigInt(steps.length));
  return paths;
}

describe('the path of an inode', () => {
  it('is what it was at each op', () => {
    const paths = resolver([make(1n, 'a', 2n), make(2n, 'b', 3n), rename(1n, 'a', 1n, 'z'), unlink(2n, 'b')]);
    expect([0n, 1n, 2n, 3n, 4n].map((seq) => paths.after(3n, seq))).toEqual([
      undefined,
      undefined,
      '/a/b',
      '/z/b',
      '/z/b (deleted)',
    ]);
    expect([paths.before(2n, 1n), paths.before(2n, 3n), paths.after(2n, 3n)]).toEqual([undefined, '/a', '/z']);
    expect(paths.after(1n, 0n)).toBe('/');
  });

  it('follows an exchange, and a rename over a name', () => {
    const paths = resolver([
      make(1n, 'a', 2n),
      make(1n, 'b', 3n),
      rename(1n, 'a', 1n, 'b', 2),
      rename(1n, 'a', 1n, 'b'),
    ]);
    expect([paths.after(2n, 3n), paths.after(3n, 3n)]).toEqual(['/b', '/a']);
    expect([paths.after(2n, 4n), paths.after(3n, 4n)]).toEqual(['/b (deleted)', '/b']);
  });

  it('falls back on another hard link when one goes', () => {
    const paths = resolver([make(1n, 'a', 2n), link(2n, 1n, 'b'), unlink(1n, 'b'), unlink(1n, 'a')]);
    expect([1n, 2n, 3n, 4n].map((seq) => paths.after(2n, seq))).toEqual(['/a', '/b', '/a', '/a (deleted)']);
  });

  it('does nothing for a rename of one link over another of the same inode', () => {
    const paths = resolver([make(1n, 'a', 2n), link(2n, 1n, 'b'), rename(1n, 'a', 1n, 'b')]);
    expect(paths.after(2n, 3n)).toBe('/b');
  });

  it('does not learn from ops that failed', () => {
    const failed = resolver([
      make(1n, 'a', 2n),
      { ...rename(1n, 'a', 1n, 'z'), errno: 5 },
      { ...unlink(1n, 'a'), errno: 2 },
    ]);
    expect(failed.after(2n, 3n)).toBe('/a');
  });

  it('gives up on a circle instead of hanging', () => {
    expect(resolver([make(2n, 'a', 3n), make(3n, 'b', 2n)]).after(2n, 2n)).toBeUndefined();
  });

  it('is learned in slices', () => {
    const steps = Array.from({ length: 50 }, (_, index) => make(1n, `name-${index}`, BigInt(index + 2)));
    const parts = steps.map((step, index): CraftPart => ({ op: { begin: START + BigInt(index), ...step } }));
    const paths = new PathResolver(openBytes(craft(parts, { chunkBytes: 64 })));
    expect([paths.advance(50n, 1), paths.knownTo < 50n, paths.after(51n, 50n)]).toEqual([false, true, undefined]);
    expect([paths.advance(50n), paths.knownTo, paths.after(51n, 50n)]).toEqual([true, 50n, '/name-49']);
  });

  it('agrees with a plain table of names at the end', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const step = fc.oneof(
      fc.record({ kind: fc.constant('make' as const), name }),
      fc.record({ kind: fc.constant('unlink' as const), name }),
      fc.record({ kind: fc.constant('rename' as const), name, to: name }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (plan) => {
        const table = new Map<string, bigint>();
        const steps: Step[] = [];
        let next = 2n;
        for (const one of plan) {
          const known = table.get(one.name);
          if (one.kind === 'make' && known === undefined) {
            table.set(one.name, next);
            steps.push(make(1n, one.name, next++));
          } else if (one.kind === 'unlink' && known !== undefined) {
            table.delete(one.name);
            steps.push(unlink(1n, one.name));
          } else if (one.kind === 'rename' && known !== undefined && one.to !== one.name) {
            table.delete(one.name);
            table.set(one.to, known);
            steps.push(rename(1n, one.name, 1n, one.to));
          }
        }
        const paths = resolver(steps);
        for (let nodeid = 2n; nodeid < next; nodeid++) {
          const live = [...table].find(([, owner]) => owner === nodeid)?.[0];
          const path = paths.after(nodeid, BigInt(steps.length));
          if (live === undefined) expect(path).toContain('(deleted)');
          else expect(path).toBe(`/${live}`);
        }
      }),
    );
  });
});
