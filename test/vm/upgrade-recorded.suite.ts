// SPDX-License-Identifier: MIT OR Apache-2.0

/** A mount that is being recorded goes over to other versions, under load or away from a crash: counts, traces, and what a replay makes of them. */

import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModules, mountFs } from '../../src/capture/vm/bento-guest.js';
import type { Guest } from '../../src/capture/vm/guest.js';
import { endGuest, kernelModules, sh, shareModule } from '../support/guest.js';
import { HERE, HOST, LONG_MS, RecordedGuest, RR } from '../support/recorded-guest.js';

const AT = '/mnt/bento';
const MOUNT = '/sys/fs/bentofs/mounts/1';

const recordings = new RecordedGuest('upgrade-recorded');
const { place } = recordings;
let guest: Guest;
/** Modules under names of their own, as the guest calls their folder. */
let share = '';

beforeAll(async () => {
  const build = kernelModules(['--fs', 'tiffinfs', '--fs', 'tiffinfs-prov', '--fs', 'tripwire']);
  guest = await recordings.boot();
  const { tiffinfs = '', 'tiffinfs-prov': prov = '', tripwire = '' } = build.fs;
  const plain = shareModule(guest, tiffinfs, 'bento_up_plain');
  share = dirname(plain);
  shareModule(guest, tiffinfs, 'bento_up_again');
  shareModule(guest, prov, 'bento_up_prov');
  shareModule(guest, tripwire, 'bento_up_trip');
  await loadModules(guest, { ...build, fs: { tiffinfs: plain } });
  await mountFs(guest, { fs: 'tiffinfs', device: '/dev/vda', at: AT, options: 'mkfs,deadline=300000' });
});

afterAll(async () => {
  await recordings.remove(async () => {
    await sh(guest, `umount ${AT}`);
    await endGuest(guest, 'instances crashed');
  });
});

/** Upgrades along `ways` under writers, recorded; what the collector and the mount's own counters said. */
async function recorded(name: string, options: string, ways: readonly (readonly [string, string])[]) {
  const upgrades = ways.map(([to, from]) => `sleep 0.3; insmod ${share}/${to}.ko; rmmod ${from}`).join('\n');
  const said = await recordings.told(
    AT,
    `rm -f /run/stop; mkdir ${AT}/${name}; quiet; before=$(ended)
    begin ${HOST} /run/bento-vm/${name}.btr ${options}
    sh ${HERE}/writers.sh ${AT}/${name} /run/stop 2 >/tmp/writers 2>&1 & writers=$!
    ${upgrades}
    sleep 0.3; touch /run/stop; wait $writers || { cat /tmp/writers >&2; exit 1; }
    quiet; kill -TERM $collector; wait $collector
    echo $(($(ended) - before)); tail -1 /tmp/collected; rm -r ${AT}/${name}`,
  );
  const [ended = '', done = ''] = said.trim().split('\n');
  return { ended: Number(ended), ...JSON.parse(done) };
}

/** Recorded to the last op, as the mount counted them. */
function expectWhole({ ended, ...done }: Awaited<ReturnType<typeof recorded>>): void {
  expect(done.account).toMatchObject({ offered: ended, recorded: ended, dropped: 0 });
  expect(done).toMatchObject({ late: 0, unexplained: 0, broken: [], crash: null });
}

test('to the same build and back: nothing is lost, and one replay goes through', async () => {
  const done = await recorded('builds', '--policy block', [
    ['bento_up_again', 'bento_up_plain'],
    ['bento_up_plain', 'bento_up_again'],
  ]);
  expectWhole(done);
  expect(await recordings.replayed('builds', 'tiffinfs')).toMatchObject({
    verdict: 'same',
    ops: done.ended,
    warnings: [],
  });
});

test('to another version and back: nothing is lost, and a replay says that it ends where the other took over', async () => {
  const done = await recorded('prov', '--policy block', [
    ['bento_up_prov', 'bento_up_plain'],
    ['bento_up_plain', 'bento_up_prov'],
  ]);
  expectWhole(done);
  const replay = await recordings.replayed('prov', 'tiffinfs');
  const ops = Number(replay.ops);
  expect(ops).toBeLessThan(done.ended);
  const says = `another build took over after op ${ops}: the ${done.ended - ops} ops from there on are not replayed`;
  expect(replay).toMatchObject({ verdict: 'same', warnings: [says] });
  expect(await recordings.replayed('prov', 'tiffinfs', 0, '--allow-gaps')).toMatchObject({ ops: done.ended });
});

