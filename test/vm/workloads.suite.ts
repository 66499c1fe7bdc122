// SPDX-License-Identifier: MIT OR Apache-2.0

/** Real programs on kernel mounts: what they do is right, mounts come and go, and a power cut loses nothing synced. */

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadModules, mountFs, unloadModules } from '../../src/capture/vm/bento-guest.js';
import type { Guest } from '../../src/capture/vm/guest.js';
import type { KernelBuild } from '../../src/host/modules/build-kernel.js';
import { outsider } from '../outsiders/programs.js';
import { LEFT_OUT, PJDFSTEST } from '../outsiders/settings.js';
import { emptyDisk, endGuest, kernelModules, sh, startGuest } from '../support/guest.js';
import { PATIENCE } from '../support/patience.js';
import { CHECKOUT } from '../support/sources.js';

const MIB = 1 << 20;
const LONG_MS = 240_000;

/** Each leaves its folder as it is: what is in it is compared after a remount. */
const WORKLOADS: readonly (readonly [string, string])[] = [
  [
    'git clone, gc and fsck',
    `mkdir origin; cp -r ${CHECKOUT}/src/capture origin; cd origin; git init -q .; git add .
    git -c user.name=n -c user.email=n@example.org commit -qm first; cd ..
    git clone -q --no-local origin clone; git -C clone gc -q; git -C clone fsck --full --strict
    diff -r origin/capture clone/capture`,
  ],
  [
    'sqlite3 with a journal, with a write-ahead log, and its integrity check',
    `insert="insert into t select value, hex(randomblob(50)) from generate_series(1, 300)"
    for mode in delete wal; do
      sqlite3 $mode.db "pragma journal_mode=$mode; create table t (a integer primary key, b); $insert" 1>&2
      sqlite3 $mode.db 'delete from t where a % 3 = 0; vacuum'
      test "$(sqlite3 $mode.db 'pragma integrity_check; select count(*) from t')" = "$(printf 'ok\\n200')"
    done`,
  ],
  [
    'tar and diff',
    `tar cf packed.tar -C ${CHECKOUT} docs proto; mkdir unpacked; tar xf packed.tar -C unpacked
    diff -r ${CHECKOUT}/docs unpacked/docs; diff -r ${CHECKOUT}/proto unpacked/proto`,
  ],
  [
    'fio with verification',
    'fio --name=job --size=4m --rw=randwrite --bs=4k --fsync=128 --verify=crc32c --verify_fatal=1 --randseed=7 1>&2',
  ],
  ['dbench', 'dbench -t 2 -D . -c /usr/share/dbench/client.txt 2 1>&2'],
  ['fs_mark', 'fs_mark -d m1 -d m2 -n 50 -s 4096 -k 1>&2; test "$(find m1 m2 -type f -size 4096c | wc -l)" = 100'],
  [
    'a gcc build',
    `for i in 1 2 3 4; do echo "int f$i(void) { return $i; }" > f$i.c; done
    echo 'int f1(void), f2(void), f3(void), f4(void); int main(void) { return f1() + f2() + f3() + f4(); }' > main.c
    gcc -g -O1 -c ./*.c; ar rc libf.a f?.o; gcc -o main main.o libf.a; ./main || test $? = 10; test -x main`,
  ],
];

const folder = mkdtempSync(join(tmpdir(), 'bento-vm-work-'));
const disks = ['one', 'two'].map((name) => ({ path: emptyDisk(join(folder, name), 256 * MIB) }));
let modules: KernelBuild;
let guest: Guest;

async function boot(name: string): Promise<Guest> {
  const started = await startGuest({ folder: join(folder, name), disks });
  await loadModules(started, modules);
  return started;
}

const mountOne = (options?: string) => mountFs(guest, { fs: 'tiffinfs', device: '/dev/vda', at: '/mnt/one', options });
const sums = (at: string) => sh(guest, `cd ${at}; find . -type f -exec md5sum {} + | sort`, LONG_MS);

