// SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT

/** What every output needs to know of a schema: its types in file order, their names, their wire types. */

import protobuf from 'protobufjs';

/** @typedef {import('protobufjs').Type} Type */
/** @typedef {import('protobufjs').Enum} Enum */
/** @typedef {import('protobufjs').Field} Field */
/** @typedef {import('protobufjs').NamespaceBase} NamespaceBase */

export const GENERATED = 'Generated from proto/ by `npm run generate`; do not edit.';

/** @param {NamespaceBase} namespace @returns {readonly (Type | Enum)[]} messages and enums, nested ones included */
export function declarations(namespace) {
  /** @type {(Type | Enum)[]} */
  const found = [];
  for (const child of namespace.nestedArray) {
    if (child instanceof protobuf.Type) found.push(child, ...declarations(child));
    else if (child instanceof protobuf.Enum) found.push(child);
  }
  return found;
}

/** `Panic.Cause` -> `PanicCause`. @param {Type | Enum} type @returns {string} */
export function flatName(type) {
  const parent = type.parent;
  return parent instanceof protobuf.Type ? flatName(parent) + type.name : type.name;
}

/** `HTTPCode2`, `beginDeltaNs`, `Op` -> `HTTP_CODE2`, `BEGIN_DELTA_NS`, `OP`. @param {string} name */
export function upperSnake(name) {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toUpperCase();
}

/** `LOSS_CAUSE_NO_SPACE` of `LossCause` -> `NO_SPACE`. @param {Enum} type @param {string} value */
export function shortValue(type, value) {
  const prefix = `${upperSnake(type.name)}_`;
  return value.startsWith(prefix) ? value.slice(prefix.length) : value;
}

/** @param {Field} field */
export function isPacked(field) {
  return field.repeated && field.packed && wireTypeOfScalar(field) !== 2;
}

/** Wire type of the field as written. @param {Field} field */
export function wireType(field) {
  return isPacked(field) ? 2 : wireTypeOfScalar(field);
}

/** Wire type of one value of the field. @param {Field} field */
export function wireTypeOfScalar(field) {
  if (field.resolvedType instanceof protobuf.Enum) return 0;
  if (field.resolvedType !== null) return 2;
  const type = /** @type {Record<string, number>} */ (protobuf.types.basic)[field.type];
  if (type === undefined) throw new Error(`${field.fullName}: no wire type for ${field.type}`);
  return type;
}

/** A comment of the schema as lines of text. @param {string | null} comment */
export function commentLines(comment) {
  return comment === null ? [] : comment.replaceAll('*/', '* /').split('\n');
}
