// SPDX-License-Identifier: MIT OR Apache-2.0

/** System calls at random, as data, done below a folder; what they answered, and what the folder looks like afterwards. */

import {
  appendFileSync,
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

/** Few names, so that calls meet. */
const NAME = fc.constantFrom('a', 'b', 'c', 'long'.repeat(40));
const PATH = fc.array(NAME, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const OFFSET = fc.oneof(fc.nat(20_000), fc.constantFrom(0, 4095, 4096, 8192, 1_048_576, 3_000_000));
const LENGTH = fc.oneof(fc.nat(9_000), fc.constantFrom(1, 4096, 65_536));

const CALLS = {
  mkdir: fc.record({ path: PATH, mode: fc.constantFrom(0o755, 0o2775, 0o1777) }),
  rmdir: fc.record({ path: PATH }),
  create: fc.record({ path: PATH, mode: fc.constantFrom(0o644, 0o600, 0o4755) }),
  write: fc.record({ path: PATH, offset: OFFSET, length: LENGTH, byte: fc.nat(255) }),
  append: fc.record({ path: PATH, length: LENGTH, byte: fc.nat(255) }),
  read: fc.record({ path: PATH, offset: OFFSET, length: LENGTH }),
  truncate: fc.record({ path: PATH, size: OFFSET }),
  unlink: fc.record({ path: PATH }),
  rename: fc.record({ path: PATH, to: PATH }),
  link: fc.record({ path: PATH, to: PATH }),
  symlink: fc.record({ path: PATH, target: PATH }),
  chmod: fc.record({ path: PATH, mode: fc.nat(0o7777) }),
  chown: fc.record({ path: PATH, uid: fc.nat(3), gid: fc.nat(3) }),
  utimes: fc.record({ path: PATH, atime: fc.nat(2_000_000_000), mtime: fc.nat(2_000_000_000) }),
  // Open, take the name away, write and read: an inode without a name.
  orphan: fc.record({ path: PATH, length: LENGTH }),
} as const;

type CallName = keyof typeof CALLS;
type ArgsOf<N extends CallName> = (typeof CALLS)[N] extends fc.Arbitrary<infer A> ? A : never;

export type Call = { readonly [N in CallName]: { readonly name: N } & ArgsOf<N> }[CallName];

/** Any call. */
export const anyCall: fc.Arbitrary<Call> = fc.oneof(
  ...(Object.keys(CALLS) as CallName[]).map(
    (name) => (CALLS[name] as fc.Arbitrary<object>).map((args) => ({ name, ...args })) as fc.Arbitrary<Call>,
  ),
);

/** Does the call below `top`; what it answered, or the errno's name. */
export function answer(top: string, call: Call): unknown {
  try {
    return perform(top, call) ?? 'done';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return code;
  }
}

function perform(top: string, call: Call): unknown {
  const path = join(top, call.path);
  switch (call.name) {
    case 'mkdir':
      return mkdirSync(path, call.mode);
    case 'rmdir':
      return rmdirSync(path);
    case 'create':
      return closeSync(openSync(path, 'wx', call.mode));
    case 'write':
      return withFile(path, 'r+', (file) =>
        writeSync(file, Buffer.alloc(call.length, call.byte), 0, call.length, call.offset),
      );
    case 'append':
      return withFile(path, 'a', (file) => appendFileSync(file, Buffer.alloc(call.length, call.byte)));
    case 'read':
      return withFile(path, 'r', (file) => contentAt(file, call.offset, call.length));
    case 'truncate':
      return truncateSync(path, call.size);
    case 'unlink':
      return unlinkSync(path);
    case 'rename':
      return renameSync(path, join(top, call.to));
    case 'link':
      return linkSync(path, join(top, call.to));
    case 'symlink':
      return symlinkSync(call.target, path);
    case 'chmod':
      return chmodSync(path, call.mode);
    case 'chown':
      return chownSync(path, call.uid, call.gid);
    case 'utimes':
      return utimesSync(path, call.atime, call.mtime);
    case 'orphan':
      return withFile(path, 'wx+', (file) => {
        unlinkSync(path);
        writeSync(file, Buffer.alloc(call.length, 7), 0, call.length, 100);
        ftruncateSync(file, call.length);
        return [existsSync(path), contentAt(file, 0, call.length)];
      });
  }
}

function withFile<R>(path: string, flags: string, use: (file: number) => R): R {
  const file = openSync(path, flags);
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

function contentAt(file: number, offset: number, length: number): string {
  const room = Buffer.alloc(length);
  return room.subarray(0, readSync(file, room, 0, length, offset)).toString('base64');
}

/** Every name below `top` with what stat, readlink and read say of it. Sizes and times of directories are a file system's own. */
export function picture(top: string, folder = ''): Readonly<Record<string, unknown>> {
  const seen: Record<string, unknown> = {};
  for (const name of readdirSync(join(top, folder)).sort()) {
    const path = join(folder, name);
    const { mode, nlink, uid, gid, size } = lstatSync(join(top, path));
    const kind = mode & 0o170000;
    seen[path] = { mode, nlink, uid, gid, ...(kind === 0o040000 ? {} : { size }), ...held(join(top, path), kind) };
    if (kind === 0o040000) Object.assign(seen, picture(top, path));
  }
  return seen;
}

function held(path: string, kind: number): object {
  if (kind === 0o120000) return { target: readlinkSync(path) };
  return kind === 0o100000 ? { content: readFileSync(path).toString('base64') } : {};
}
