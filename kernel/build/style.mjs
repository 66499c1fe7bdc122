// SPDX-License-Identifier: GPL-2.0
/**
 * Holds the kernel half against checkpatch of Debian's linux-source-6.1, the errors and warnings that it gives by default.
 *
 *   npm run kernel:style
 *
 * Every complaint fails, but for those in KNOWN, each with why it stays. One of KNOWN that is no longer said fails too.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installCommand } from '../../setup/packages.mjs';
import { BuildError, run } from './run.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDERS = ['kernel/bentofs', 'kernel/include', 'kernel/module', 'tracepoints'];
const PACKAGE = 'linux-source-6.1';
const SOURCE = `/usr/src/${PACKAGE}.tar.xz`;
const SCRIPTS = ['checkpatch.pl', 'spelling.txt', 'const_structs.checkpatch'];

/** What checkpatch says and is not mended; a type, the files it is for, and why. */
const KNOWN = [
  { type: 'ENOSYS', file: /./, why: 'what FUSE answers to an op that a file system does not have' },
  { type: 'LINUX_VERSION_CODE', file: /compat\.h$/, why: 'built out of tree, for more than one version' },
  { type: 'CONSTANT_COMPARISON', file: /compat\.h$/, why: 'the usual comparison with KERNEL_VERSION()' },
  {
    type: 'USE_NEGATIVE_ERRNO',
    file: /(?:instance|ks\/dev)\.c$/,
    why: 'services answer positive errnos: the contract',
  },
  { type: 'COMPLEX_MACRO', file: /opnames\.h$/, why: 'a list, for a macro that makes one entry of each' },
  { type: 'TRAILING_SEMICOLON', file: /opnames\.c$/, why: 'the macro of one entry, a whole declaration' },
  { type: 'CONST_STRUCT', file: /record\/stream\.c$/, why: "relay's table with a read of our own, filled in once" },
];

/** @param {string} folder @returns {readonly string[]} */
function sourcesIn(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[ch]$/.test(name) && !/\.mod\.c$/.test(name))
    .map((name) => join(folder, name))
    .sort();
}

/** Folder with checkpatch and what it reads; unpacked once. */
function checkpatchFolder() {
  const folder = join(ROOT, 'kernel/target/style');
  if (existsSync(folder)) return folder;
  if (!existsSync(SOURCE)) {
    throw new BuildError(`${SOURCE} is not there`, installCommand([PACKAGE], process.getuid?.() === 0));
  }
  const unpacked = `${folder}.new`;
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked, { recursive: true });
  const members = SCRIPTS.map((name) => `${PACKAGE}/scripts/${name}`);
  run(['tar', '-xf', SOURCE, '-C', unpacked, '--strip-components=2', ...members], { cwd: ROOT });
  renameSync(unpacked, folder);
  return folder;
}

function checkStyle() {
  const files = FOLDERS.flatMap((folder) => sourcesIn(join(ROOT, folder)));
  const script = join(checkpatchFolder(), 'checkpatch.pl');
  const words = ['--no-tree', '--no-signoff', '--terse', '--show-types', '--no-summary', '--color=never', '-f'];
  const result = spawnSync('perl', [script, ...words, ...files], { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (result.error !== undefined) throw new BuildError(`cannot run perl: ${result.error.message}`, 'install perl');
  const said = result.stdout.split('\n').filter((line) => /: (?:ERROR|WARNING):/.test(line));
  // It exits with 1 when it complains; anything else that keeps it quiet is not a clean bill.
  if (result.status !== (said.length > 0 ? 1 : 0)) {
    throw new BuildError(`checkpatch failed (exit ${result.status}):\n${result.stderr.trim()}`, 'run it by hand');
  }
  const used = new Set();
  const left = said.filter((line) => {
    const [, file = '', type = ''] = /^(.*?):\d+: (?:ERROR|WARNING):(\w+):/.exec(line) ?? [];
    const known = KNOWN.find((one) => one.type === type && one.file.test(file));
    if (known !== undefined) used.add(known);
    return known === undefined;
  });
  if (left.length > 0) {
    const lines = left.map((line) => relative(ROOT, line));
    throw new BuildError(`checkpatch complains:\n${lines.join('\n')}`, 'mend each');
  }
  const unused = KNOWN.filter((one) => !used.has(one));
  if (unused.length > 0) {
    throw new BuildError(
      `checkpatch no longer says ${unused.map((one) => one.type).join(', ')}`,
      'take it out of KNOWN in kernel/build/style.mjs',
    );
  }
  process.stdout.write(`${files.length} files are clean; ${said.length} complaints of ${KNOWN.length} known kinds\n`);
}

try {
  checkStyle();
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`error: ${error.message}\n hint: ${error.hint}\n`);
  process.exitCode = 4;
}
