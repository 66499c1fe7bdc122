// SPDX-License-Identifier: MIT OR Apache-2.0

import { DataPolicy, DropPolicy, type Header, Origin, Source } from '../proto/gen/trace.js';

/** Words for the choices in a header: `fuse`, `mkfs`, ...; a value of a later version stays a number. */
export function headerWords(header: Header): {
  readonly source: string;
  readonly origin: string;
  readonly dropPolicy: string;
  readonly dataPolicy: string;
} {
  return {
    source: wordOf(Source, header.source),
    origin: wordOf(Origin, header.origin),
    dropPolicy: wordOf(DropPolicy, header.dropPolicy),
    dataPolicy: wordOf(DataPolicy, header.dataPolicy),
  };
}

/** `0102..` -> `01020304-0506-...`, as uuids are written. */
export function uuidText(uuid: Uint8Array): string {
  const hex = Buffer.from(uuid).toString('hex');
  return uuid.byteLength === 16 ? hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') : hex;
}

function wordOf(values: Readonly<Record<string, number>>, value: number): string {
  return (
    Object.entries(values)
      .find(([, number]) => number === value)?.[0]
      .toLowerCase() ?? `${value}`
  );
}