test.each(['drop', 'flight'])('policy %s, and nobody reads: counts stay exact across upgrades', async (policy) => {
  // Without a ring, the buffer of each processor is full to what the smallest of ops take: records of the upgrades find no room either.
  const fill = `perl -e 'for (1 .. 1500) { mkdir "${AT}/full" or die; rmdir "${AT}/full" or die }'`;
  const said = await recordings.told(
    AT,
    `quiet; before=$(ended)
    begin ${HOST} /run/bento-vm/${policy}.btr --policy ${policy} --buffer 73728:4
    kill -STOP $collector
    bash ${HERE}/flood.sh ${AT}/${policy} 2 400 1 & flood=$!
    for cpu in 0 1; do taskset -c $cpu ${fill}; done
    insmod ${share}/bento_up_prov.ko; rmmod bento_up_plain
    sleep 0.2; insmod ${share}/bento_up_plain.ko; rmmod bento_up_prov
    wait $flood; quiet
    kill -CONT $collector; kill -TERM $collector; wait $collector
    echo $(($(ended) - before)); tail -1 /tmp/collected`,
  );
  const [ended, text] = said.trim().split('\n');
  const done = JSON.parse(text ?? '');
  const { account, kernel } = done;
  expect(kernel).toMatchObject({ offered: Number(ended), filtered: 0, unanswered: 0 });
  expect(kernel.recorded + kernel.dropped).toBe(Number(ended));
  expect(account).toMatchObject({ offered: Number(ended), recorded: kernel.recorded, dropped: kernel.dropped });
  expect(kernel.dropped).toBeGreaterThan(0);
  // Records of upgrades are lost as ops are, and are none.
  if (policy === 'drop') expect(kernel.othersLost).toBe(2);
  expect(done).toMatchObject({ late: 0, unexplained: 0, broken: [], crash: null });
});

test('an upgrade away from a crash ends the recording, which ends at the crash; the next begins', async () => {
  await sh(guest, `insmod ${share}/bento_up_trip.ko; rmmod bento_up_plain`);
  const said = await sh(
    guest,
    `export XDG_DATA_HOME=/tmp/data XDG_STATE_HOME=/tmp/state; cd /; code=0
    cat >/tmp/crash.sh <<'END'
    mkdir d; echo a >d/f; exec 5>>d/f
    stat ./!panic || true
    mkdir e || true
    insmod ${share}/bento_up_plain.ko; rmmod bento_up_trip
    echo "recording $(cat ${MOUNT}/recording)"
    mkdir after; echo 1 >after/f; cat after/f
    echo 5 >&5 || true
END
    ${RR} record --json --source kernel --mount ${AT} --policy block -o /run/bento-vm/crash.btr -- bash /tmp/crash.sh 2>&1 || code=$?
    echo "code $code"
    at=${AT}; . ${HERE}/recording.sh
    begin ${HOST} /run/bento-vm/next.btr --policy block
    mkdir ${AT}/again; rm -r ${AT}/after
    kill -TERM $collector; wait $collector`,
    LONG_MS,
  );
  expect(said).toContain('recording 0\n');
  expect(said).toContain('code 5\n');
  expect(await recordings.info('crash')).toMatchObject({
    crash: expect.stringMatching(/^panic: asked to panic at .*tripwire\/lib\.rs:\d+:\d+$/),
    dropped: 0,
    gaps: 0,
  });
  const dump = (await place.run(['dump', recordings.traceOf('crash')])).stdout.trimEnd().split('\n');
  expect(dump.at(-1)).toContain('UPGRADE');
  expect(dump.filter((line) => line.includes('after'))).toEqual([]);
  const replay = await recordings.replayed('crash', 'tripwire', 5);
  expect(replay).toMatchObject({ verdict: 'crashed', panic: { message: 'asked to panic' } });
  expect(await recordings.replayed('next', 'tiffinfs')).toMatchObject({ verdict: 'same' });
});

test('where more changes than is noted, the state goes over as a whole, and that is told', async () => {
  const said = await sh(
    guest,
    `insmod ${share}/bento_up_trip.ko; rmmod bento_up_plain
    stat '${AT}/!dawdle' 2>/dev/null || true
    rm -f /run/stop; mkdir ${AT}/whole ${AT}/storm
    sh ${HERE}/writers.sh ${AT}/whole /run/stop 1 >/tmp/writers 2>&1 & writers=$!
    perl -e 'until (-e "/run/stop") { open my $f, ">", "${AT}/storm/f" or die "$!"; close $f or die "$!"; unlink "${AT}/storm/f" or die "$!" }' & storm=$!
    ${RR} upgrade --to ${share}/bento_up_plain.ko ${AT}
    grep whole ${MOUNT}/last_upgrade
    sleep 0.3; touch /run/stop; wait $storm; wait $writers || { cat /tmp/writers >&2; exit 1; }
    rm -r ${AT}/whole ${AT}/storm`,
    LONG_MS,
  );
  const why = 'more changed at once than the running version takes note of';
  expect(said).toContain(`all of the state went over while ops waited: ${why}`);
  expect(said).toContain(`whole ${why}\n`);
});
