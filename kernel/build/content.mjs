// SPDX-License-Identifier: GPL-2.0
/** What is built is kept by the content it was built from: a digest beside each result says what that was. */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Paths of the files below a folder, or the file itself; what builds leave there is no source. @param {string} path @returns {readonly string[]} */
export function sourcesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .filter((name) => !name.startsWith('.') && !isProduct(name))
    .flatMap((name) => sourcesBelow(join(path, name)));
}

/** @param {string} name */
function isProduct(name) {
  return (
    name === 'target' ||
    name === 'Module.symvers' ||
    name === 'modules.order' ||
    /\.(?:o|ko|mod|mod\.c|o\.d|orig|rej|tmp)$/.test(name)
  );
}

/** Digest of files by name and content, and of words. @param {string} root @param {readonly string[]} paths @param {readonly string[]} words */
export function digestOf(root, paths, words) {
  const hash = createHash('sha256');
  for (const word of words) hash.update(`${word.length} ${word}\0`);
  for (const path of paths.flatMap(sourcesBelow)) {
    const content = readFileSync(path);
    hash.update(`${relative(root, path)} ${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** Whether `product` was made from what `digest` names. @param {string} product @param {string} digest */
export function isMadeFrom(product, digest) {
  const stamp = `${product}.made-from`;
  return existsSync(product) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;
}

/** Runs `make` and notes the digest once it is through. @param {string} product @param {string} digest @param {() => void} make */
export function makeFrom(product, digest, make) {
  const stamp = `${product}.made-from`;
  mkdirSync(dirname(product), { recursive: true });
  rmSync(stamp, { force: true });
  make();
  writeFileSync(stamp, digest);
}

/**
 * Makes `to` hold the sources below `from`, touching only files that differ, so that make sees what changed.
 * @param {string} from @param {string} to
 */
export function mirror(from, to) {
  const wanted = sourcesBelow(from).map((path) => relative(from, path));
  for (const path of sourcesBelow(to).map((path) => relative(to, path))) {
    if (!wanted.includes(path)) rmSync(join(to, path));
  }
  for (const path of wanted) {
    const content = readFileSync(join(from, path));
    const target = join(to, path);
    if (existsSync(target) && readFileSync(target).equals(content)) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
}
