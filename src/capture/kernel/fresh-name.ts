// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * A kernel module under another name. The kernel refuses a second module of one name, while an upgrade needs the old and the new version
 * loaded at once; the name is a field of `struct module`, which lies in the object ready for the kernel to use.
 */

import { UsageError } from '../../base/errors.js';

/** Section that holds `struct module`. */
const SECTION = '.gnu.linkonce.this_module';
/** `struct module` begins with an enum and a list_head; then comes the name. So it has been since Linux 2.6. */
const NAME_AT = 24;
/** MODULE_NAME_LEN: 64 less a pointer. */
const NAME_ROOM = 56;

/** The name in the object, and where it stands. Throws E_USAGE for what is no 64-bit kernel module. */
export function moduleNameIn(object: Buffer, path: string): { readonly name: string; readonly at: number } {
  const no = (why: string) =>
    new UsageError(`${path} is not a kernel module`, {
      why,
      hint: 'give a .ko, or the name of a file system to build',
    });
  // ELF, 64 bits, little-endian.
  if (object.length < 64 || object.readUInt32BE(0) !== 0x7f454c46 || object[4] !== 2 || object[5] !== 1) {
    throw no('it is not a 64-bit ELF object');
  }
  const headers = Number(object.readBigUInt64LE(0x28));
  const size = object.readUInt16LE(0x3a);
  const count = object.readUInt16LE(0x3c);
  const names = object.readUInt16LE(0x3e);
  if (size < 64 || headers + size * count > object.length || names >= count) throw no('its section table is cut off');
  const section = (index: number) => {
    const at = headers + index * size;
    return {
      name: object.readUInt32LE(at),
      offset: Number(object.readBigUInt64LE(at + 0x18)),
      size: Number(object.readBigUInt64LE(at + 0x20)),
    };
  };
  const textOf = (at: number, end: number): string => {
    const nul = object.indexOf(0, at);
    return object.toString('latin1', at, nul === -1 || nul > end ? end : nul);
  };
  const strings = section(names);
  for (let index = 0; index < count; index++) {
    const one = section(index);
    if (textOf(strings.offset + one.name, strings.offset + strings.size) !== SECTION) continue;
    const at = one.offset + NAME_AT;
    if (one.size < NAME_AT + NAME_ROOM || one.offset + one.size > object.length) throw no('its description is cut off');
    return { name: textOf(at, at + NAME_ROOM), at };
  }
  throw no(`it has no section ${SECTION}`);
}

/** A copy of the object whose module is called `name`: letters, digits and `_`, shorter than 56. */
export function renamedModule(object: Buffer, path: string, name: string): Buffer {
  const { at } = moduleNameIn(object, path);
  const copy = Buffer.from(object);
  copy.fill(0, at, at + NAME_ROOM);
  copy.write(name, at, NAME_ROOM - 1, 'latin1');
  return copy;
}

/** The first of `NAME`, `NAME_u1`, `NAME_u2`, ... that no loaded module has. */
export function freshName(name: string, taken: ReadonlySet<string>): string {
  const base = name.replace(/_u\d+$/, '').slice(0, NAME_ROOM - 8);
  if (!taken.has(base)) return base;
  for (let number = 1; ; number++) {
    const candidate = `${base}_u${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}
