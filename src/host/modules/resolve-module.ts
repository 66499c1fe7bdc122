// SPDX-License-Identifier: MIT OR Apache-2.0

import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from '../../base/errors.js';
import type { Surroundings } from '../locate.js';
import { buildRevision } from './build-revision.js';
import { buildWorkTree } from './build-work-tree.js';
import { MODULE_FORMS, type ModuleSpec, parseModuleSpec } from './module-spec.js';
import { type Commit, Repository } from './repository.js';
import { findToolchain } from './toolchain.js';

export type ResolveOptions = {
  readonly signal?: AbortSignal | undefined;
  /** Lines of a build, as they come. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Repository that revisions are of; the checkout's own when absent. */
  readonly repo?: string | undefined;
};

/** A module that can be loaded. */
export type ResolvedModule = {
  readonly path: string;
  /** As a person calls it: what was typed. */
  readonly label: string;
  readonly spec: ModuleSpec;
  /** The commit it was built from, for a revision. */
  readonly commit?: Commit;
  readonly cached: boolean;
};

/** Makes a loadable module of an `M`: finds the file, builds the work tree's, or builds a revision's. */
export async function resolveModule(
  text: string,
  around: Surroundings,
  options: ResolveOptions = {},
): Promise<ResolvedModule> {
  const spec = parseModuleSpec(text);
  switch (spec.kind) {
    case 'file': {
      const path = resolve(around.cwd, spec.path);
      await checkFile(path, text);
      return { path, label: text, spec, cached: true };
    }
    case 'name': {
      const { env, home } = around;
      const path = await buildWorkTree({ name: spec.name, home: options.repo ?? home, env, ...waiting(options) });
      return { path, label: text, spec, cached: true };
    }
    case 'revision': {
      const repository = await Repository.open(options.repo ?? around.home, around.env);
      const commit = await repository.commit(spec.revision);
      const toolchain = await findToolchain(around.env, around.home);
      const { name } = spec;
      const built = await buildRevision({
        name,
        repository,
        commit,
        toolchain,
        builds: around.builds,
        ...waiting(options),
      });
      return { path: built.path, label: text, spec, commit, cached: built.cached };
    }
  }
}

function waiting({ signal, onLine }: ResolveOptions): Pick<ResolveOptions, 'signal' | 'onLine'> {
  return { signal, onLine };
}

async function checkFile(path: string, text: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) return;
  throw new UsageError(`there is no module ${path}`, {
    why: found === undefined ? 'no such file' : 'it is not a regular file',
    hint: text.includes('@') ? `for a revision write NAME@GITREV; M is ${MODULE_FORMS}` : `M is ${MODULE_FORMS}`,
  });
}
