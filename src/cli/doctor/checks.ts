// SPDX-License-Identifier: MIT OR Apache-2.0

/** What bento-rr needs of a machine, as data: each check says what it found and, when that is not enough, the remedy. */

import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import { release } from 'node:os';
import { dirname, join } from 'node:path';
import { findProgram, installCommand, missingPackages, readPackages } from '../../../setup/packages.mjs';
import { findCargo, OLDEST_CARGO, RUST_PACKAGES } from '../../../setup/rust.mjs';
import { systemCodeOf } from '../../base/errors.js';
import { vmParts } from '../../capture/vm/tools.js';
import { hostPath } from '../../host/locate.js';
import type { Context, Machine } from '../context.js';

export type Finding = {
  /** `missing`: something will not work. `limited`: less is possible, said in `detail`. */
  readonly state: 'good' | 'limited' | 'missing';
  readonly detail: string;
  /** The command or the step that mends it. */
  readonly fix?: string;
};

export type Check = {
  readonly name: string;
  readonly look: (ctx: Context, machine: Machine) => Promise<Finding> | Finding;
};

export const CHECKS: readonly Check[] = [
  { name: 'node', look: (_, machine) => ({ state: 'good', detail: machine.nodeVersion }) },
  { name: 'kernel', look: () => ({ state: 'good', detail: release() }) },
  { name: 'cargo', look: (ctx, machine) => checkCargo(ctx, machine) },
  { name: 'host', look: (ctx) => checkHost(ctx) },
  { name: '/dev/fuse', look: (_, machine) => checkFuseDevice(machine) },
  { name: 'fusermount3', look: (ctx, machine) => checkFusermount(ctx, machine) },
  { name: 'guests', look: (ctx, machine) => checkGuests(ctx, machine) },
  { name: 'programs', look: (ctx, machine) => checkPrograms(ctx, machine) },
  { name: 'trace folder', look: (ctx) => checkWritable(ctx.paths.traces) },
  { name: 'build cache', look: (ctx) => checkWritable(ctx.paths.builds) },
];

function checkCargo(ctx: Context, machine: Machine): Finding {
  const cargo = findCargo(ctx.env);
  const fix = `${installCommand(RUST_PACKAGES, machine.root)} (or https://rustup.rs)`;
  if (cargo === undefined) return { state: 'limited', detail: 'not found: modules cannot be built', fix };
  const detail = `${cargo.version} (${cargo.path})`;
  return cargo.fits
    ? { state: 'good', detail }
    : { state: 'limited', detail: `${detail} is older than ${OLDEST_CARGO}`, fix };
}

async function checkHost(ctx: Context): Promise<Finding> {
  const path = hostPath(ctx.env, ctx.home);
  const runs = await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (runs) return { state: 'good', detail: path };
  return {
    state: 'missing',
    detail: `${path} is not there: nothing can be recorded or replayed`,
    fix: 'npm run setup',
  };
}

async function checkFuseDevice(machine: Machine): Promise<Finding> {
  try {
    await (await open('/dev/fuse', 'r+')).close();
    return { state: 'good', detail: 'opens' };
  } catch (error) {
    const absent = systemCodeOf(error) === 'ENOENT';
    const detail = absent ? 'absent: no mount is possible here' : `does not open (${systemCodeOf(error)})`;
    const sudo = machine.root ? '' : 'sudo ';
    const fix = absent
      ? `${sudo}modprobe fuse (in a container: --device /dev/fuse --cap-add SYS_ADMIN)`
      : `${sudo}chmod 666 /dev/fuse`;
    return { state: 'missing', detail, fix };
  }
}

function checkFusermount(ctx: Context, machine: Machine): Finding {
  const path = findProgram('fusermount3', ctx.env);
  if (path !== undefined) return { state: 'good', detail: path };
  const fix = installCommand(['fuse3'], machine.root);
  return machine.root
    ? { state: 'limited', detail: 'not found: only root can mount', fix }
    : { state: 'missing', detail: 'not found: mounting needs it when not root', fix };
}

/** What building kernel modules and running them in a guest takes. */
async function checkGuests(ctx: Context, machine: Machine): Promise<Finding> {
  const parts = await vmParts(ctx.env);
  const missing = parts.filter(({ found }) => found === undefined);
  if (missing.length === 0) {
    const release = parts.find(({ name }) => name === 'vmlinuz and modules')?.found;
    return { state: 'good', detail: `boot Linux ${release}` };
  }
  return {
    state: 'limited',
    detail: `cannot run, or have no modules: no ${missing.map(({ name }) => name).join(', ')}`,
    fix: installCommand([...new Set(missing.flatMap(({ packages }) => packages))], machine.root),
  };
}

async function checkPrograms(ctx: Context, machine: Machine): Promise<Finding> {
  const list = join(ctx.home, 'setup/debian-packages.txt');
  const isCheckout = await access(list).then(
    () => true,
    () => false,
  );
  if (!isCheckout) return { state: 'good', detail: 'an installed package needs none' };
  const missing = missingPackages(readPackages(list), ctx.env);
  if (missing.length === 0) return { state: 'good', detail: 'all of setup/debian-packages.txt' };
  const detail = `missing: ${missing.map(({ provides, why }) => `${provides} (${why})`).join(', ')}`;
  return {
    state: 'limited',
    detail,
    fix: installCommand(
      missing.map(({ name }) => name),
      machine.root,
    ),
  };
}

/** A folder need not exist, but the nearest one above must take it. */
async function checkWritable(folder: string): Promise<Finding> {
  for (let path = folder; ; path = dirname(path)) {
    try {
      await access(path, constants.W_OK);
      return { state: 'good', detail: folder };
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT' && path !== dirname(path)) continue;
      return {
        state: 'missing',
        detail: `${folder} cannot be written (${path}: ${systemCodeOf(error)})`,
        fix: 'set XDG_DATA_HOME and XDG_CACHE_HOME to folders of yours',
      };
    }
  }
}
