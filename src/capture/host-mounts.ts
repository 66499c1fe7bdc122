// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Env } from '../host/locate.js';
import { askMount, controlSocket, controlSockets, isGone, mountpoints } from './control.js';
import { text, whole } from './json-fields.js';

export type Recording = {
  readonly path: string;
  readonly ops: bigint;
  readonly bytes: bigint;
  readonly dropped: bigint;
};

/** One mount, as its host tells. */
export type HostMount = {
  readonly kind: 'host';
  /** Absent for a mount whose place cannot be told from its socket. */
  readonly mountpoint: string | null;
  readonly socket: string;
  readonly fs: string;
  readonly module: string;
  readonly buildId: string;
  readonly revision: string;
  readonly stateSchema: bigint;
  readonly ops: bigint;
  readonly crash: string | null;
  readonly recording: Recording | null;
};

/** Asks every mount of this user; one that has just gone is left out. */
export async function hostMounts(env: Env): Promise<readonly HostMount[]> {
  const places = new Map((await mountpoints()).map((place) => [controlSocket(env, place), place]));
  const found = await Promise.all(
    (await controlSockets(env)).map((socket) => statusOf(socket, places.get(socket)).catch(gone)),
  );
  return found.filter((status) => status !== undefined);
}

function gone(error: unknown): undefined {
  if (!isGone(error)) throw error;
  return undefined;
}

async function statusOf(socket: string, mountpoint: string | undefined): Promise<HostMount> {
  const said = await askMount(socket, { command: 'status' });
  const recording: unknown = Reflect.get(said, 'recording');
  const crash: unknown = Reflect.get(said, 'crash');
  return {
    kind: 'host',
    mountpoint: mountpoint ?? null,
    socket,
    fs: text(said, 'fs'),
    module: text(said, 'module'),
    buildId: text(said, 'buildId'),
    revision: text(said, 'revision'),
    stateSchema: whole(said, 'stateSchema'),
    ops: whole(said, 'ops'),
    crash: typeof crash === 'string' ? crash : null,
    recording:
      typeof recording === 'object' && recording !== null
        ? {
            path: text(recording, 'path'),
            ops: whole(recording, 'ops'),
            bytes: whole(recording, 'bytes'),
            dropped: whole(recording, 'dropped'),
          }
        : null,
  };
}
