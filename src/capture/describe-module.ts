// SPDX-License-Identifier: MIT OR Apache-2.0

import { HostError } from '../base/errors.js';
import { findHost, type Surroundings } from '../host/locate.js';
import { runProgram } from '../host/modules/run-program.js';
import { hostFailure } from './host-failure.js';

export type ModuleFacts = {
  readonly fs: string;
  /** It lives on a block device. */
  readonly needsDevice: boolean;
  readonly buildId: string;
  readonly revision: string;
};

/** What a module says of itself, without mounting it. */
export async function describeModule(path: string, around: Surroundings, signal?: AbortSignal): Promise<ModuleFacts> {
  const host = await findHost(around);
  const done = await runProgram(host, ['--json-errors', 'describe', path], {
    cwd: around.cwd,
    env: around.env,
    signal,
  });
  if (!done.ok) throw hostFailure(done.stderr, `bento-host could not describe ${path} (${done.how})`);
  const said: unknown = JSON.parse(done.stdout);
  if (typeof said !== 'object' || said === null) {
    throw new HostError('E_HOST_PROTOCOL', `bento-host did not describe ${path}`, { why: done.stdout.slice(0, 200) });
  }
  const text = (key: string): string => String(Reflect.get(said, key) ?? '');
  return {
    fs: text('fs'),
    needsDevice: Reflect.get(said, 'needsDevice') === true,
    buildId: text('buildId'),
    revision: text('revision'),
  };
}
