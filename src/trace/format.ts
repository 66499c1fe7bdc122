// SPDX-License-Identifier: MIT OR Apache-2.0

/** Constants of the `.btr` container: see docs/trace-format.md. */

import { ChunkField, HeaderField, IndexField, TraceField } from '../proto/gen/trace.js';

/** The major version that this reader knows; it reads any minor of it. */
export const FORMAT_MAJOR = 1;
export const FORMAT_MINOR = 2;

const BYTES = 2;
const FIXED32 = 5;

/** First byte of a file: the tag of Trace.header. */
export const TAG_HEADER = (TraceField.header << 3) | BYTES;
export const TAG_CHUNK = (TraceField.chunk << 3) | BYTES;
export const TAG_INDEX = (TraceField.index << 3) | BYTES;
export const TAG_TRAILER = (TraceField.trailer << 3) | BYTES;

/** "BTRCHNK1" as the little-endian number in Chunk.sync. */
export const CHUNK_SYNC = 0x314b4e4843525442n;
/** "BTR-END1" as the little-endian number in Trailer.mark. */
export const TRAILER_MARK = 0x31444e452d525442n;
/** Chunk.sync as it stands in a file: its tag, then its bytes. */
export const SYNC_BYTES = Uint8Array.from([0x09, ...new TextEncoder().encode('BTRCHNK1')]);

/** Bytes of the trailer, its tag and length included: it never varies. */
export const TRAILER_SIZE = 20;

/** A chunk holds no more once decompressed, so a reader's memory is bounded whatever a file says. */
export const MAX_RAW_SIZE = 16 << 20;
/** A payload that zstd could not make smaller, and the fields around it. */
export const MAX_CHUNK_SIZE = MAX_RAW_SIZE + (256 << 10);
export const MAX_HEADER_SIZE = 1 << 20;
/** Room for two million chunks. */
export const MAX_INDEX_SIZE = 64 << 20;

/** Tags of the checksum fields, which are the last ones of their messages. */
export const CRC_TAGS = {
  header: (HeaderField.crc32 << 3) | FIXED32,
  chunk: (ChunkField.crc32 << 3) | FIXED32,
  index: (IndexField.crc32 << 3) | FIXED32,
} as const;
