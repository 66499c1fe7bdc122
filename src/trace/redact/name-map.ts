// SPDX-License-Identifier: MIT OR Apache-2.0

import { createHmac } from 'node:crypto';
import { pseudonyms } from './pseudonyms.js';

/** Attributes whose names mean something to a kernel or a file system; they say nothing of a user. */
const KNOWN_XATTRS: ReadonlySet<string> = new Set([
  'security.capability',
  'security.evm',
  'security.ima',
  'security.selinux',
  'system.posix_acl_access',
  'system.posix_acl_default',
]);
const NAMESPACE = /^(?:user|trusted|security|system)\./;

/** Collects the names of a trace, then says what each becomes. */
export class NameMap {
  readonly #names = new Set<string>();
  readonly #secret: Uint8Array;
  #found: ReadonlyMap<string, string> | undefined;

  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /** A name of a directory. */
  learn(name: Uint8Array): void {
    for (const part of latin1(name).split('/')) if (!isSpecial(part)) this.#names.add(part);
  }

  learnXattr(name: Uint8Array): void {
    const { rest } = xattrParts(name);
    if (rest !== '') this.#names.add(rest);
  }

  /** Another name of the same length; `.` and `..` stay, and so do the slashes of a path. */
  name(name: Uint8Array): Uint8Array {
    return bytesOf(
      latin1(name)
        .split('/')
        .map((part) => (isSpecial(part) ? part : this.#map(part)))
        .join('/'),
    );
  }

  /** As `name`, with the namespace kept: it decides who may read the attribute. */
  xattr(name: Uint8Array): Uint8Array {
    const { start, rest } = xattrParts(name);
    return bytesOf(start + (rest === '' ? '' : this.#map(rest)));
  }

  /** The list that LISTXATTR answers: names, each ended by NUL. */
  xattrList(list: Uint8Array): Uint8Array {
    const names = latin1(list).split('\0');
    return bytesOf(names.map((name) => latin1(this.xattr(bytesOf(name)))).join('\0'));
  }

  /** Bytes of the same number that tell nothing but whether they are equal to others. */
  content(value: Uint8Array): Uint8Array {
    const out = new Uint8Array(value.byteLength);
    for (let at = 0, count = 0; at < out.byteLength; at += 32, count++) {
      out.set(this.#digest(`content ${count}`, value).subarray(0, out.byteLength - at), at);
    }
    return out;
  }

  /** A hash in the place of the hash of a content. */
  hash(of: Uint8Array, size: number): Uint8Array {
    return this.#digest('hash', of).subarray(0, size);
  }

  #digest(purpose: string, value: Uint8Array): Buffer {
    return createHmac('sha256', this.#secret).update(`${purpose} `).update(value).digest();
  }

  #map(name: string): string {
    this.#found ??= pseudonyms(this.#names, this.#secret);
    const found = this.#found.get(name);
    if (found === undefined) throw new Error('internal: a name was not collected before it was replaced');
    return found;
  }
}

function xattrParts(name: Uint8Array): { readonly start: string; readonly rest: string } {
  const text = latin1(name);
  if (KNOWN_XATTRS.has(text)) return { start: text, rest: '' };
  const start = NAMESPACE.exec(text)?.[0] ?? '';
  return { start, rest: text.slice(start.length) };
}

function isSpecial(part: string): boolean {
  return part === '' || part === '.' || part === '..';
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
