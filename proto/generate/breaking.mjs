// SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT

/**
 * What a change of the schema would break for files written and readers built before it. The rules are those of
 * protobuf's own compatibility: numbers, types and labels stay; what goes is reserved, by number and by name.
 */

import protobuf from 'protobufjs';
import { declarations, isPacked } from './schema-walk.mjs';

/** @typedef {import('protobufjs').Type} Type */
/** @typedef {import('protobufjs').Enum} Enum */
/** @typedef {import('protobufjs').Field} Field */

/**
 * @param {import('protobufjs').Root} released
 * @param {import('protobufjs').Root} current
 * @param {string} packageName
 * @returns {readonly string[]} one sentence a break; empty when every old file and reader goes on working
 */
export function breakingChanges(released, current, packageName) {
  const now = new Map(packageTypes(current, packageName).map((type) => [type.fullName, type]));
  return packageTypes(released, packageName).flatMap((old) => {
    const type = now.get(old.fullName);
    if (type === undefined) return [`${old.fullName}: removed`];
    if (old instanceof protobuf.Enum) {
      return type instanceof protobuf.Enum ? enumChanges(old, type) : [`${old.fullName}: was an enum`];
    }
    return type instanceof protobuf.Type ? messageChanges(old, type) : [`${old.fullName}: was a message`];
  });
}

/** @param {import('protobufjs').Root} root @param {string} packageName */
function packageTypes(root, packageName) {
  const namespace = root.lookup(packageName);
  return namespace instanceof protobuf.Namespace ? declarations(namespace) : [];
}

/** @param {Type} old @param {Type} type @returns {readonly string[]} */
function messageChanges(old, type) {
  const reservations = old.reserved ?? [];
  const lifted = reservations.filter((reserved) =>
    typeof reserved === 'string'
      ? !type.isReservedName(reserved)
      : !type.isReservedId(/** @type {number} */ (reserved[0])),
  );
  return [
    ...old.fieldsArray.flatMap((field) => fieldChanges(field, type)),
    ...lifted.map((reserved) => `${type.fullName}: ${JSON.stringify(reserved)} is no longer reserved`),
  ];
}

/** @param {Field} old @param {Type} type @returns {readonly string[]} */
function fieldChanges(old, type) {
  const field = type.fieldsById[old.id];
  const where = `${type.fullName}.${old.name} = ${old.id}`;
  if (field === undefined) {
    const moved = type.fields[old.name];
    if (moved !== undefined) return [`${where}: its number is now ${moved.id}`];
    const missing = [
      ...(type.isReservedId(old.id) ? [] : [`${where}: removed, and its number is not reserved`]),
      ...(type.isReservedName(old.name) ? [] : [`${where}: removed, and its name is not reserved`]),
    ];
    return missing;
  }
  return [
    ...(field.name === old.name ? [] : [`${where}: renamed to ${field.name}`]),
    ...(typeName(field) === typeName(old) ? [] : [`${where}: its type was ${typeName(old)} and is ${typeName(field)}`]),
    ...(field.repeated === old.repeated ? [] : [`${where}: ${old.repeated ? 'was' : 'was not'} repeated`]),
    ...(isPacked(field) === isPacked(old) ? [] : [`${where}: ${isPacked(old) ? 'was' : 'was not'} packed`]),
    ...(oneofName(field) === oneofName(old)
      ? []
      : [`${where}: moved from oneof ${oneofName(old)} to ${oneofName(field)}`]),
  ];
}

/** @param {Enum} old @param {Enum} type @returns {readonly string[]} */
function enumChanges(old, type) {
  return Object.entries(old.values).flatMap(([name, number]) => {
    const where = `${type.fullName}.${name} = ${number}`;
    if (type.values[name] === number) return [];
    if (type.values[name] !== undefined) return [`${where}: its number is now ${type.values[name]}`];
    const renamed = type.valuesById[number];
    if (renamed !== undefined) return [`${where}: renamed to ${renamed}`];
    return type.isReservedId(number) && type.isReservedName(name) ? [] : [`${where}: removed and not reserved`];
  });
}

/** @param {Field} field */
function typeName(field) {
  return field.resolvedType === null ? field.type : field.resolvedType.fullName;
}

/** @param {Field} field */
function oneofName(field) {
  return field.partOf === null ? 'none' : field.partOf.name;
}
