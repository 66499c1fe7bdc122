// SPDX-License-Identifier: MIT OR Apache-2.0

/** Tracepoints: they count what the mount counts, and the scripts that come with them run. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModules, mountFs, unmountFs } from '../../src/capture/vm/bento-guest.js';
import type { Guest } from '../../src/capture/vm/guest.js';
import { endGuest, kernelModules, sh, startGuest } from '../support/guest.js';
import { CHECKOUT } from '../support/sources.js';

const AT = '/mnt/bento';
const TRACING = '/sys/kernel/tracing';
/** A few ops of several kinds. */
const WORK = `for i in $(seq 40); do echo $i >${AT}/f$i; cat ${AT}/f$i >/dev/null; rm ${AT}/f$i; done; mkdir ${AT}/d; sync ${AT}/d; stat -f ${AT} >/dev/null; rmdir ${AT}/d`;

let folder = '';
let guest: Guest;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bento-tracepoints-'));
  const build = kernelModules(['--fs', 'memfs']);
  guest = await startGuest({ folder: join(folder, 'guest') });
  await loadModules(guest, build);
  await mountFs(guest, { fs: 'memfs', at: AT });
  await sh(guest, `mountpoint -q ${TRACING} || mount -t tracefs tracefs ${TRACING}`);
});

afterAll(async () => {
  try {
    if (guest !== undefined) {
      await unmountFs(guest, AT);
      await endGuest(guest);
    }
  } finally {
    await guest?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Ops by opcode name, as the mount counts them. */
async function counted(): Promise<ReadonlyMap<string, bigint>> {
  const lines = (await sh(guest, 'cat /sys/fs/bentofs/mounts/1/ops')).trim().split('\n');
  return new Map(lines.map((line) => [line.split(' ')[0] ?? '', BigInt(line.split(' ')[1] ?? '0')]));
}

test('every op begins once and ends once, and the mount counts the same', async () => {
  const event = (name: string) => `${TRACING}/events/bentofs/${name}`;
  const arm = (sign: string) =>
    ['bento_op_begin', 'bento_op_end'].map(
      (name) => `echo '${sign}hist:keys=op:vals=hitcount' >${event(name)}/trigger`,
    );
  await sh(guest, 'sync');
  const before = await counted();
  await sh(guest, [...arm(''), WORK, 'sleep 1'].join('\n'));
  const read = async (name: string) => {
    const rows = [...(await sh(guest, `cat ${event(name)}/hist`)).matchAll(/op:\s*(\d+)\s*\}\s*hitcount:\s*(\d+)/g)];
    return new Map(rows.map(([, op, count]) => [Number(op), BigInt(count ?? '0')]));
  };
  // The mount syncs by itself some seconds after a change: what was read while an op began is read again.
  let [begun, ended, after] = [await read('bento_op_begin'), await read('bento_op_end'), await counted()];
  for (
    let again = await read('bento_op_begin');
    !isDeepStrictEqual(again, begun);
    again = await read('bento_op_begin')
  ) {
    [begun, ended, after] = [again, await read('bento_op_end'), await counted()];
  }
  await sh(guest, arm('!').join('\n'));
  const sum = (counts: Iterable<bigint>) => [...counts].reduce((all, one) => all + one, 0n);
  expect(begun).toEqual(ended);
  expect(sum(ended.values())).toBeGreaterThan(100n);
  expect(sum(ended.values())).toBe(sum(after.values()) - sum(before.values()));
});

for (const [script, says] of [
  ['op-latency.bt', /@ops\[\w+\]: \d+/],
  ['op-slow.bt', /MOUNT OP/],
  ['lock-waits.bt', /Watching the locks/],
  ['block-io.bt', /Watching the devices/],
  ['upgrade.bt', /MOUNT PHASE/],
] as const) {
  test(`${script} runs`, async () => {
    const path = join(CHECKOUT, 'tracepoints/bpftrace', script);
    const said = await sh(
      guest,
      `cat >/run/work.sh <<'END'\n${WORK}\nEND\nulimit -l unlimited; bpftrace ${path} -c '/bin/sh /run/work.sh'`,
      200_000,
    );
    expect(said).toMatch(says);
  });
}
