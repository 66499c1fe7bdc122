// SPDX-License-Identifier: MIT OR Apache-2.0

/** File data in the kernel: page cache, direct I/O, mappings, ranges, errors. ext4 in the same guest is the judge. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModules } from '../../src/capture/vm/bento-guest.js';
import type { Guest } from '../../src/capture/vm/guest.js';
import { outsider } from '../outsiders/programs.js';
import { FSX } from '../outsiders/settings.js';
import { emptyDisk, endGuest, kernelModules, sh, startGuest } from '../support/guest.js';
import { guestProgram } from '../support/guest-program.js';

const MIB = 1 << 20;
const LONG_MS = 240_000;

const FIO = [
  '--ioengine=psync --rw=write --bs=1m',
  '--ioengine=psync --rw=randwrite --bs=4k --fsync=64',
  '--ioengine=psync --rw=randwrite --bs=512-9k --bs_unaligned',
  '--ioengine=psync --rw=randwrite --bs=4k --sync=1 --io_size=1m',
  '--ioengine=psync --rw=randwrite --bs=4k --direct=1',
  '--ioengine=libaio --rw=randwrite --bs=16k --iodepth=8 --direct=1',
  '--ioengine=io_uring --rw=randrw --bs=4k --iodepth=4',
  '--ioengine=mmap --rw=randwrite --bs=4k',
  '--ioengine=splice --rw=write --bs=64k',
];

const folder = mkdtempSync(join(tmpdir(), 'bento-vm-data-'));
let guest: Guest;

const program = (name: string) => guestProgram(folder, name);

beforeAll(async () => {
  const disks = ['tiffinfs', 'judge'].map((name) => ({ path: emptyDisk(join(folder, name), 512 * MIB) }));
  guest = await startGuest({ folder: join(folder, 'guest'), disks });
  await loadModules(guest, kernelModules(['--fs', 'tiffinfs', '--fs', 'memfs']));
  await sh(
    guest,
    `mkdir -p /mnt/tiffinfs /mnt/memfs /mnt/ext4
    mount -t bentoblk -o fs=tiffinfs,mkfs /dev/vda /mnt/tiffinfs
    mount -t bento -o fs=memfs none /mnt/memfs
    mkfs.ext4 -q /dev/vdb && mount /dev/vdb /mnt/ext4`,
  );
});
afterAll(async () => {
  await guest?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(['tiffinfs', 'memfs'])('%s', (fs) => {
  it.each([1, 2, 3])('answers random data ops as ext4 does, and holds the same (seed %i)', async (seed) => {
    const [ours, judge] = [fs, 'ext4'].map((name) => `/mnt/${name}/ops-${fs}-${seed}`);
    const ops = program('data-ops');
    expect(await sh(guest, `mkdir ${ours} ${judge}; ${ops} ${seed} 1000 ${ours} ${judge}`, LONG_MS)).toBe(
      '1000 ops agree\n',
    );
    // What is in memory is what is below.
    await sh(
      guest,
      `sync; echo 3 > /proc/sys/vm/drop_caches
      cmp ${ours}/file-0 ${judge}/file-0; cmp ${ours}/file-1 ${judge}/file-1; rm -r ${ours} ${judge}`,
    );
  });

  it.each([1, 2])('lists a folder as POSIX has it while names come and go (seed %i)', async (seed) => {
    const at = `/mnt/${fs}/names-${seed}`;
    const script = `mkdir ${at}; ${program('listings')} ${seed} 6000 ${at}; rm -r ${at}`;
    expect(await sh(guest, script, LONG_MS)).toBe('6000 ops as they should be\n');
  });

  it('keeps what fsx wrote', async () => {
    writeFileSync(join(folder, 'fsx.toml'), FSX);
    const words = `-q -N 4000 -S 7 -f ${join(folder, 'fsx.toml')} -P ${folder} file`;
    await sh(guest, `mkdir -p ${folder}; cd /mnt/${fs}; ${outsider('fsx')} ${words} 1>&2`, LONG_MS);
  });

  it.each(FIO)('keeps what fio wrote: %s', async (how) => {
    const words = `--name=job --filename=fio --size=8m --verify=crc32c --verify_fatal=1 --randseed=7 ${how}`;
    await sh(guest, `cd /mnt/${fs}; rm -f fio; fio ${words} 1>&2; rm fio`, LONG_MS);
  });
});

it('a writer past the end of the device is told so by write(2), and what it was not refused is there', async () => {
  const script = `
    cd /mnt/tiffinfs
    i=0; while head -c 3000000 /dev/urandom > full-$i 2>/tmp/why; do i=$((i + 1)); done
    grep -o 'No space left on device' /tmp/why
    sync -f . && md5sum full-* > /tmp/sums && echo 3 > /proc/sys/vm/drop_caches && md5sum -c --quiet /tmp/sums
    ls full-* | wc -l | awk '{ print ($1 > 100) }'
    rm full-*; sync; head -c 3000000 /dev/zero > again && rm again`;
  expect(await sh(guest, script, LONG_MS)).toBe('No space left on device\n1\n');
});

it('a write-back that fails is told once to each descriptor, and damages nothing that is in memory', async () => {
  const script = `
    modprobe -a dm-mod; modprobe brd rd_nr=1 rd_size=65536
    dmsetup create weak --noudevsync --table "0 $(blockdev --getsz /dev/ram0) linear /dev/ram0 0"
    mkdir -p /mnt/weak; mount -t bentoblk -o fs=tiffinfs,mkfs /dev/dm-0 /mnt/weak
    ${program('write-errors')} /mnt/weak/file weak /dev/ram0; umount /mnt/weak; dmsetup remove --noudevsync weak`;
  expect((await sh(guest, script)).split('\n')).toEqual([
    'write: 0',
    'fsync: 5',
    'fsync again: 0',
    'fsync of another: 5',
    'fsync of another again: 0',
    'fsync of a reader: 5',
    'fsync of one opened after all heard: 0',
    'direct read: 5',
    'direct write: 5',
    'fsync after it: 0',
    'read: 5',
    'read that works: 0',
    'holds a a',
    'write: 0',
    'fsync that works: 0',
    'write: 0',
    'fsync of whoever opens next: 5',
    'fsync of it again: 0',
    '',
  ]);
});

it('a time that was set stays, though pages are written later', async () => {
  const script = `
    cd /mnt/tiffinfs; echo text > timed; touch -d '2001-02-03 04:05:06.789 UTC' timed; stat -c %.Y timed
    sync; stat -c %.Y timed; echo 2 > /proc/sys/vm/drop_caches; stat -c %.Y timed; rm timed`;
  expect((await sh(guest, script)).split('\n')).toEqual([...Array(3).fill('981173106.789000000'), '']);
});

it.each(['tiffinfs', 'memfs'])('of two changes the later one never has the earlier time: %s', async (fs) => {
  const order = program('time-order');
  expect(await sh(guest, `mkdir /mnt/${fs}/order; ${order} /mnt/${fs}/order 2>&1; rm -r /mnt/${fs}/order`)).toBe(
    '0 of 2800\n',
  );
});

it('nothing is left open, and the kernel has nothing to complain of', async () => {
  await sh(guest, 'cd /; umount /mnt/tiffinfs /mnt/memfs /mnt/ext4');
  await endGuest(guest);
});
