// SPDX-License-Identifier: MIT OR Apache-2.0

import { messageOf, TraceError } from '../base/errors.js';
import { decodeHeader, type Header } from '../proto/gen/trace.js';
import { WireReader } from '../proto/wire.js';
import type { ByteSource } from './byte-source.js';
import { CRC_TAGS, FORMAT_MAJOR, FORMAT_MINOR, TAG_HEADER } from './format.js';
import { checkCrc, frameAt } from './framing.js';

/** The header of a trace and the offset after it. */
export type HeaderPlace = { readonly header: Header; readonly end: number };

/** Reads the header, or says why the file is no trace of ours. */
export function readHeader(source: ByteSource): HeaderPlace {
  const size = source.size();
  if (size === 0) {
    throw new TraceError('E_TRACE_EMPTY', `${source.name}: is empty`, {
      why: 'the recording ended before its first byte was written',
      hint: 'Record again with `bento-rr record`.',
    });
  }
  const found = frameAt(source, 0, size);
  if (found.kind === 'cut' && source.read(0, 1)[0] === TAG_HEADER) {
    throw new TraceError('E_TRACE_TRUNCATED', `${source.name}: ends inside its header`, {
      why: found.why,
      hint: 'Nothing can be read without the header: record again.',
    });
  }
  if (found.kind !== 'frame' || found.frame.tag !== TAG_HEADER)
    throw notATrace(source, 'it does not begin with a trace header');
  const body = source.read(found.frame.body, found.frame.length);
  // Every header begins with its uuid, a field of 16 bytes; nothing else that begins with this tag is worth a closer look.
  if (body[0] !== 0x0a || body[1] !== 16) throw notATrace(source, 'its first field is not a trace header');
  return { header: checkedHeader(source, body), end: found.frame.end };
}

function checkedHeader(source: ByteSource, body: Uint8Array): Header {
  const crc = checkCrc(body, CRC_TAGS.header);
  const header = tryDecode(source, body, crc.ok);
  if (header.formatMajor !== FORMAT_MAJOR) {
    const version = `${header.formatMajor}.${header.formatMinor}`;
    throw new TraceError('E_TRACE_VERSION', `${source.name}: has format version ${version}`, {
      why: `this bento-rr reads version ${FORMAT_MAJOR}.x${crc.ok ? '' : ` (the header may also be damaged: ${crc.why})`}`,
      hint: header.formatMajor > FORMAT_MAJOR ? 'Read it with a newer bento-rr.' : 'Record it again.',
    });
  }
  if (!crc.ok) {
    throw new TraceError('E_TRACE_CRC', `${source.name}: the header (byte 0) is damaged`, {
      why: crc.why,
      hint: 'Take another copy of the file; what it says of itself cannot be trusted.',
    });
  }
  return header;
}

function tryDecode(source: ByteSource, body: Uint8Array, crcOk: boolean): Header {
  try {
    return decodeHeader(new WireReader(body));
  } catch (error) {
    throw new TraceError(
      crcOk ? 'E_TRACE_HEADER' : 'E_TRACE_CRC',
      `${source.name}: the header (byte 0) cannot be decoded`,
      {
        why: messageOf(error),
        cause: error,
        hint: 'Take another copy of the file.',
      },
    );
  }
}

function notATrace(source: ByteSource, why: string): TraceError {
  return new TraceError('E_TRACE_NOT_A_TRACE', `${source.name}: is not a trace`, {
    why,
    hint: 'Traces are made by `bento-rr record` and end in .btr by custom.',
  });
}

/** Whether a minor version may hold fields that this reader does not know. */
export function isNewerMinor(header: Header): boolean {
  return header.formatMinor > FORMAT_MINOR;
}
