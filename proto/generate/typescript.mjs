// SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT

/** TypeScript of one proto package: a type, a decoder and an encoder a message, free functions that a bundler can drop. */

import protobuf from 'protobufjs';
import {
  commentLines,
  declarations,
  flatName,
  GENERATED,
  isPacked,
  shortValue,
  wireTypeOfScalar,
} from './schema-walk.mjs';

/** @typedef {import('protobufjs').Type} Type */
/** @typedef {import('protobufjs').Enum} Enum */
/** @typedef {import('protobufjs').Field} Field */
/** @typedef {import('protobufjs').OneOf} OneOf */
/** @typedef {import('protobufjs').NamespaceBase} NamespaceBase */
/** @typedef {{ readonly namespace: NamespaceBase, readonly alias: string, readonly path: string }} Imported */

/** How a scalar is read and written: the method of WireReader and WireWriter, its TypeScript type, its default. */
const SCALARS = /** @type {Record<string, readonly [method: string, type: string, zero: string]>} */ ({
  uint32: ['uint32', 'number', '0'],
  int32: ['int32', 'number', '0'],
  sint32: ['sint32', 'number', '0'],
  fixed32: ['fixed32', 'number', '0'],
  bool: ['bool', 'boolean', 'false'],
  uint64: ['u64', 'bigint', '0n'],
  sint64: ['s64', 'bigint', '0n'],
  fixed64: ['f64', 'bigint', '0n'],
  string: ['string', 'string', "''"],
  bytes: ['bytes', 'Uint8Array', 'NO_BYTES'],
});

/** @param {NamespaceBase} namespace @param {Imported} [imported] */
export function emitModule(namespace, imported) {
  const refer = (/** @type {Type | Enum} */ type, prefix = '', suffix = '') => {
    const own = `${prefix}${flatName(type)}${suffix}`;
    return imported !== undefined && type.fullName.startsWith(`${imported.namespace.fullName}.`)
      ? `${imported.alias}.${own}`
      : own;
  };
  const body = declarations(namespace).map((type) =>
    type instanceof protobuf.Enum ? emitEnum(type) : emitMessage(type, refer),
  );
  return [
    '// SPDX-License-Identifier: MIT OR Apache-2.0',
    `// ${GENERATED}`,
    `// Package ${namespace.fullName.slice(1)}.`,
    '',
    "import { NO_BYTES, WireReader, WireWriter } from '../wire.js';",
    ...(imported === undefined ? [] : [`import * as ${imported.alias} from '${imported.path}';`]),
    '',
    ...body,
  ].join('\n');
}

/** @param {Enum} type */
function emitEnum(type) {
  const name = flatName(type);
  const values = Object.entries(type.values).map(([value, number]) => {
    const comment = type.comments?.[value] ?? null;
    return `${doc(comment, '  ')}  ${shortValue(type, value)}: ${number},\n`;
  });
  return `${doc(type.comment, '')}export const ${name} = {\n${values.join('')}} as const;\n/** A value of {@link ${name}}, or one that a later version added. */\nexport type ${name} = number;\n`;
}

/** @typedef {(type: Type | Enum, prefix?: string, suffix?: string) => string} Refer */

/** @param {Type} type @param {Refer} refer */
function emitMessage(type, refer) {
  const name = flatName(type);
  const plain = type.fieldsArray.filter((field) => field.partOf === null);
  return [
    ...type.oneofsArray.flatMap((oneof) => [emitOneof(type, oneof, refer, ''), emitOneof(type, oneof, refer, 'Init')]),
    emitType(type, plain, refer),
    emitInit(type, plain, refer),
    `/** Field numbers of ${name}. */\nexport const ${name}Field = {\n${type.fieldsArray.map((field) => `  ${camel(field)}: ${field.id},\n`).join('')}} as const;\n`,
    emitDecode(type, plain, refer),
    emitEncode(type, refer),
  ].join('\n');
}

