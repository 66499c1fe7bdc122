// SPDX-License-Identifier: MIT OR Apache-2.0

/** The sources of the file systems, copied to where a test may change them. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cargoEnv, findCargo } from '../../setup/rust.mjs';

/** Folder of the checkout. */
export const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));

/** Where the patches are. */
export const MUTANTS = join(CHECKOUT, 'rust-fs/mutants');

export type SourceFile = {
  /** From the top of the checkout: "rust-fs/memfs/src/lib.rs". */
  readonly path: string;
  readonly content: Buffer;
};

/** Every source of the workspace `rust-fs`, the work tree's newest; mutants and traces are none. */
export function readSources(): readonly SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', 'rust-fs'], {
    cwd: CHECKOUT,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  const paths = [...new Set(listed.split('\0'))].filter((path) => path !== '' && !path.startsWith('rust-fs/mutants/'));
  return paths.sort().flatMap((path) => {
    const content = readIfThere(join(CHECKOUT, path));
    // Listed by git, and deleted in the work tree.
    return content === undefined ? [] : [{ path, content }];
  });
}

/** Where cargo keeps the sources of a crate that the workspace is built with. */
export function crateFolder(name: string): string {
  const cargo = findCargo(process.env);
  if (cargo === undefined) throw new Error('there is no cargo');
  const words = [
    'metadata',
    '--format-version',
    '1',
    '--locked',
    '--manifest-path',
    join(CHECKOUT, 'rust-fs/Cargo.toml'),
  ];
  const text = execFileSync(cargo.path, words, {
    encoding: 'utf8',
    env: cargoEnv(cargo, process.env),
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { packages } = JSON.parse(text) as { packages: { name: string; manifest_path: string }[] };
  const found = packages.find((one) => one.name === name);
  if (found === undefined) throw new Error(`the workspace is built without ${name}`);
  return dirname(found.manifest_path);
}

/** Makes the folder hold exactly these files. Files that are right already keep their times, so that cargo builds only what changed. */
export function syncSources(folder: string, sources: readonly SourceFile[]): void {
  const wanted = new Set(sources.map((source) => source.path));
  for (const { path, content } of sources) {
    const target = join(folder, path);
    if (readIfThere(target)?.equals(content) === true) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
  for (const path of filesBelow(join(folder, 'rust-fs'))) {
    if (!wanted.has(relative(folder, path))) rmSync(path);
  }
}

/** Applies a patch made from the top of a checkout; throws git's words when it does not fit. */
export function applyPatch(folder: string, patch: string): void {
  execFileSync('git', ['apply', '--whitespace=nowarn', patch], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    // Below a checkout, git would silently leave out what is not of that checkout.
    env: { ...process.env, GIT_CEILING_DIRECTORIES: dirname(folder), GIT_DIR: undefined, GIT_WORK_TREE: undefined },
  });
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
