// SPDX-License-Identifier: GPL-2.0
/** Stack frames of a Rust object, from the section that -Z emit-stack-sizes makes. A kernel stack is 16 KiB. */

import { spawnSync } from 'node:child_process';
import { ElfObject } from './elf.mjs';

/** A frame above this is worth knowing. */
export const LARGE_FRAME = 2048;
/** A frame above this is refused. */
export const LARGEST_FRAME = 4096;

/** @typedef {{ readonly name: string, readonly bytes: number }} Frame */

/** Functions and their frames, largest first. @param {string} object @returns {readonly Frame[]} */
export function framesOf(object) {
  const elf = new ElfObject(object);
  const frames = elf.sections.flatMap((section, number) => {
    if (section.name !== '.stack_sizes') return [];
    const places = new Map(elf.relocationsOf(number).map((rela) => [rela.offset, rela]));
    const found = [];
    for (let at = 0; at < section.data.length; ) {
      const rela = places.get(at);
      const { value, next } = uleb128(section.data, at + 8);
      found.push({ name: rela === undefined ? '?' : nameOf(elf, rela), bytes: value });
      at = next;
    }
    return found;
  });
  return demangled(frames.sort((a, b) => b.bytes - a.bytes));
}

/** @param {ElfObject} elf @param {import('./elf.mjs').Rela} rela */
function nameOf(elf, { symbol, addend }) {
  const target = elf.symbols[symbol];
  if (target === undefined) return '?';
  if (!target.isSection) return target.name;
  const hit = elf.symbols.find((one) => one.function && one.section === target.section && one.value === addend);
  return hit?.name ?? `section ${target.section}+${addend}`;
}

/** Names as the source has them, where binutils' c++filt is there. @param {readonly Frame[]} frames @returns {readonly Frame[]} */
function demangled(frames) {
  const done = spawnSync('c++filt', [], { input: frames.map(({ name }) => name).join('\n'), encoding: 'utf8' });
  if (done.status !== 0) return frames;
  const names = done.stdout.split('\n');
  return frames.map(({ name, bytes }, index) => ({ name: names[index] || name, bytes }));
}

/** @param {Buffer} data @param {number} at */
function uleb128(data, at) {
  let value = 0;
  let shift = 0;
  let next = at;
  for (;;) {
    const byte = data.readUInt8(next);
    value |= (byte & 0x7f) << shift;
    next += 1;
    if ((byte & 0x80) === 0) return { value, next };
    shift += 7;
  }
}
