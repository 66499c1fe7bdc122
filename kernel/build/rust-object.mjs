// SPDX-License-Identifier: GPL-2.0
/** Makes one relocatable object of a file-system crate, as the kernel's loader and objtool want it, and checks what it asks of others. */

import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ElfObject } from './elf.mjs';
import { framesOf, LARGE_FRAME, LARGEST_FRAME } from './frames.mjs';
import { BuildError, run } from './run.mjs';

/** Debian's compiler: its library sources, which are built anew for the kernel, are of the same version. */
export const RUSTC = '/usr/bin/rustc';
const LIBRARY = '/usr/lib/rustlib/src/rust/library/core/src/lib.rs';
const TARGET = 'x86_64-unknown-none';

/** What the kernel asks of any object: its place in memory, no red zone, and mitigations through its own thunks. */
export const RUSTFLAGS = [
  '-Crelocation-model=static',
  '-Ccode-model=kernel',
  '-Cno-redzone=yes',
  '-Cforce-unwind-tables=no',
  '-Zfunction-sections=n',
  '-Zretpoline-external-thunk',
  '-Zfunction-return=thunk-extern',
  '-Zcf-protection=branch',
  // Calls by PLT32, data by 32S: the loader knows no GOT.
  '-Zplt=yes',
  '-Zdirect-access-external-data=yes',
  '-Zemit-stack-sizes',
];

/** For a kernel that finds its way up the stack by frame pointers. */
const FRAME_POINTERS = '-Cforce-frame-pointers=yes';

/** @param {boolean} framePointers @returns {readonly string[]} */
function flagsFor(framePointers) {
  return framePointers ? [...RUSTFLAGS, FRAME_POINTERS] : RUSTFLAGS;
}

/** Sections the kernel has no use for: LLVM's own, and what has been read already. */
const DROPPED = ['.llvmbc', '.llvmcmd', '.note.gnu.property'];

const MEMORY = ['memcpy', 'memmove', 'memset', 'memcmp'];

/** What decides what the compiler makes. @param {boolean} framePointers @returns {readonly string[]} */
export function toolchainWords(framePointers) {
  if (!existsSync(RUSTC)) throw new BuildError(`there is no ${RUSTC}`, 'apt-get install -y rustc-web rust-web-src');
  if (!existsSync(LIBRARY)) {
    throw new BuildError('the source of the Rust library is absent', 'apt-get install -y rust-web-src');
  }
  const compiler = run([RUSTC, '-vV'], { cwd: '/' });
  refuseOtherLibrary(compiler);
  return [compiler, ...flagsFor(framePointers)];
}

/** A library of another version does not compile, and says so in hundreds of lines that do not name the cause. @param {string} compiler */
function refuseOtherLibrary(compiler) {
  const release = /^release: (\S+)$/m.exec(compiler)?.[1];
  const source = realpathSync(LIBRARY);
  if (release !== undefined && source.includes(`/rustc-${release}`)) return;
  throw new BuildError(
    `${RUSTC} is of version ${release ?? 'unknown'}, and the source of its library is ${source}`,
    'both must be of one version: apt-get install -y rustc-web rust-web-src',
  );
}

/**
 * @param {{
 *   readonly workspace: string, readonly fs: string, readonly target: string, readonly out: string,
 *   readonly cargo: string, readonly revision: string, readonly framePointers: boolean, readonly env: NodeJS.ProcessEnv,
 * }} request `out` is the object's path; `target` cargo's target folder
 * @returns {readonly string[]} warnings: large frames
 */
export function buildRustObject({ workspace, fs, target, out, cargo, revision, framePointers, env }) {
  const lib = `bento_${fs.replaceAll('-', '_')}`;
  run(
    [
      cargo,
      ...['rustc', '--release', '--locked', '-Zbuild-std=core,alloc', '--target', TARGET],
      ...['-p', `${fs}-module`, '--crate-type', 'staticlib'],
    ],
    {
      cwd: workspace,
      env: {
        ...env,
        RUSTC,
        // Debian's rustc is a release: this lets it take -Z.
        RUSTC_BOOTSTRAP: '1',
        RUSTFLAGS: flagsFor(framePointers).join(' '),
        CARGO_TARGET_DIR: target,
        CARGO_PROFILE_RELEASE_LTO: 'fat',
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '1',
        CARGO_TERM_COLOR: 'never',
        CARGO_TERM_PROGRESS_WHEN: 'never',
        BENTO_SOURCE_REVISION: revision,
      },
    },
  );
  const archive = join(target, TARGET, 'release', `lib${lib}.a`);
  const folder = `${out}.parts`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  run(['ar', 'x', archive], { cwd: folder });
  // The compiler's own memcpy and the like stay out: the kernel has better ones. Nothing else of it is called, as the check below shows.
  const parts = readdirSync(folder).filter((name) => name.endsWith('.o') && !name.startsWith('compiler_builtins-'));
  for (const part of parts) run(['objcopy', ...DROPPED.flatMap((name) => ['-R', name]), part], { cwd: folder });
  run(['ld', '-r', '-o', 'whole.o', ...parts], { cwd: folder });
  const whole = join(folder, 'whole.o');
  checkSymbols(whole);
  const warnings = checkFrames(whole, fs);
  run(['objcopy', '-R', '.stack_sizes', '--keep-global-symbol=bento_module_entry', whole, out], { cwd: folder });
  rmSync(folder, { recursive: true });
  return warnings;
}

/** A module sees services, the kernel's memory functions and its mitigation thunks: nothing else. @param {string} object */
export function checkSymbols(object) {
  const elf = new ElfObject(object);
  const allowed = (/** @type {string} */ name) =>
    name.startsWith('bento_ks_') || MEMORY.includes(name) || /^__x86_(?:return|indirect)_thunk/.test(name);
  const strangers = elf.undefinedNames.filter((name) => !allowed(name));
  if (strangers.length > 0) {
    throw new BuildError(
      `a file system asks for ${strangers.join(', ')}`,
      'only bento_ks_* and memory functions are there',
    );
  }
  if (!elf.symbols.some(({ name, section }) => name === 'bento_module_entry' && section !== 0)) {
    throw new BuildError('the object has no bento_module_entry', 'does the module crate say libbentofs::module!(...)?');
  }
}

/** @param {string} object @param {string} fs @returns {readonly string[]} */
function checkFrames(object, fs) {
  const frames = framesOf(object);
  if (frames.length === 0) throw new BuildError(`no frame sizes in the object of ${fs}`, 'is -Zemit-stack-sizes gone?');
  const line = (/** @type {import('./frames.mjs').Frame} */ { name, bytes }) => `${bytes} bytes: ${name}`;
  const refused = frames.filter(({ bytes }) => bytes > LARGEST_FRAME);
  if (refused.length > 0) {
    throw new BuildError(
      `stack frames of ${fs} above ${LARGEST_FRAME} bytes:\n${refused.map(line).join('\n')}`,
      'a kernel stack is 16 KiB: put large values on the heap',
    );
  }
  return frames.filter(({ bytes }) => bytes > LARGE_FRAME).map((frame) => `stack frame of ${fs}, ${line(frame)}`);
}
