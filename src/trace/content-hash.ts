// SPDX-License-Identifier: MIT OR Apache-2.0

import { createXXHash128 } from 'hash-wasm';

/** The names of written contents: xxh3-128 in 32 hex digits. */
export async function contentHasher(): Promise<(data: Uint8Array) => string> {
  const hasher = await createXXHash128();
  return (data) => hasher.init().update(data).digest('hex');
}
