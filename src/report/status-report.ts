// SPDX-License-Identifier: MIT OR Apache-2.0

import { formatBytes, formatCount } from '../base/format.js';
import type { JsonValue } from '../base/json.js';
import type { Style } from '../base/style.js';
import { tableLines } from '../base/table.js';
import { formatDuration, formatWallClock } from '../base/time.js';
import type { HostMount } from '../capture/host-mounts.js';
import type { KernelMount, KernelUpgrade, KernelVersion } from '../capture/kernel/sysfs.js';
import { type AnyMount, mountLabel } from '../capture/mounts.js';

const COLUMNS = [
  { title: 'mount' },
  { title: 'by' },
  { title: 'fs' },
  { title: 'revision' },
  { title: 'build' },
  { title: 'ops', align: 'right' },
  { title: 'recording' },
] as const;

/** `status` for people: a table of mounts, then what there is to say of single ones. */
export function statusLines(
  mounts: readonly AnyMount[],
  versions: readonly KernelVersion[],
  style: Style,
): readonly string[] {
  const lines =
    mounts.length === 0
      ? ['no mount is there (bento-rr record -- COMMAND makes one)']
      : tableLines(
          COLUMNS,
          mounts.map((mount) => row(mount, style)),
        );
  for (const mount of mounts) {
    if (mount.kind !== 'kernel') continue;
    if (mount.lastUpgrade !== null) lines.push(upgradeLine(mount, mount.lastUpgrade));
    if (mount.leftBytes > 0n) lines.push(leftLine(mount));
  }
  // A version that no mount runs is of interest: it could be removed, or what new mounts get.
  for (const { fs, module, mounts: used, current } of versions) {
    if (used === 0)
      lines.push(`${module}: a version of ${fs} that no mount runs${current ? '; new mounts get it' : ''}`);
  }
  return lines;
}

function row(mount: AnyMount, style: Style): readonly string[] {
  const { fs, revision, buildId, ops } = mount;
  const by = mount.kind === 'kernel' ? `kernel ${mount.id}` : 'bento-host';
  const recording = mount.kind === 'kernel' ? kernelRecording(mount, style) : hostRecording(mount, style);
  const build = buildId.slice(0, 12);
  return [mountLabel(mount), by, fs, revision === '' ? '-' : revision.slice(0, 12), build, formatCount(ops), recording];
}

function kernelRecording(mount: KernelMount, style: Style): string {
  if (mount.crashed) return style.bad('CRASHED: bento-rr upgrade or umount gets rid of it');
  const busy = mount.inFlight === 0n ? '' : ` (${formatCount(mount.inFlight)} under way)`;
  return `${mount.recording ? 'yes' : '-'}${busy}`;
}

function hostRecording({ crash, recording }: HostMount, style: Style): string {
  if (crash !== null) return style.bad(`CRASHED: ${crash}`);
  if (recording === null) return '-';
  const { path, ops, bytes, dropped } = recording;
  return `${path} (${formatCount(ops)} ops, ${formatBytes(bytes)}, ${formatCount(dropped)} dropped)`;
}

function upgradeLine(mount: KernelMount, last: KernelUpgrade): string {
  const at = formatWallClock(last.atNs).replace(/\.\d+Z$/, 'Z');
  const what = last.errno === 0 ? `ops waited ${formatDuration(last.pauseNs)}` : `refused: ${last.why}`;
  return `${mountLabel(mount)}: last upgrade ${at}, ${what}`;
}

/** Nobody knows which of it is still pointed to, so it is given back by a restart of the machine alone. */
function leftLine(mount: KernelMount): string {
  return `${mountLabel(mount)}: what crashed has left ${formatBytes(mount.leftBytes)} of memory behind, until the machine restarts`;
}

/** Mounts of which nothing could go over before ops had to wait, and why. */
export function wholeLines(mounts: readonly KernelMount[], style: Style): readonly string[] {
  return mounts.flatMap((mount) =>
    mount.lastUpgrade === null || mount.lastUpgrade.whole === ''
      ? []
      : [style.warn(`${mountLabel(mount)}: all of the state went over while ops waited: ${mount.lastUpgrade.whole}`)],
  );
}

/** `status --json`. */
export function statusDocument(
  mounts: readonly AnyMount[],
  versions: readonly KernelVersion[],
): { readonly [key: string]: JsonValue } {
  return {
    schema: 'bento-rr/status@1',
    mounts: mounts.map((mount) => (mount.kind === 'host' ? { ...mount } : kernelDocument(mount))),
    versions: versions.map((version) => ({ ...version })),
  };
}

/** A kernel mount as JSON. */
export function kernelDocument(mount: KernelMount): { readonly [key: string]: JsonValue } {
  const { opCounts, lastUpgrade, ...rest } = mount;
  return {
    ...rest,
    opCounts: Object.fromEntries(opCounts),
    lastUpgrade: lastUpgrade === null ? null : { ...lastUpgrade },
  };
}
