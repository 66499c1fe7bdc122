// SPDX-License-Identifier: MIT OR Apache-2.0

import { describe, expect, it } from 'vitest';
import { toJson } from '../../../src/base/json.js';
import { ReadHash } from '../../../src/proto/gen/trace.js';
import { fieldLines, opFields } from '../../../src/trace/op-fields.js';
import { opJson } from '../../../src/trace/op-json.js';
import { opLine } from '../../../src/trace/op-text.js';
import { PathResolver } from '../../../src/trace/paths.js';
import { bytes, craft, openBytes, START, smallLife } from '../../support/craft-trace.js';

const trace = openBytes(craft(smallLife()));
const paths = new PathResolver(trace);
paths.advance(trace.lastSeq);

describe('an op in one line', () => {
  it('reads like strace, with the paths of the time', () => {
    expect([...trace.opsFrom()].map((op) => opLine(op, paths))).toEqual([
      'MKFS blocks=64 = 0 0 ns',
      'MOUNT = 0 0 ns',
      'LOOKUP / "dir" = ENOENT 3.1 us',
      'MKDIR / "dir" 0755 = 2 (dir 0755, size 0, 2 links) 3.1 us',
      'CREATE /dir "a b" file 0644 O_RDWR|O_CREAT = 3 (file 0644, size 0) fh 9 3.1 us',
      'WRITE /dir/a b fh 9 0+5 "hello" = 5 bytes 3.1 us',
      'READ /dir/a b fh 9 0+4096 = 5 bytes xxh3 1122334455667788 3.1 us',
      'RENAME /dir "a b" -> / "c" = 0 3.1 us',
      'GETATTR /c = 0 (file 0644, size 5) 3.1 us',
      'READDIR / fh 1 cookie 0 = 2 names: c dir 3.1 us',
      'UNLINK / "c" = 0 3.1 us',
      'FORGET /c (deleted) x1 = 0 3.1 us',
    ]);
  });

  it('names inodes by number when no path is known', () => {
    expect(opLine(trace.op(6n))).toBe('WRITE #3 fh 9 0+5 "hello" = 5 bytes 3.1 us');
  });

  it('calls the hashes of a kernel trace what they are', () => {
    const kernel = openBytes(craft(smallLife(), { header: { readHash: ReadHash.XXH64 } }));
    expect(opLine(kernel.op(7n))).toContain('= 5 bytes xxh64 1122334455667788');
    const content = { kind: 'hash', value: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) } as const;
    const write = { kind: 'write', value: { fh: 9n, offset: 0n, size: 5, content } } as const;
    const short = openBytes(craft([{ op: { begin: START, nodeid: 1n, request: write } }]));
    expect(opLine(short.op(1n))).toContain('xxh64 0102030405060708');
  });

  it('shows hostile names harmlessly', () => {
    const evil = openBytes(
      craft([
        { op: { begin: START, nodeid: 1n, request: { kind: 'lookup', value: { name: bytes('\u001b[2J"\n') } } } },
      ]),
    );
    expect(opLine(evil.op(1n))).toBe('LOOKUP #1 "\\x1b[2J\\"\\n" = 0 0 ns');
  });
});

describe('an op in full', () => {
  it('is a tree of fields', () => {
    expect(fieldLines(opFields(trace.op(5n), paths))).toEqual([
      'seq       5',
      'op        CREATE',
      'inode     /dir #2',
      'begin     2026-11-22T00:00:00.003000000Z',
      'duration  3.1 us',
      'thread    0',
      'caller    uid 1000 gid 100 pid 77',
      'request',
      '  name   "a b"',
      '  mode   file 0644',
      '  umask  0000',
      '  flags  O_RDWR|O_CREAT',
      'errno     0',
      'reply created',
      '  entry',
      '    nodeid      3',
      '    generation  0',
      '    ttl_ns      1.00 s',
      '    attr',
      '      ino       3',
      '      size      0',
      '      mode      file 0644',
      '      nlink     1',
      '      uid       1000',
      '      gid       100',
      '      blocks    0',
      '      mtime_ns  2026-11-22T00:00:00.002999995Z',
      '      ctime_ns  2026-11-22T00:00:00.002999995Z',
      '      atime_ns  2026-11-22T00:00:00.002999995Z',
      '      rdev      0',
      '      blksize   4096',
      '      ttl_ns    1.00 s',
      '  opened',
      '    fh     9',
      '    flags  0',
    ]);
  });

  it('names locks by their class', () => {
    expect(fieldLines(opFields(trace.op(6n), paths, ['inode', 'dir'])).slice(-3)).toEqual([
      'lock order',
      '  acquisition 0  dir 3: after 4 exclusive, 0 shared',
      '  acquisition 2  inode 3: after 5 exclusive, 1 shared',
    ]);
  });

  it('is JSON without loss', () => {
    const json = JSON.parse(toJson(opJson(trace.op(7n), paths)));
    expect(json).toMatchObject({
      seq: 7,
      op: 'READ',
      path: '/dir/a b',
      request: { fh: 9, offset: 0, size: 4096 },
      reply: { data: { size: 5 } },
    });
    expect(toJson(opJson(trace.op(7n)))).toContain(`${0x1122334455667788n}`);
    const odd = openBytes(
      craft([
        {
          op: {
            begin: START,
            nodeid: (1n << 64n) - 1n,
            request: { kind: 'lookup', value: { name: Uint8Array.of(0xff) } },
          },
        },
      ]),
    );
    expect(toJson(opJson(odd.op(1n)), 0)).toContain('"nodeid":18446744073709551615');
    expect(opJson(odd.op(1n)).request).toEqual({ name: { base64: '/w==' } });
  });
});
