// SPDX-License-Identifier: MIT OR Apache-2.0

import { UsageError } from '../../base/errors.js';

/** What an `M` on the command line names. */
export type ModuleSpec =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'revision'; readonly name: string; readonly revision: string };

/** How M is written, for help texts. */
export const MODULE_FORMS = 'a path to a .so, a file-system name, or NAME@GITREV';

const FS_NAME = /^[a-z][a-z0-9-]*$/;

/** Reads an `M`: what has a slash or ends in .so is a path. */
export function parseModuleSpec(text: string): ModuleSpec {
  if (text.includes('/') ? !text.includes('@') || /^[./]/.test(text) : /\.(?:so|ko)$/.test(text)) {
    if (text.endsWith('.ko')) {
      throw new UsageError(`${text} is a kernel module`, {
        why: 'replay needs the module built for userspace',
        hint: 'name its libbento_NAME.so, or the file system itself',
      });
    }
    return { kind: 'file', path: text };
  }
  const at = text.indexOf('@');
  const name = at === -1 ? text : text.slice(0, at);
  if (!isFsName(name)) {
    throw new UsageError(`"${text}" names no module`, {
      why: `"${name}" is not the name of a file system`,
      hint: `give ${MODULE_FORMS}`,
    });
  }
  if (at === -1) return { kind: 'name', name };
  const revision = text.slice(at + 1);
  // git would take a leading dash for an option.
  if (revision === '' || revision.startsWith('-')) {
    throw new UsageError(`"${text}" names no revision after the @`, { hint: `${name}@HEAD, ${name}@v1.2 or a commit` });
  }
  return { kind: 'revision', name, revision };
}

export function isFsName(text: string): boolean {
  return FS_NAME.test(text);
}
