// SPDX-License-Identifier: MIT OR Apache-2.0

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { systemCodeOf, TraceError } from '../base/errors.js';

/** Bytes that are read by position. A trace is never held whole in memory. */
export type ByteSource = {
  /** What to call it in messages. */
  readonly name: string;
  /** Its size now; a recording may still grow. */
  readonly size: () => number;
  /** Bytes from `offset`; fewer than asked when the end comes first. */
  readonly read: (offset: number, length: number) => Uint8Array;
  readonly close: () => void;
};

/** Opens a regular file, or says which of the usual mistakes it is. */
export function openFileSource(path: string): ByteSource {
  let fd: number;
  try {
    // Without O_NONBLOCK, opening a FIFO by mistake would wait for its writer for ever.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw cannotOpen(path, error);
  }
  const stat = fstatSync(fd);
  if (!stat.isFile()) {
    closeSync(fd);
    throw stat.isDirectory() ? isDirectory(path) : notAFile(path);
  }
  return {
    name: path,
    size: () => fstatSync(fd).size,
    read: (offset, length) => readAt(path, fd, offset, length),
    close: () => closeSync(fd),
  };
}

/** A trace that is in memory already. */
export function memorySource(bytes: Uint8Array, name = 'memory'): ByteSource {
  return {
    name,
    size: () => bytes.byteLength,
    read: (offset, length) => bytes.subarray(offset, offset + length),
    close: () => {},
  };
}

function readAt(path: string, fd: number, offset: number, length: number): Uint8Array {
  const buffer = new Uint8Array(length);
  let filled = 0;
  try {
    while (filled < length) {
      const count = readSync(fd, buffer, filled, length - filled, offset + filled);
      if (count === 0) break;
      filled += count;
    }
  } catch (error) {
    throw new TraceError('E_TRACE_READ', `${path}: reading ${length} bytes at byte ${offset} failed`, {
      cause: error,
      hint: 'Check the disk (dmesg) and copy the file if it still reads.',
    });
  }
  return filled === length ? buffer : buffer.subarray(0, filled);
}

function cannotOpen(path: string, error: unknown): TraceError {
  const details = { cause: error };
  switch (systemCodeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new TraceError('E_TRACE_NOT_FOUND', `${path}: there is no such file`, {
        ...details,
        hint: 'See recorded traces with `bento-rr ls`.',
      });
    case 'EACCES':
    case 'EPERM':
      return new TraceError('E_TRACE_PERMISSION', `${path}: not allowed to read it`, {
        ...details,
        hint: `Look at its owner and mode: ls -l ${path}`,
      });
    case 'ENXIO':
      return notAFile(path);
    default:
      return new TraceError('E_TRACE_READ', `${path}: cannot be opened`, details);
  }
}

function isDirectory(path: string): TraceError {
  return new TraceError('E_TRACE_IS_DIRECTORY', `${path}: is a directory, not a trace`, {
    hint: 'Name a .btr file in it.',
  });
}

function notAFile(path: string): TraceError {
  return new TraceError('E_TRACE_NOT_A_FILE', `${path}: is not a regular file`, {
    hint: 'A trace is read by position; save it to a file first.',
  });
}
