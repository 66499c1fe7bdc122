// SPDX-License-Identifier: MIT OR Apache-2.0

/** An entry of an initramfs. */
export type CpioEntry = {
  /** Relative, without a leading slash. */
  readonly name: string;
  /** File type and permissions, as st_mode. */
  readonly mode: number;
  readonly data?: Uint8Array;
  /** Major and minor of a device node. */
  readonly device?: readonly [number, number];
};

const HEADER = 110;
const END = 'TRAILER!!!';

/** An archive in the "newc" format, which the kernel unpacks as its first root. */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  const parts = [...entries, { name: END, mode: 0 }].flatMap((entry, index) => encode(entry, index + 1));
  return Buffer.concat(parts);
}

function encode({ name, mode, data = new Uint8Array(), device = [0, 0] }: CpioEntry, inode: number): Uint8Array[] {
  const path = Buffer.from(`${name}\0`);
  // ino, mode, uid, gid, nlink, mtime, size, device of the file (2), device it is (2), length of the name, checksum.
  const fields = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, device[0], device[1], path.length, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return [Buffer.from(header), path, padding(HEADER + path.length), data, padding(data.length)];
}

/** Both the name and the data end at multiples of four. */
function padding(length: number): Uint8Array {
  return new Uint8Array((4 - (length % 4)) % 4);
}
