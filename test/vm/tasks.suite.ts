// SPDX-License-Identifier: MIT OR Apache-2.0

/** A module with a thread and a work item of its own (testmods/busy), recorded in the kernel: what they took is in the trace, and a replay goes the same way. */

import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadModules, mountFs } from '../../src/capture/vm/bento-guest.js';
import type { Guest } from '../../src/capture/vm/guest.js';
import { endGuest, kernelModules, sh, shareModule } from '../support/guest.js';
import { HERE, HOST, RecordedGuest } from '../support/recorded-guest.js';

const AT = '/mnt/busy';
/** What the collector says when it has missed nothing. */
const WHOLE = { late: 0, unexplained: 0, broken: [], crash: null };

const recordings = new RecordedGuest('tasks');
const { place } = recordings;
let guest: Guest;
/** Modules under names of their own, as the guest calls their folder. */
let share = '';

beforeAll(async () => {
  const build = kernelModules(['--fs', 'busy']);
  guest = await recordings.boot();
  const { busy = '' } = build.fs;
  const plain = shareModule(guest, busy, 'bento_busy_plain');
  share = dirname(plain);
  shareModule(guest, busy, 'bento_busy_again');
  await loadModules(guest, { ...build, fs: { busy: plain } });
  await mountFs(guest, { fs: 'busy', device: '/dev/vda', at: AT, options: 'mkfs,deadline=60000' });
  // Before there is a load: see recorder.suite.ts.
  await recordings.told(AT, `quiet; begin ${HOST} /run/quiet.btr; kill -TERM $collector; wait $collector`);
});

afterAll(async () => {
  await recordings.remove(async () => {
    await sh(guest, `umount ${AT} || true`);
    await endGuest(guest, 'instances crashed');
  });
});

/** Records `script`, four programs being at work in `AT/NAME` from before it until after; what the collector said. */
async function recorded(name: string, options: string, script: string) {
  const said = await recordings.told(
    AT,
    `bash ${HERE}/noted.sh ${AT}/${name} /run/stop 4 >/tmp/load 2>&1 & load=$!
    until [ -e ${AT}/${name}/3 ]; do sleep 0.1; done
    begin ${HOST} /run/bento-vm/${name}.btr ${options}; before=$(ended)
    ${script}
    sleep 3; touch /run/stop; wait $load || { cat /tmp/load >&2; exit 1; }; rm /run/stop
    kill -TERM $collector; wait $collector
    echo $(($(ended) - before)); tail -1 /tmp/collected`,
  );
  const [ended, done] = said.trim().split('\n').slice(-2);
  return { ended: Number(ended), ...JSON.parse(done ?? '') };
}

/** Names of the tasks whose segments are in the trace, one for each, as `dump` lists them. */
async function segments(name: string): Promise<readonly string[]> {
  const dump = (await place.run(['dump', recordings.traceOf(name)])).stdout;
  return [...dump.matchAll(/-- TASK thread \d+ (\w+)$/gm)].map(([, task = '']) => task);
}

it('a busy mount: the tasks begin anew with the recording, and every replay goes their way', async () => {
  const done = await recorded('load', '--policy block', `stat '${AT}/!long' '${AT}/!wait' 2>/dev/null || true`);
  expect(done).toMatchObject({ ...WHOLE, account: { dropped: 0 } });
  const tasks = await segments('load');
  for (const name of ['flusher', 'note']) expect(tasks.filter((task) => task === name).length, name).toBeGreaterThan(5);
  expect(done.ended).toBeGreaterThan(tasks.length);
  for (const order of [[], ['--order', 'exact']]) {
    expect(await recordings.replayed('load', 'busy', 0, ...order)).toMatchObject({ verdict: 'same', warnings: [] });
  }
});

it('an upgrade ends the replay, which says why: the tasks from there on are of another instance', async () => {
  const done = await recorded(
    'upgrades',
    '--policy block',
    `sleep 1; insmod ${share}/bento_busy_again.ko; rmmod bento_busy_plain`,
  );
  expect(done).toMatchObject({ ...WHOLE, account: { dropped: 0 } });
  const why = /^the module was replaced after op \d+, and the tasks that went on from there are another instance's$/;
  const replay = await recordings.replayed('upgrades', 'busy', 1);
  expect(replay).toMatchObject({ verdict: 'refused', divergence: null, reason: expect.stringMatching(why) });
});

it('a thread that panics ends the recording, and the replay in the same task', async () => {
  const said = await recordings.told(
    AT,
    `begin ${HOST} /run/bento-vm/crash.btr --policy block
    echo a >${AT}/a; stat '${AT}/!wait' 2>/dev/null || true
    sleep 1; stat '${AT}/!panic' 2>/dev/null || true
    until ! echo b >${AT}/b; do sleep 0.1; done 2>/dev/null
    kill -TERM $collector; wait $collector; tail -1 /tmp/collected`,
  );
  const panic = /^asked to panic in a thread \(.*busy\/lib\.rs:\d+:\d+\)$/;
  expect(JSON.parse(said)).toMatchObject({ ...WHOLE, crash: expect.stringMatching(panic) });
  expect((await recordings.info('crash')).crash).toMatch(
    /^panic: asked to panic in a thread at .*busy\/lib\.rs:\d+:\d+/,
  );
  const replay = await recordings.replayed('crash', 'busy', 5);
  expect(replay).toMatchObject({
    verdict: 'crashed',
    panic: { cause: 'panic', message: 'in task 1 (flusher): asked to panic in a thread' },
  });
});
