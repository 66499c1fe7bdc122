// SPDX-License-Identifier: GPL-2.0
/** Reads 64-bit little-endian ELF objects: sections, symbols and relocations, as far as the checks of the build need them. */

import { readFileSync } from 'node:fs';
import { BuildError } from './run.mjs';

const SHT_SYMTAB = 2;
const SHT_RELA = 4;
const SHN_UNDEF = 0;
const STT_SECTION = 3;

/**
 * @typedef {{ readonly name: string, readonly type: number, readonly link: number, readonly info: number, readonly data: Buffer }} Section
 * @typedef {{ readonly name: string, readonly section: number, readonly value: number, readonly global: boolean, readonly function: boolean, readonly isSection: boolean }} ElfSymbol
 * @typedef {{ readonly offset: number, readonly symbol: number, readonly addend: number }} Rela
 */

export class ElfObject {
  /** @type {readonly Section[]} */ sections;
  /** @type {readonly ElfSymbol[]} */ symbols;

  /** @param {string} path */
  constructor(path) {
    const file = readFileSync(path);
    if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 2 || file[5] !== 1) {
      throw new BuildError(`${path} is no 64-bit little-endian ELF object`, 'rebuild it');
    }
    this.sections = readSections(file);
    this.symbols = this.#readSymbols();
  }

  /** Names that the object leaves to others. */
  get undefinedNames() {
    return this.symbols.filter(({ section, name }) => section === SHN_UNDEF && name !== '').map(({ name }) => name);
  }

  /** @param {number} section number of a section @returns {readonly Rela[]} its relocations, by offset */
  relocationsOf(section) {
    const table = this.sections.find(({ type, info }) => type === SHT_RELA && info === section);
    if (table === undefined) return [];
    const { data } = table;
    return Array.from({ length: data.length / 24 }, (_, index) => ({
      offset: Number(data.readBigUInt64LE(index * 24)),
      symbol: data.readUInt32LE(index * 24 + 12),
      addend: Number(data.readBigInt64LE(index * 24 + 16)),
    }));
  }

  #readSymbols() {
    const table = this.sections.find(({ type }) => type === SHT_SYMTAB);
    if (table === undefined) return [];
    const names = this.sections[table.link]?.data ?? Buffer.alloc(0);
    const { data } = table;
    return Array.from({ length: data.length / 24 }, (_, index) => {
      const at = index * 24;
      const info = data.readUInt8(at + 4);
      return {
        name: stringAt(names, data.readUInt32LE(at)),
        section: data.readUInt16LE(at + 6),
        value: Number(data.readBigUInt64LE(at + 8)),
        global: info >> 4 !== 0,
        function: (info & 15) === 2,
        isSection: (info & 15) === STT_SECTION,
      };
    });
  }
}

/** @param {Buffer} file @returns {readonly Section[]} */
function readSections(file) {
  const [at, size, count, namesIn] = [
    Number(file.readBigUInt64LE(40)),
    file.readUInt16LE(58),
    file.readUInt16LE(60),
    file.readUInt16LE(62),
  ];
  const raw = Array.from({ length: count }, (_, index) => {
    const header = file.subarray(at + index * size, at + (index + 1) * size);
    const [offset, length] = [Number(header.readBigUInt64LE(24)), Number(header.readBigUInt64LE(32))];
    const type = header.readUInt32LE(4);
    return {
      nameAt: header.readUInt32LE(0),
      type,
      link: header.readUInt32LE(40),
      info: header.readUInt32LE(44),
      // SHT_NOBITS takes no room in the file.
      data: type === 8 ? Buffer.alloc(0) : file.subarray(offset, offset + length),
    };
  });
  const names = raw[namesIn]?.data ?? Buffer.alloc(0);
  return raw.map(({ nameAt, ...section }) => ({ name: stringAt(names, nameAt), ...section }));
}

/** @param {Buffer} table @param {number} at */
function stringAt(table, at) {
  return table.toString('latin1', at, table.indexOf(0, at));
}
