// SPDX-License-Identifier: MIT OR Apache-2.0

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type JsonValue, toJson } from '../../../src/base/json.js';

it('writes a bigint digit for digit', () => {
  expect(toJson({ seq: (1n << 64n) - 1n, none: undefined, list: [1n, null] }, 0)).toBe(
    '{"seq":18446744073709551615,"list":[1,null]}',
  );
});

it('is JSON.stringify for everything else', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2, 4), (value, indent) => {
      expect(toJson(value as JsonValue, indent)).toBe(JSON.stringify(value, null, indent));
    }),
  );
});
