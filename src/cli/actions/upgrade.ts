// SPDX-License-Identifier: MIT OR Apache-2.0

/** A live upgrade, done and told. */

import { formatBytes } from '../../base/format.js';
import { formatDuration } from '../../base/time.js';
import type { HostMount } from '../../capture/host-mounts.js';
import type { KernelMount, KernelUpgrade } from '../../capture/kernel/sysfs.js';
import { upgradeKernel } from '../../capture/kernel/upgrade.js';
import { mountLabel } from '../../capture/mounts.js';
import { upgradeMount } from '../../capture/upgrade.js';
import { resolveKernelModule } from '../../host/modules/kernel-module.js';
import { type ResolveOptions, resolveModule } from '../../host/modules/resolve-module.js';
import { kernelDocument, wholeLines } from '../../report/status-report.js';
import type { Context } from '../context.js';
import { surroundingsOf } from '../surroundings.js';

/** A mount of bento-host's. */
export async function upgradedHost(
  ctx: Context,
  mount: HostMount,
  to: string,
  building: ResolveOptions,
): Promise<void> {
  const module = await resolveModule(to, surroundingsOf(ctx), building);
  ctx.talk.progress('');
  const cost = await upgradeMount(mount, module.path);
  const pauseNs = cost.quiesceNs + cost.exportNs + cost.importNs + cost.swapNs;
  if (ctx.flags.json) {
    const { mountpoint, fs } = mount;
    await ctx.out.json({
      schema: 'bento-rr/upgrade@1',
      verdict: 'upgraded',
      mount: mountpoint,
      fs,
      to: module.path,
      pauseNs,
      ...cost,
    });
    return;
  }
  await ctx.out.line(
    `${ctx.out.style.good('upgraded')} ${mount.fs} at ${mountLabel(mount)} to ${module.label}: ` +
      `ops waited ${formatDuration(pauseNs)} for ${formatBytes(cost.stateBytes)} of state`,
  );
}

/** Every mount in the kernel of one file system. */
export async function upgradedKernel(
  ctx: Context,
  mount: KernelMount,
  to: string,
  { keep, ...building }: ResolveOptions & { readonly keep: boolean },
): Promise<void> {
  const module = await resolveKernelModule(to, surroundingsOf(ctx), building);
  ctx.talk.progress('');
  const done = await upgradeKernel({
    object: module.path,
    fs: mount.fs,
    keepOld: keep,
    env: ctx.env,
    signal: building.signal,
  });
  if (ctx.flags.json) {
    await ctx.out.json({
      schema: 'bento-rr/upgrade@1',
      verdict: 'upgraded',
      fs: done.fs,
      to: module.path,
      module: done.module,
      removed: done.removed,
      mounts: done.mounts.map(kernelDocument),
    });
    return;
  }
  await ctx.out.line(`${ctx.out.style.good('upgraded')} ${done.fs} to ${module.label}, loaded as ${done.module}`);
  const titles = ['mount', 'ops waited', 'quiesce', 'export', 'import', 'swap', 'state'];
  await ctx.out.table(
    titles.map((title) => ({ title })),
    done.mounts.map((one) => [mountLabel(one), ...(one.lastUpgrade === null ? [] : phases(one.lastUpgrade))]),
  );
  for (const line of wholeLines(done.mounts, ctx.out.style)) await ctx.out.line(line);
  if (done.removed.length > 0) await ctx.out.line(`removed ${done.removed.join(', ')}`);
}

function phases(last: KernelUpgrade): readonly string[] {
  const spans = [last.pauseNs, last.quiesceNs, last.exportNs, last.importNs, last.swapNs];
  return [...spans.map(formatDuration), formatBytes(last.stateBytes)];
}