beforeAll(async () => {
  modules = kernelModules(['--fs', 'tiffinfs', '--fs', 'memfs']);
  guest = await boot('first');
  await mountOne('mkfs');
});
afterAll(async () => {
  await guest?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

it.each(WORKLOADS)('%s', async (name, script) => {
  const at = `/mnt/one/${name.replaceAll(/\W+/g, '-')}`;
  await sh(guest, `export GIT_CONFIG_GLOBAL=/dev/null; mkdir ${at}; cd ${at}\n${script}`, LONG_MS);
});

it('two mounts and two file systems at once keep to themselves', async () => {
  await mountFs(guest, { fs: 'tiffinfs', device: '/dev/vdb', at: '/mnt/two', options: 'mkfs' });
  await mountFs(guest, { fs: 'memfs', at: '/mnt/mem' });
  const script = `
    for at in one two mem; do
      (mkdir /mnt/$at/both; for i in $(seq 30); do echo "$at $i" > /mnt/$at/both/$i; done) & all="\${all:-} $!"
    done
    for one in $all; do wait $one; done
    for at in one two mem; do cat /mnt/$at/both/* | sort -u | grep -c "^$at "; cat /mnt/$at/both/* | wc -l; done
    umount /mnt/mem /mnt/two`;
  expect((await sh(guest, script)).split('\n')).toEqual([...Array(6).fill('30'), '']);
});

it('passes every case of pjdfstest that can run', async () => {
  // pjdfstest becomes others: every user must reach its folders.
  chmodSync(folder, 0o755);
  const config = join(folder, 'pjdfstest.toml');
  writeFileSync(config, PJDFSTEST);
  const program = outsider('pjdfstest');
  const script = `mkdir -p -m 755 /mnt/one/judged /tmp/other; cd /mnt/one/judged; chmod 755 . ..
    ${program} -c ${config} -p "$PWD" -s /tmp/other 2>&1 || echo "status $?"; rm -rf /mnt/one/judged`;
  const lines = (await sh(guest, script, LONG_MS)).split('\n');
  expect(lines.filter((line) => /\sFAILED$|^status/.test(line))).toEqual([]);
  const skipped = lines.filter((line) => /\sskipped$/.test(line));
  expect(skipped.filter((line) => !LEFT_OUT.some((words) => line.includes(words)))).toEqual([]);
  expect(lines.filter((line) => /\sok$/.test(line)).length).toBeGreaterThanOrEqual(370);
});

it('holds the same after unload, reload and remount', async () => {
  const before = await sums('/mnt/one');
  expect(before.split('\n').length).toBeGreaterThan(100);
  await sh(guest, 'umount /mnt/one');
  await unloadModules(guest);
  expect(await sh(guest, 'lsmod | grep -c bento || true')).toBe('0\n');
  await loadModules(guest, modules);
  await mountOne();
  expect(await sums('/mnt/one')).toBe(before);
});

it(
  'after a power cut the image is whole and has what was synced',
  async () => {
    await sh(
      guest,
      `cd /mnt/one; mkdir cut; seq 20000 > cut/synced; mv cut/synced cut/moved; sync cut/moved cut; sync -f .
    for i in $(seq 200); do seq 2000 > cut/later-$i; done; rm -rf tar-and-diff/unpacked`,
    );
    expect(guest.troubles).toEqual([]);
    await guest.powerCut();

    guest = await boot('second');
    await mountOne();
    expect(await sh(guest, 'seq 20000 | cmp - /mnt/one/cut/moved; ls /mnt/one/cut | grep -c synced || true')).toBe(
      '0\n',
    );
    await sh(guest, 'git -C /mnt/one/git-clone-gc-and-fsck/clone -c safe.directory="*" fsck --full');
    await sh(guest, 'umount /mnt/one');
    await endGuest(guest);
    execFileSync(join(CHECKOUT, 'rust-fs/target/release/bento-host'), [
      ...['fsck', '--module', join(CHECKOUT, 'rust-fs/target/release/libbento_tiffinfs.so')],
      join(folder, 'one'),
    ]);
  },
  LONG_MS * PATIENCE,
);
