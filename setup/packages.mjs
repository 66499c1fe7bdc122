// SPDX-License-Identifier: MIT OR Apache-2.0

/** Which Debian packages are missing. Used by the set-up and by `bento-rr doctor`; node built-ins only. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';

/**
 * @typedef {{ readonly name: string, readonly provides: string, readonly why: string }} DebianPackage
 * @typedef {Readonly<Record<string, string | undefined>>} Env
 */

/** Reads the list of packages; throws on a line that is none. @param {string} path @returns {readonly DebianPackage[]} */
export function readPackages(path) {
  return readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name, provides, ...why] = line.split(/\s+/);
      if (!name || !provides || why.length === 0) throw new Error(`${path}: not "package provides why": ${line}`);
      return { name, provides, why: why.join(' ') };
    });
}

/** Those whose program or file is not there. @param {readonly DebianPackage[]} packages @param {Env} env */
export function missingPackages(packages, env) {
  return packages.filter(({ provides }) => findProgram(provides, env) === undefined);
}

/** The last path that fits one in whose parts `*` stands for anything: releases are in names. @param {string} pattern */
function lastFitting(pattern) {
  /** @param {string} path @returns {string[]} */
  const fitting = (path) => {
    if (!path.includes('*')) return existsSync(path) ? [path] : [];
    const [before = '', ...after] = basename(path).split('*');
    const last = after.at(-1);
    const folders = fitting(dirname(path));
    if (last === undefined) return folders.map((folder) => join(folder, before)).filter((one) => existsSync(one));
    if (after.length > 1) throw new Error(`more than one * in a name: ${path}`);
    return folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.length >= before.length + last.length && name.startsWith(before) && name.endsWith(last))
        .sort()
        .map((name) => join(folder, name)),
    );
  };
  return fitting(pattern).at(-1);
}

/** Full path of a program, or of what fits an absolute path with `*`. @param {string} name @param {Env} env @returns {string | undefined} */
export function findProgram(name, env) {
  if (isAbsolute(name)) return lastFitting(name);
  // A user's PATH often lacks sbin, where mkfs lives.
  const folders = [...(env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/** The command that installs them, as a person would type it. @param {readonly string[]} names @param {boolean} root */
export function installCommand(names, root) {
  return `${root ? '' : 'sudo '}apt-get install -y --no-install-recommends ${names.join(' ')}`;
}
