// SPDX-License-Identifier: MIT OR Apache-2.0

/** A new file system out of memfs: the shortest whole one there is, so that the first build mounts and replays. */

import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EnvironmentError, UsageError } from '../../base/errors.js';
import { makeFolder } from '../../base/make-folder.js';
import { isFsName } from '../../host/modules/module-spec.js';

export type Names = {
  /** `log-fs`: crate, folder, and what a mount calls it. */
  readonly name: string;
  /** `log_fs`: the crate in Rust, and the object. */
  readonly ident: string;
  /** `LogFs`: the type. */
  readonly type: string;
};

const TEMPLATE = 'memfs';
/** What is the template's own business: its tests read its tutorial. */
const LEFT_OUT = new Set(['tests']);

export function namesOf(name: string): Names {
  const taken = [
    'abi',
    'libbentofs',
    'libbentoks',
    'module-build',
    'bento-host',
    'mutants',
    'target',
    'core',
    'alloc',
    'std',
    'test',
  ];
  if (!isFsName(name) || name.endsWith('-') || name.length > 32) {
    throw new UsageError(`"${name}" cannot name a file system`, {
      why: 'a name has letters, digits and -, begins with a letter, and is at most 32 long',
      hint: 'bento-rr new logfs',
    });
  }
  if (taken.includes(name)) throw new UsageError(`the name "${name}" is taken`, { hint: 'choose another' });
  const words = name.split('-').filter((word) => word !== '');
  return {
    name,
    ident: name.replaceAll('-', '_'),
    type: words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join(''),
  };
}

/** Writes the crate and its module, and names both in the workspace; all of it or nothing. Gives the files made. */
export async function scaffold(workspace: string, names: Names): Promise<readonly string[]> {
  const folder = join(workspace, names.name);
  if (await exists(folder)) throw new UsageError(`${folder} is there already`, { hint: 'choose another name' });
  const manifest = join(workspace, 'Cargo.toml');
  const before = await readFile(manifest, 'utf8').catch((cause: unknown) => {
    throw new EnvironmentError('E_ENV_CHECKOUT', `there is no workspace of file systems at ${workspace}`, {
      cause,
      hint: 'run it in a checkout of the project',
    });
  });
  const after = withMember(before, names);
  const half = `${folder}.${Date.now()}.tmp`;
  try {
    const made = await copyTemplate(join(workspace, TEMPLATE), half, names);
    await rename(half, folder);
    await writeFile(manifest, after);
    return [...made.map((path) => join(folder, path)), manifest];
  } catch (error) {
    await rm(half, { recursive: true, force: true });
    throw error;
  }
}

/** Takes back what {@link scaffold} did. */
export async function unscaffold(workspace: string, names: Names, manifest: string): Promise<void> {
  await rm(join(workspace, names.name), { recursive: true, force: true });
  await writeFile(join(workspace, 'Cargo.toml'), manifest);
}

function withMember(manifest: string, { name }: Names): string {
  const members = /^members = \[([^\]]*)\]/m.exec(manifest);
  const dependency = /^memfs = \{ path = "memfs" \}$/m.exec(manifest);
  if (members === null || dependency === null) {
    throw new EnvironmentError('E_ENV_CHECKOUT', 'the workspace cannot be extended', {
      why: 'rust-fs/Cargo.toml has no list of members on one line, or does not name memfs',
      hint: `add "${name}" and "${name}/module" to its members by hand`,
    });
  }
  const line = members[0].replace(/,?\s*\]$/, `, "${name}", "${name}/module"]`);
  return manifest.replace(members[0], line).replace(dependency[0], `${dependency[0]}\n${name} = { path = "${name}" }`);
}

async function copyTemplate(from: string, to: string, names: Names, below = ''): Promise<readonly string[]> {
  const made: string[] = [];
  await makeFolder(join(to, below));
  for (const entry of await readdir(join(from, below), { withFileTypes: true })) {
    const path = join(below, entry.name);
    if (below === '' && LEFT_OUT.has(entry.name)) continue;
    if (entry.isDirectory()) made.push(...(await copyTemplate(from, to, names, path)));
    else {
      await makeFolder(dirname(join(to, path)));
      await writeFile(join(to, path), renamed(path, await readFile(join(from, path), 'utf8'), names));
      made.push(path);
    }
  }
  return made;
}

/** The template's names for the new ones: an identifier in Rust code, the name itself in manifests and words. */
function renamed(path: string, text: string, { name, ident, type }: Names): string {
  const code = text.replaceAll('MemFs', type).replaceAll('bento_memfs', `bento_${ident}`);
  if (!path.endsWith('.rs')) {
    return code
      .replaceAll('memfs', name)
      .replace('A Bento file system in memory: the shortest readable one', `${name}, a Bento file system`);
  }
  return code
    .replaceAll(/\bmemfs::/g, `${ident}::`)
    .replaceAll('memfs', name)
    .replace(
      `${name}: the shortest readable Bento file system. Everything is in memory, and is gone with the mount.`,
      `${name}: a Bento file system, begun from memfs. Everything is in memory, and is gone with the mount.`,
    )
    .replace(/ `docs\/tutorial\.md` goes through it\./, '');
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