/** @param {Type} type @param {readonly Field[]} plain @param {Refer} refer */
function emitType(type, plain, refer) {
  const members = plain.map(
    (field) => `${doc(field.comment, '  ')}  readonly ${camel(field)}: ${fieldType(field, refer)};\n`,
  );
  const oneofs = type.oneofsArray.map((oneof) => `  readonly ${oneof.name}: ${oneofName(type, oneof)} | undefined;\n`);
  return `${doc(type.comment, '')}export type ${flatName(type)} = {\n${[...members, ...oneofs].join('')}};\n`;
}

/** @param {Type} type @param {readonly Field[]} plain @param {Refer} refer */
function emitInit(type, plain, refer) {
  const members = plain.map(
    (field) => `  readonly ${camel(field)}?: ${fieldType(field, refer, 'Init')} | undefined;\n`,
  );
  const oneofs = type.oneofsArray.map(
    (oneof) => `  readonly ${oneof.name}?: ${oneofName(type, oneof)}Init | undefined;\n`,
  );
  const name = flatName(type);
  return `/** What {@link encode${name}} takes: what is absent is not written. */\nexport type ${name}Init = {\n${[...members, ...oneofs].join('')}};\n`;
}

/** @param {Type} type @param {OneOf} oneof @param {Refer} refer @param {string} suffix */
function emitOneof(type, oneof, refer, suffix) {
  const cases = oneof.fieldsArray.map(
    (field) => `\n  | { readonly kind: '${camel(field)}'; readonly value: ${valueType(field, refer, suffix)} }`,
  );
  return `export type ${oneofName(type, oneof)}${suffix} =${cases.join('')};\n`;
}

/** @param {Type} type @param {readonly Field[]} plain @param {Refer} refer */
function emitDecode(type, plain, refer) {
  const name = flatName(type);
  const locals = [
    ...plain.map((field) => `  let ${local(field)}: ${localType(field, refer)} = ${initial(field)};\n`),
    ...type.oneofsArray.map((oneof) => `  let ${oneof.name}_: ${oneofName(type, oneof)} | undefined;\n`),
  ];
  const cases = type.fieldsArray.flatMap((field) => emitCases(field, refer));
  const members = [
    ...plain.map((field) => `    ${camel(field)}: ${local(field)}${field.repeated ? ' ?? []' : ''},\n`),
    ...type.oneofsArray.map((oneof) => `    ${oneof.name}: ${oneof.name}_,\n`),
  ];
  return `export function decode${name}(r: WireReader, end: number = r.len): ${name} {
${locals.join('')}  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
${cases.join('')}      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
${members.join('')}  };
}
`;
}

/** @param {Field} field @param {Refer} refer @returns {readonly string[]} */
function emitCases(field, refer) {
  const single = (field.id << 3) | wireTypeOfScalar(field);
  const value = readExpression(field, refer);
  const oneCase = (/** @type {number} */ tag, /** @type {string} */ body) =>
    `      case ${tag}:\n        ${body}\n        break;\n`;
  if (field.partOf !== null)
    return [oneCase(single, `${field.partOf.name}_ = { kind: '${camel(field)}', value: ${value} };`)];
  const name = local(field);
  if (!field.repeated) return [oneCase(single, `${name} = ${value};`)];
  const push = oneCase(single, `(${name} ??= []).push(${value});`);
  if (wireTypeOfScalar(field) === 2) return [push];
  const packed = `${name} ??= [];\n        for (const stop = r.block(end); r.pos < stop; ) ${name}.push(${value});`;
  return [push, oneCase((field.id << 3) | 2, `{\n        ${packed}\n        }`)];
}

/** @param {Type} type @param {Refer} refer */
function emitEncode(type, refer) {
  const name = flatName(type);
  const parts = type.fieldsArray
    .filter((field) => field.partOf === null)
    .map((field) => [field.id, emitWritePlain(field, refer)]);
  for (const oneof of type.oneofsArray) {
    const first = Math.min(...oneof.fieldsArray.map((field) => field.id));
    parts.push([first, emitWriteOneof(oneof, refer)]);
  }
  const body = parts.sort((a, b) => Number(a[0]) - Number(b[0])).map(([, text]) => text);
  const used = body.length === 0 ? '_m' : 'm';
  return `export function encode${name}(${used}: ${name}Init, w: WireWriter = new WireWriter()): WireWriter {
${body.join('')}  return w;
}
`;
}

