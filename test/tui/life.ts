// SPDX-License-Identifier: MIT OR Apache-2.0

/** A trace for the screen: a checkout of a small project, again and again, with failures, a gap and two threads. */

import { bytes, type CraftPart, craft, START } from '../support/craft-trace.js';

const FILES = ['Makefile', 'README.md', 'src/main.c', 'src/parse.c', 'src/a name with spaces.txt', 'doc/日本語.md'];

/** Parts of a trace of at least `ops` ops. */
export function checkoutLife(ops: number): readonly CraftPart[] {
  const parts: CraftPart[] = [];
  let clock = START;
  let count = 0;
  let random = 7;
  const next = (below: number) => {
    random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
    return (random >>> 8) % below;
  };
  const op = (rest: Omit<Extract<CraftPart, { op: unknown }>['op'], 'begin'>) => {
    clock += BigInt(2_000 + next(90_000));
    count += 1;
    const durationNs = BigInt(900 + next(40_000));
    parts.push({
      op: { begin: clock, durationNs, thread: next(2), caller: { uid: 1000, gid: 1000, pid: 4242 }, ...rest },
    });
    if (count % 500 === 0) parts.push({ endChunk: true });
  };
  const attr = (mode: number, size = 0n) => ({ mode, size, uid: 1000, gid: 1000, mtime: 0n });
  op({ request: { kind: 'mkfs', value: { options: 'blocks=4096' } } });
  op({ request: { kind: 'mount', value: {} } });
  let inode = 2n;
  for (let round = 0; count < ops; round += 1) {
    const root = inode++;
    const top = bytes(`checkout-${round}`);
    op({ nodeid: 1n, errno: 2, request: { kind: 'lookup', value: { name: top } } });
    op({
      nodeid: 1n,
      request: { kind: 'mkdir', value: { name: top, mode: 0o755 } },
      reply: { kind: 'entry', value: { nodeid: root, attr: { ...attr(0o40755, 4096n), nlinkLessOne: 1 } } },
    });
    const folders = new Map<string, bigint>();
    for (const file of FILES) {
      const [folder, name] = file.includes('/') ? file.split('/', 2) : ['', file];
      let parent = folders.get(folder as string) ?? root;
      if (folder !== '' && parent === root) {
        parent = inode++;
        folders.set(folder as string, parent);
        op({
          nodeid: root,
          request: { kind: 'mkdir', value: { name: bytes(folder as string), mode: 0o755 } },
          reply: { kind: 'entry', value: { nodeid: parent, attr: { ...attr(0o40755, 4096n), nlinkLessOne: 1 } } },
        });
      }
      const child = inode++;
      const fh = child + 100n;
      const size = 200 + next(9000);
      op({ nodeid: parent, errno: 2, request: { kind: 'lookup', value: { name: bytes(name as string) } } });
      op({
        nodeid: parent,
        request: { kind: 'create', value: { name: bytes(name as string), mode: 0o100644, flags: 0o101 } },
        reply: { kind: 'created', value: { entry: { nodeid: child, attr: attr(0o100644) }, opened: { fh } } },
      });
      op({
        nodeid: child,
        request: {
          kind: 'write',
          value: { fh, size, content: { kind: 'hash', value: new Uint8Array(16).fill(round) } },
        },
        reply: { kind: 'written', value: BigInt(size) },
      });
      op({ nodeid: child, request: { kind: 'flush', value: { fh } } });
      op({ nodeid: child, request: { kind: 'release', value: { fh } } });
      op({
        nodeid: child,
        request: { kind: 'getattr', value: {} },
        reply: { kind: 'attr', value: attr(0o100644, BigInt(size)) },
      });
      if (count > 30 && count < 38)
        parts.push({ record: { kind: 'gap', value: { dropped: 12n, loss: [{ cause: 1, cpu: 0, ops: 12n }] } } });
    }
    op({
      nodeid: root,
      request: { kind: 'rename', value: { name: bytes('README.md'), newParent: root, newName: bytes('README') } },
    });
    op({ nodeid: root, errno: 39, request: { kind: 'rmdir', value: { name: bytes('src') } } });
  }
  return parts;
}

export function checkoutTrace(ops: number): Uint8Array {
  return craft(checkoutLife(ops));
}
