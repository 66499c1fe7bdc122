// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * Every committed file that is made from another, and how. `npm run generate` writes them all; a test fails when one
 * is stale. To add one, append an entry: `make` gives the content by path relative to the checkout, and touches no disk
 * outside a temporary folder.
 *
 * @typedef {{
 *   readonly name: string,
 *   readonly from: readonly string[],
 *   readonly make: (root: string) => Promise<ReadonlyMap<string, string>>,
 * }} Generator
 */

/** @type {readonly Generator[]} */
export const GENERATORS = [
  {
    name: 'protobuf',
    from: ['proto'],
    make: async () => (await import('../proto/generate/generate.mjs')).generate(),
  },
  {
    name: 'keys',
    from: ['src/tui/commands'],
    make: async (root) => (await import('./keys-page.mjs')).keysPage(root),
  },
];
