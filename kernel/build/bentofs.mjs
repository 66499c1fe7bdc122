// SPDX-License-Identifier: GPL-2.0
/** Builds bentofs.ko, the C half, by kbuild. */

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf, isMadeFrom, makeFrom, mirror } from './content.mjs';
import { BuildError, run } from './run.mjs';

/** Folders that its objects are made of. */
const SOURCES = ['kernel/bentofs', 'kernel/include', 'tracepoints'];

/**
 * @typedef {{ readonly root: string, readonly tree: import('./kernel-tree.mjs').KernelTree, readonly out: string, readonly say: (text: string) => void }} Place
 * `out` is the folder of what is built for this kernel.
 */

/** @param {Place} place @returns {{ readonly module: string, readonly symvers: string, readonly digest: string }} */
export function buildBentofs({ root, tree, out, say }) {
  const copy = join(out, 'tree');
  const folder = join(copy, 'kernel/bentofs');
  const module = join(folder, 'bentofs.ko');
  const digest = digestOf(root, sourcePaths(root), ['bentofs', tree.identity]);
  if (!isMadeFrom(module, digest)) {
    say(`bentofs.ko for ${tree.release}`);
    // In a copy: what is built for several kernels never meets, and the sources stay clean.
    for (const source of SOURCES) mirror(join(root, source), join(copy, source));
    makeFrom(module, digest, () => {
      const said = run(['make', '-C', tree.dir, `M=${folder}`, 'modules'], { cwd: folder });
      for (const line of complaints(said)) say(line);
    });
  }
  return { module, symvers: join(folder, 'Module.symvers'), digest };
}

/** Builds everything anew with W=1 and sparse; any warning is an error. @param {Place} place */
export function checkBentofs({ root, tree, out, say }) {
  const copy = join(out, 'check');
  const stamp = join(copy, 'clean');
  const digest = digestOf(root, sourcePaths(root), ['check', tree.identity]);
  if (isMadeFrom(stamp, digest)) return;
  say(`bentofs with W=1 and sparse for ${tree.release}`);
  for (const source of SOURCES) mirror(join(root, source), join(copy, source));
  const folder = join(copy, 'kernel/bentofs');
  rmSync(stamp, { force: true });
  makeFrom(stamp, digest, () => {
    // C=2: sparse also reads files whose objects are there from an earlier check.
    const said = run(['make', '-C', tree.dir, `M=${folder}`, 'W=1', 'C=2', 'clean', 'modules'], { cwd: folder });
    const found = complaints(said);
    if (found.length > 0) {
      throw new BuildError(
        `bentofs does not build cleanly:\n${found.join('\n').replaceAll(`${copy}/`, '')}`,
        'mend each',
      );
    }
    run(['touch', stamp], { cwd: copy });
  });
}

/** @param {string} root */
function sourcePaths(root) {
  return SOURCES.map((source) => join(root, source));
}

/** Warnings in what make printed, each with the lines that belong to it. @param {string} said */
export function complaints(said) {
  const lines = said.split('\n');
  return lines.filter((line) => /\b(?:warning|error|WARNING|ERROR)\b/.test(line) && !isKnown(line));
}

/**
 * Not ours to mend: the machine's compiler is another build than the kernel's, and objtool does not know Rust's functions that do
 * not return. @param {string} line
 */
function isKnown(line) {
  return /warning: the compiler differs/.test(line) || /objtool: .* falls through to next function/.test(line);
}

/** CRCs of what bentofs.ko exports. @param {string} symvers */
export function exportedSymbols(symvers) {
  return readFileSync(symvers, 'utf8')
    .split('\n')
    .flatMap((line) => line.split('\t')[1] ?? []);
}
