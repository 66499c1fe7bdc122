// SPDX-License-Identifier: MIT OR Apache-2.0

import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { breakingChanges } from '../../../proto/generate/breaking.mjs';
import {
  currentSchema,
  descriptorSetOf,
  RELEASED,
  releasedSchema,
  schemaOf,
} from '../../../proto/generate/generate.mjs';

const PACKAGE = 'bento.trace.v1';

describe('the trace schema', () => {
  it('breaks nothing that the released one promised', () => {
    expect(breakingChanges(releasedSchema(), currentSchema(), PACKAGE)).toEqual([]);
  });

  it('was released with every message of the format', () => {
    const names = ['Trace', 'Header', 'Chunk', 'Index', 'Trailer', 'Record', 'Op', 'Attr'];
    for (const name of names) expect(releasedSchema().lookupType(`${PACKAGE}.${name}`).name).toBe(name);
    expect(readFileSync(RELEASED).byteLength).toBeGreaterThan(4000);
  });

  it('survives its descriptor unchanged', () => {
    const again = schemaOf(descriptorSetOf(currentSchema()));
    expect(breakingChanges(currentSchema(), again, PACKAGE)).toEqual([]);
    expect(breakingChanges(again, currentSchema(), PACKAGE)).toEqual([]);
  });
});

const BASE = `
  syntax = "proto3"; package t;
  enum Kind { KIND_NONE = 0; KIND_ONE = 1; KIND_TWO = 2; }
  message Other { uint32 x = 1; }
  message M {
    reserved 9; reserved "gone";
    uint32 a = 1; sint64 b = 2; repeated uint64 c = 3 [packed = true]; Other d = 4; Kind e = 5;
    oneof choice { bytes f = 6; uint32 g = 7; }
  }`;

describe('the breaking-change check', () => {
  const schema = (text: string): protobuf.Root => {
    const root = protobuf.parse(text, { keepCase: true }).root;
    root.resolveAll();
    return root;
  };
  const changes = (from: string, to: string): readonly string[] => {
    expect(BASE).toContain(from);
    return breakingChanges(schema(BASE), schema(BASE.replace(from, to)), 't');
  };

  it.each([
    ['a changed number', 'uint32 a = 1;', 'uint32 a = 8;', 'its number is now 8'],
    ['a changed type', 'sint64 b = 2;', 'uint64 b = 2;', 'its type was sint64 and is uint64'],
    ['another message type', 'Other d = 4;', 'Kind d = 4;', 'its type was .t.Other and is .t.Kind'],
    ['a label added', 'uint32 a = 1;', 'repeated uint32 a = 1;', 'was not repeated'],
    ['a label removed', 'repeated uint64 c = 3 [packed = true];', 'uint64 c = 3;', 'was repeated'],
    ['packing changed', '[packed = true]', '[packed = false]', 'was packed'],
    ['a field renamed', 'sint64 b = 2;', 'sint64 bb = 2;', 'renamed to bb'],
    ['a field removed', 'sint64 b = 2;', '', 'removed, and its number is not reserved'],
    ['a field removed, only its number reserved', 'sint64 b = 2;', 'reserved 2;', 'its name is not reserved'],
    ['a field removed, only its name reserved', 'sint64 b = 2;', 'reserved "b";', 'its number is not reserved'],
    ['a reservation lifted', 'reserved 9;', '', '[9,9] is no longer reserved'],
    ['a reserved name lifted', 'reserved "gone";', '', '"gone" is no longer reserved'],
    [
      'a field moved out of its oneof',
      'oneof choice { bytes f = 6; uint32 g = 7; }',
      'bytes f = 6; oneof choice { uint32 g = 7; }',
      'moved from oneof choice to none',
    ],
    ['a message removed', 'message Other { uint32 x = 1; }', 'enum Other { O = 0; }', '.t.Other: was a message'],
    ['an enum value removed', 'KIND_TWO = 2;', '', 'KIND_TWO = 2: removed'],
    ['an enum value renamed', 'KIND_TWO = 2;', 'KIND_DEUX = 2;', 'renamed to KIND_DEUX'],
    ['an enum value renumbered', 'KIND_TWO = 2;', 'KIND_TWO = 3;', 'its number is now 3'],
  ])('finds %s', (_what, from, to, said) => {
    expect(changes(from, to).join('\n')).toContain(said);
  });

  it('allows what breaks nothing', () => {
    expect(changes('uint32 a = 1;', 'uint32 a = 1; bytes fresh = 20;')).toEqual([]);
    expect(changes('KIND_TWO = 2;', 'KIND_TWO = 2; KIND_THREE = 3;')).toEqual([]);
    expect(changes('sint64 b = 2;', 'reserved 2; reserved "b";')).toEqual([]);
    expect(changes('message Other', 'message Fresh { uint32 y = 1; } message Other')).toEqual([]);
  });
});
