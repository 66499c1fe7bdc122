// SPDX-License-Identifier: MIT OR Apache-2.0

import { HostError } from '../../src/base/errors.js';
import type { Difference, ReplayEngine, Stop, TreeNode } from '../../src/tui/ports/replay-engine.js';

export type FakeOptions = {
  readonly last: bigint;
  /** Seqs that the module answers wrongly. */
  readonly differs?: readonly bigint[];
  /** The module panics while answering this op. */
  readonly crashesAt?: bigint;
  /** A run waits here until it is stopped. */
  readonly hangsAt?: bigint;
  readonly cannotOpen?: boolean;
};

/** A replay of a module whose faults are known. It moves and stops as the host does; no test looks at what it was asked. */
export class FakeEngine implements ReplayEngine {
  position = 0n;
  closed = false;
  readonly #options: FakeOptions;

  constructor(options: FakeOptions) {
    this.#options = options;
  }

  async open() {
    if (this.#options.cannotOpen) {
      throw new HostError('E_HOST_GONE', 'bento-host cannot be run', {
        why: 'it has not been built',
        hint: 'npm run setup',
      });
    }
    return { fsName: 'memfs', revision: 'abc123', buildId: 'ff00', path: '/m.so' };
  }

  async runTo(
    target: bigint | 'end',
    options: {
      readonly stopAtDivergence: boolean;
      readonly signal: AbortSignal;
      readonly onProgress: (seq: bigint) => void;
    },
  ): Promise<Stop> {
    const { last, crashesAt, hangsAt } = this.#options;
    const end = target === 'end' ? last : target;
    if (end < this.position) this.position = end;
    while (this.position < end) {
      const next = this.position + 1n;
      if (next === crashesAt) return this.#stop('crashed', undefined, 'index out of bounds at src/dir.rs:12:5');
      this.position = next;
      options.onProgress(next);
      if (options.stopAtDivergence && this.#options.differs?.includes(next))
        return this.#stop('diverged', differenceAt(next), '');
      if (next === hangsAt) {
        await new Promise<void>((resolve) => options.signal.addEventListener('abort', () => resolve(), { once: true }));
        return this.#stop('cancelled', undefined, '');
      }
    }
    return this.#stop(target === 'end' ? 'end' : 'reached', undefined, '');
  }

  #stop(reason: Stop['reason'], difference: Difference | undefined, message: string): Stop {
    return { reason, seq: this.position, difference, message };
  }

  async actual() {
    const seq = this.position;
    const answer = this.#options.differs?.includes(seq)
      ? [{ name: 'errno', value: 'EIO' }]
      : [{ name: 'errno', value: '0' }];
    return { seq, answer };
  }

  async tree(path: Uint8Array) {
    const at = new TextDecoder().decode(path);
    if (at === '/')
      return {
        nodes: [
          node('/', 'directory', this.position),
          node('/src', 'directory', 1n),
          node('/README', 'file', this.position),
        ],
        cut: false,
      };
    return { nodes: [node('/src', 'directory', 1n), node('/src/main.c', 'file', 3n)], cut: false };
  }

  async readFile() {
    return { data: new TextEncoder().encode('int main(void)\n{\n\treturn 0;\n}\n'), fileSize: 30n };
  }

  async digest() {
    return 0xfeed_0000n + this.position;
  }

  async close() {
    this.closed = true;
  }
}

export function differenceAt(seq: bigint): Difference {
  return { seq, kind: 'reply', op: 'CREATE', fields: [{ field: 'errno', expected: '0', actual: 'EIO' }] };
}

function node(path: string, kind: TreeNode['kind'], size: bigint): TreeNode {
  return {
    path,
    raw: new TextEncoder().encode(path),
    name: path === '/' ? '/' : path.slice(path.lastIndexOf('/') + 1),
    kind,
    ino: BigInt(path.length),
    mode: kind === 'directory' ? 0o40755 : 0o100644,
    nlink: 1,
    uid: 1000,
    gid: 1000,
    size,
    mtimeNs: 1_795_305_600_000_000_000n,
    target: '',
    xattrs: [],
  };
}
