// SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT

/** Field numbers and wire types as C macros: what the kernel's encoder needs of the schema, its own messages and any enum. */

import protobuf from 'protobufjs';
import { declarations, flatName, GENERATED, isPacked, shortValue, upperSnake, wireType } from './schema-walk.mjs';

/** @typedef {import('protobufjs').Type} Type */
/** @typedef {import('protobufjs').Enum} Enum */

/** Package of what the kernel writes. */
const KERNEL = '.bento.kernel.';
const GUARD = '_BENTO_TRACE_FIELDS_H';

/** @param {readonly import('protobufjs').NamespaceBase[]} namespaces */
export function emitHeader(namespaces) {
  /** @type {Map<string, number>} */
  const defined = new Map();
  /** @type {string[]} */
  const lines = [
    '/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */',
    '/*',
    ` * ${GENERATED}`,
    ' *',
    ' * BTR_<MESSAGE>_<FIELD> is the number of a field and BTR_<MESSAGE>_<FIELD>_WT its wire type, so that the',
    ' * tag is BTR_TAG(BTR_<MESSAGE>_<FIELD>).',
    ' */',
    `#ifndef ${GUARD}`,
    `#define ${GUARD}`,
    '',
    '#define BTR_WT_VARINT\t0',
    '#define BTR_WT_FIXED64\t1',
    '#define BTR_WT_BYTES\t2',
    '#define BTR_WT_FIXED32\t5',
    '',
    '#define BTR_TAG(field)\t(((field) << 3) | field##_WT)',
  ];
  const define = (/** @type {string} */ name, /** @type {number} */ value, note = '') => {
    if (defined.has(name)) throw new Error(`two things in the schema would be called ${name}`);
    defined.set(name, value);
    lines.push(`#define ${name}${padding(name)}${value}${note === '' ? '' : `\t/* ${note} */`}`);
  };
  const needed = (/** @type {Type | Enum} */ type) => type instanceof protobuf.Enum || type.fullName.startsWith(KERNEL);
  for (const type of namespaces.flatMap(declarations).filter(needed)) {
    lines.push('', `/* ${type instanceof protobuf.Enum ? 'enum' : 'message'} ${type.fullName.slice(1)} */`);
    if (type instanceof protobuf.Enum) defineValues(type, define);
    else defineFields(type, define);
  }
  lines.push('', `#endif /* ${GUARD} */`, '');
  return lines.join('\n');
}

/** @param {Type} type @param {(name: string, value: number, note?: string) => void} define */
function defineFields(type, define) {
  for (const field of type.fieldsArray) {
    const name = `BTR_${upperSnake(flatName(type))}_${field.name.toUpperCase()}`;
    const kind = `${isPacked(field) ? 'packed ' : field.repeated ? 'repeated ' : ''}${field.type}`;
    define(name, field.id, kind);
    define(`${name}_WT`, wireType(field));
  }
}

/** @param {Enum} type @param {(name: string, value: number) => void} define */
function defineValues(type, define) {
  for (const [value, number] of Object.entries(type.values)) {
    define(`BTR_${upperSnake(flatName(type))}_${shortValue(type, value)}`, number);
  }
}

/** Tabs up to column 48, as the kernel aligns its tables. @param {string} name */
function padding(name) {
  const column = '#define '.length + name.length;
  return '\t'.repeat(Math.max(1, Math.ceil((48 - column) / 8)));
}