/** @param {Field} field @param {Refer} refer */
function emitWritePlain(field, refer) {
  const member = `m.${camel(field)}`;
  if (field.repeated && isPacked(field)) {
    return `  if (${member}?.length) {
    w.uint32(${(field.id << 3) | 2}).fork();
    for (const v of ${member}) w.${scalar(field)[0]}(v);
    w.ldelim();
  }
`;
  }
  if (field.repeated) return `  for (const v of ${member} ?? []) {\n    ${writeStatement(field, 'v', refer)}\n  }\n`;
  const type = localType(field, refer);
  const present =
    type === 'Uint8Array' ? `${member}?.length` : type.endsWith('undefined') ? `${member} !== undefined` : member;
  return `  if (${present}) {\n    ${writeStatement(field, member, refer)}\n  }\n`;
}

/** @param {OneOf} oneof @param {Refer} refer */
function emitWriteOneof(oneof, refer) {
  const cases = oneof.fieldsArray.map(
    (field) =>
      `    case '${camel(field)}':\n      ${writeStatement(field, `m.${oneof.name}.value`, refer)}\n      break;\n`,
  );
  return `  switch (m.${oneof.name}?.kind) {\n${cases.join('')}  }\n`;
}

/** @param {Field} field @param {string} value @param {Refer} refer */
function writeStatement(field, value, refer) {
  const tag = (field.id << 3) | wireTypeOfScalar(field);
  if (field.resolvedType instanceof protobuf.Type) {
    return `${refer(field.resolvedType, 'encode')}(${value}, w.open(${tag}));\n    w.ldelim();`;
  }
  return `w.uint32(${tag});\n    w.${scalar(field)[0]}(${value});`;
}

/** @param {Field} field @param {Refer} refer */
function readExpression(field, refer) {
  if (field.resolvedType instanceof protobuf.Type) return `${refer(field.resolvedType, 'decode')}(r, r.block(end))`;
  return `r.${scalar(field)[0]}()`;
}

/** @param {Field} field */
function scalar(field) {
  const entry = SCALARS[field.resolvedType instanceof protobuf.Enum ? 'int32' : field.type];
  if (entry === undefined) throw new Error(`${field.fullName}: no TypeScript for type ${field.type}`);
  return entry;
}

/** Type of one value. @param {Field} field @param {Refer} refer @param {string} [suffix] */
function valueType(field, refer, suffix = '') {
  if (field.resolvedType instanceof protobuf.Type) return refer(field.resolvedType, '', suffix);
  if (field.resolvedType instanceof protobuf.Enum) return refer(field.resolvedType);
  return scalar(field)[1];
}

/** @param {Field} field @param {Refer} refer @param {string} [suffix] */
function fieldType(field, refer, suffix = '') {
  const type = valueType(field, refer, suffix);
  if (field.repeated) return `readonly ${type}[]`;
  return field.resolvedType instanceof protobuf.Type && suffix === '' ? `${type} | undefined` : type;
}

/** @param {Field} field @param {Refer} refer */
function localType(field, refer) {
  if (field.repeated) return `${valueType(field, refer)}[] | undefined`;
  return fieldType(field, refer);
}

/** @param {Field} field */
function initial(field) {
  if (field.repeated || field.resolvedType instanceof protobuf.Type) return 'undefined';
  return scalar(field)[2];
}

/** @param {Type} type @param {OneOf} oneof */
function oneofName(type, oneof) {
  return flatName(type) + oneof.name.charAt(0).toUpperCase() + protobuf.util.camelCase(oneof.name).slice(1);
}

/** @param {Field} field */
function camel(field) {
  return protobuf.util.camelCase(field.name);
}

/** Locals end in "_" so that a field called `end`, `r` or `new` clashes with nothing. @param {Field} field */
function local(field) {
  return `${camel(field)}_`;
}

/** @param {string | null} comment @param {string} margin */
function doc(comment, margin) {
  const lines = commentLines(comment);
  if (lines.length === 0) return '';
  if (lines.length === 1) return `${margin}/** ${lines[0]} */\n`;
  return `${margin}/**\n${lines.map((line) => `${margin} * ${line}`.trimEnd()).join('\n')}\n${margin} */\n`;
}
