// SPDX-License-Identifier: MIT OR Apache-2.0

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { type AppError, EnvironmentError, HostError, systemCodeOf } from '../base/errors.js';
import type { Env } from '../host/locate.js';
import { refusalError } from './host-failure.js';

/** Longest a host may think about a command; an upgrade waits for the ops under way. */
const ANSWER_MS = 60_000;

/** Folder of the control sockets of this user's mounts. */
export function runtimeFolder(env: Env): string {
  const given = env.XDG_RUNTIME_DIR;
  return given?.startsWith('/') ? join(given, 'bento-rr') : join(tmpdir(), `bento-rr-${userInfo().uid}`);
}

/** The socket of the mount at a place: named by it, so that nothing need be written down, and short enough for a socket. */
export function controlSocket(env: Env, mountpoint: string): string {
  return join(runtimeFolder(env), `${createHash('sha256').update(mountpoint).digest('hex').slice(0, 16)}.sock`);
}

/** Where things are mounted, as the kernel says. */
export async function mountpoints(): Promise<readonly string[]> {
  const lines = (await readFile('/proc/self/mounts', 'utf8')).split('\n');
  // The kernel writes blanks, tabs, newlines and backslashes in octal.
  const plain = (path: string) =>
    path.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
  return lines.flatMap((line) => {
    const path = line.split(' ')[1];
    return path === undefined ? [] : [plain(path)];
  });
}

/** Paths of the sockets that are there; whether anybody listens shows when they are asked. */
export async function controlSockets(env: Env): Promise<readonly string[]> {
  const folder = runtimeFolder(env);
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => name.endsWith('.sock'))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Sends one command to a mount's host and gives its answer; a refusal is thrown as the host worded it. */
export async function askMount(socket: string, command: Readonly<Record<string, string>>): Promise<object> {
  const line = await exchange(socket, `${JSON.stringify(command)}\n`);
  let answer: unknown;
  try {
    answer = JSON.parse(line);
  } catch (cause) {
    throw new HostError('E_HOST_PROTOCOL', `the mount at ${socket} answered something that is no JSON`, { cause });
  }
  if (typeof answer !== 'object' || answer === null) {
    throw new HostError('E_HOST_PROTOCOL', `the mount at ${socket} answered ${line.slice(0, 80)}`);
  }
  if (Reflect.get(answer, 'ok') !== true) throw refusalError(answer);
  return answer;
}

/** The mount's host is gone, and left its socket behind. */
export function isGone(error: unknown): boolean {
  return error instanceof EnvironmentError && error.code === 'E_ENV_MOUNT_GONE';
}

function exchange(path: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const fail = (error: AppError) => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(ANSWER_MS, () => {
      fail(new HostError('E_HOST_SILENT', `the mount at ${path} did not answer within ${ANSWER_MS / 1000} s`));
    });
    socket.once('error', (cause) =>
      fail(
        new EnvironmentError('E_ENV_MOUNT_GONE', `no mount listens at ${path}`, {
          cause,
          hint: 'bento-rr status lists the mounts that are there',
        }),
      ),
    );
    let heard = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      heard += chunk;
      const end = heard.indexOf('\n');
      if (end === -1) return;
      resolve(heard.slice(0, end));
      socket.end();
    });
    socket.once('close', () =>
      fail(new HostError('E_HOST_CRASHED', `the mount at ${path} went away without an answer`)),
    );
    socket.write(text);
  });
}
