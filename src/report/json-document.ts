// SPDX-License-Identifier: MIT OR Apache-2.0

import type { JsonValue } from '../base/json.js';

/** Name and version of a document's shape: `bento-rr/replay@1`. Members are added under the same version, never renamed. */
export type SchemaName = `bento-rr/${string}@${number}`;

export type JsonDocument = { readonly schema: SchemaName; readonly [key: string]: JsonValue | undefined };

/** A `--json` document: its schema first, so that a reader can tell what it holds from its first line. */
export function jsonDocument(schema: SchemaName, body: Readonly<Record<string, JsonValue | undefined>>): JsonDocument {
  if ('schema' in body) throw new Error('internal: the body of a JSON document has a schema of its own');
  return { schema, ...body };
}
