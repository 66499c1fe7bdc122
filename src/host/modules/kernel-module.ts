// SPDX-License-Identifier: MIT OR Apache-2.0

import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { HostError } from '../../base/errors.js';
import type { Surroundings } from '../locate.js';
import { withBuildSlot } from './build-slot.js';
import { parseModuleSpec } from './module-spec.js';
import { Repository } from './repository.js';
import type { ResolveOptions } from './resolve-module.js';
import { type Finished, runProgram } from './run-program.js';

/** How an `M` is written where a kernel module is wanted. */
export const KERNEL_MODULE_FORMS = 'a path to a .ko, a file-system name, or NAME@GITREV';

/** A kernel module of an `M`: the file itself, or built from the work tree or a revision. */
export type KernelModule = { readonly path: string; readonly label: string };

/** Finds or builds the .ko that an `M` names, for the running kernel's headers. */
export async function resolveKernelModule(
  text: string,
  around: Surroundings,
  options: ResolveOptions = {},
): Promise<KernelModule> {
  if (text.endsWith('.ko')) return { path: resolve(around.cwd, text), label: text };
  const spec = parseModuleSpec(text);
  const build = (name: string, more: readonly string[]) => buildKernelModule(name, more, around, options);
  switch (spec.kind) {
    case 'file':
      throw new HostError('E_MODULE_WORLD', `${text} is built for userspace`, {
        why: 'a mount in the kernel runs kernel modules',
        hint: `give ${KERNEL_MODULE_FORMS}`,
      });
    case 'name':
      return { path: await build(spec.name, []), label: text };
    case 'revision': {
      const { name } = spec;
      const repository = await Repository.open(options.repo ?? around.home, around.env);
      const commit = await repository.commit(spec.revision);
      const workspace = await repository.workspaceOf(commit);
      const object = `bento_${name.replaceAll('-', '_')}_${commit.id.slice(0, 8)}`;
      const path = await withBuildSlot(
        around.builds,
        availableParallelism(),
        (slot) =>
          repository.withWorktree(
            commit,
            slot.worktree,
            () =>
              build(name, [
                ...['--workspace', join(slot.worktree, workspace.folder)],
                ...['--revision', commit.id, '--name', object],
              ]),
            options.signal,
          ),
        options.signal,
      );
      return { path, label: text };
    }
  }
}

async function buildKernelModule(
  name: string,
  more: readonly string[],
  around: Surroundings,
  { signal, onLine }: ResolveOptions,
): Promise<string> {
  const script = join(around.home, 'kernel/build/main.mjs');
  const done = await runProgram('node', [script, '--json', '--fs', name, ...more], {
    cwd: around.home,
    env: around.env,
    signal,
    onLine,
  });
  if (!done.ok) throw buildFailure(name, done);
  const built: unknown = JSON.parse(done.stdout);
  const paths: unknown = typeof built === 'object' && built !== null ? Reflect.get(built, 'fs') : undefined;
  const path: unknown = typeof paths === 'object' && paths !== null ? Reflect.get(paths, name) : undefined;
  if (typeof path === 'string') return path;
  throw new HostError('E_MODULE_BUILD', `the kernel build of ${name} did not say where the module is`, {
    why: done.stdout.slice(0, 200),
  });
}

function buildFailure(name: string, { how, stderr }: Finished): HostError {
  const lines = stderr.trimEnd().split('\n');
  const hint = lines.find((line) => line.startsWith(' hint: '))?.slice(' hint: '.length);
  return new HostError('E_MODULE_BUILD', `${name} does not build as a kernel module (${how})`, {
    why: `the build's last lines:\n${lines.slice(-20).join('\n')}`,
    hint: hint ?? `npm run kernel -- --fs ${name} shows all of them`,
  });
}
