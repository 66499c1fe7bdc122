// SPDX-License-Identifier: MIT OR Apache-2.0

/** Mutants: versions of a file system with one known fault each, as patches in rust-fs/mutants/. */

import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { moduleFile } from '../../src/host/modules/build-revision.js';
import { runProgram } from '../../src/host/modules/run-program.js';
import { findToolchain, type Toolchain } from '../../src/host/modules/toolchain.js';
import { applyPatch, CHECKOUT, MUTANTS, readSources, type SourceFile, syncSources } from './sources.js';

export type Mutant = {
  /** "07-hole-reads-stale-data". */
  readonly name: string;
  readonly patch: string;
  /** File system it is a version of. */
  readonly fs: string;
  /** Why it is a fault, one line. */
  readonly why: string;
  /** Public bugs that have this shape, one line. */
  readonly shape: string;
  readonly caughtBy: CaughtBy;
};

/**
 * What sees a mutant on the golden traces: the answers of a replay; only the device after an op, which is what `diff` compares; or
 * only handing the state of a run over to it, as the gate does.
 */
export type CaughtBy = (typeof CAUGHT_BY)[number];

const CAUGHT_BY = ['replay', 'state', 'hand-over'] as const;

/** All of them, by number. */
export function readMutants(): readonly Mutant[] {
  const files = readdirSync(MUTANTS).filter((file) => file.endsWith('.patch'));
  return files.sort().map((file) => readMutant(join(MUTANTS, file), file.slice(0, -'.patch'.length)));
}

function readMutant(patch: string, name: string): Mutant {
  const text = readFileSync(patch, 'utf8');
  const head = text.slice(0, text.indexOf('diff --git '));
  const fields = new Map([...head.matchAll(/^(why|shape|caught-by): (.+)$/gm)].map(([, key, value]) => [key, value]));
  const fs = new Set([...text.matchAll(/^diff --git a\/rust-fs\/([a-z0-9-]+)\//gm)].map(([, crate]) => crate));
  const [only] = fs;
  const why = fields.get('why');
  const shape = fields.get('shape');
  const caughtBy = CAUGHT_BY.find((way) => way === (fields.get('caught-by') ?? 'replay'));
  if (fs.size !== 1 || only === undefined) throw new Error(`${patch} changes ${fs.size} crates: a mutant changes one`);
  if (why === undefined || shape === undefined) throw new Error(`${patch} begins without "why: ..." and "shape: ..."`);
  if (caughtBy === undefined) throw new Error(`${patch}: caught-by is one of ${CAUGHT_BY.join(', ')}`);
  return { name, patch, fs: only, why, shape, caughtBy };
}

/**
 * Builds versions of the file systems in one place of its own, one after the other, so that cargo finds all but the changed crate
 * built. What was built once is kept by content: sources, patch, toolchain and flags.
 */
export class Workshop {
  readonly #toolchain: Toolchain;
  readonly #folder: string;
  readonly #sources: readonly SourceFile[];
  /** Builds wait for each other. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(toolchain: Toolchain, folder: string, sources: readonly SourceFile[]) {
    this.#toolchain = toolchain;
    this.#folder = folder;
    this.#sources = sources;
  }

  static async open(): Promise<Workshop> {
    const toolchain = await findToolchain(process.env, CHECKOUT);
    return new Workshop(toolchain, join(CHECKOUT, 'rust-fs/target/mutants'), readSources());
  }

  /** The module of a mutant, or of the sources as they are. */
  async build(fs: string, mutant?: Mutant): Promise<string> {
    const built = this.#last.then(() => this.#buildNow(fs, mutant));
    this.#last = built.catch(() => {});
    return built;
  }

  async #buildNow(fs: string, mutant: Mutant | undefined): Promise<string> {
    const kept = join(this.#folder, 'built', this.#key(fs, mutant), moduleFile(fs));
    if (existsSync(kept)) return kept;
    const tree = join(this.#folder, 'tree');
    syncSources(tree, this.#sources);
    if (mutant !== undefined) applyPatch(tree, mutant.patch);
    const target = join(this.#folder, 'target');
    const done = await runProgram(this.#toolchain.cargo, [...BUILD, '-p', `${fs}-module`], {
      cwd: join(tree, 'rust-fs'),
      env: { ...this.#toolchain.env, ...PROFILE, CARGO_TARGET_DIR: target, CARGO_TERM_COLOR: 'never' },
    });
    if (!done.ok) throw new Error(`${mutant?.name ?? fs} does not build (${done.how}):\n${done.stderr}`);
    mkdirSync(join(kept, '..'), { recursive: true });
    // In one step: a build that was stopped leaves nothing that looks whole.
    copyFileSync(join(target, 'release', moduleFile(fs)), `${kept}.tmp`);
    renameSync(`${kept}.tmp`, kept);
    return kept;
  }

  #key(fs: string, mutant: Mutant | undefined): string {
    const hash = createHash('sha256').update(
      [fs, this.#toolchain.identity, ...BUILD, JSON.stringify(PROFILE)].join('\0'),
    );
    const parts = [...SHARED_PARTS, `${fs}/src/`, `${fs}/module/`, `${fs}/Cargo.toml`];
    for (const { path, content } of this.#sources) {
      if (parts.some((part) => path.startsWith(`rust-fs/${part}`))) {
        hash.update(`\0${path}\0`).update(content);
      }
    }
    if (mutant !== undefined) hash.update('\0patch\0').update(readFileSync(mutant.patch));
    return hash.digest('hex').slice(0, 32);
  }
}

const BUILD = ['build', '--release', '--locked'] as const;

/** Dozens of builds, of which each differs little from the one before: what they compute is the same without optimisation. */
const PROFILE = {
  CARGO_PROFILE_RELEASE_OPT_LEVEL: '0',
  CARGO_PROFILE_RELEASE_DEBUG: 'false',
  CARGO_PROFILE_RELEASE_INCREMENTAL: 'true',
} as const;

/** What every module is built from. */
const SHARED_PARTS = ['abi/', 'libbentoks/', 'libbentofs/', 'module-build/', 'Cargo.'] as const;
