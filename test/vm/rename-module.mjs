// SPDX-License-Identifier: MIT OR Apache-2.0

/** rename-module.mjs FROM.ko NAME TO.ko: a copy whose module has another name; in a guest, where nothing of ours is compiled. */

import { readFileSync, writeFileSync } from 'node:fs';

const [from = '', name = '', to = ''] = process.argv.slice(2);
const image = readFileSync(from);
// struct module, as src/capture/kernel/fresh-name.ts explains: the old name stands 24 bytes into its section.
const headers = Number(image.readBigUInt64LE(0x28));
const section = (/** @type {number} */ index) => headers + index * image.readUInt16LE(0x3a);
const strings = Number(image.readBigUInt64LE(section(image.readUInt16LE(0x3e)) + 0x18));
for (let index = 0; index < image.readUInt16LE(0x3c); index++) {
  const at = strings + image.readUInt32LE(section(index));
  if (image.toString('latin1', at, image.indexOf(0, at)) !== '.gnu.linkonce.this_module') continue;
  const place = Number(image.readBigUInt64LE(section(index) + 0x18)) + 24;
  image.fill(0, place, place + 56);
  image.write(name, place, 'latin1');
}
writeFileSync(to, image);
