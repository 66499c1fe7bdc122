// SPDX-License-Identifier: MIT OR Apache-2.0

/** Modules that go wrong in the kernel: the mount answers EIO and can be unmounted, other mounts go on, the kernel does not complain. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModules, mountFs, unmountFs } from '../../src/capture/vm/bento-guest.js';
import type { Guest } from '../../src/capture/vm/guest.js';
import { endGuest, kernelModules, sh, startGuest } from '../support/guest.js';

const BAD = '/mnt/bad';
const GOOD = '/mnt/good';
/** Milliseconds that an op may run: long enough for any that is well, on a machine that is busy. */
const DEADLINE = 1000;

/** What makes the kernel send each op. */
const TRIGGERS: Readonly<Record<string, string>> = {
  lookup: 'stat f9',
  setattr: 'chmod 600 f',
  symlink: 'ln -s f s2',
  readlink: 'cat s',
  mknod: 'mkfifo p',
  mkdir: 'mkdir d2',
  unlink: 'rm f',
  rmdir: 'rmdir d',
  rename: 'mv f g',
  link: 'ln f g',
  open: 'cat f',
  create: 'echo x >g',
  read: 'cat f',
  write: 'dd if=/dev/zero of=f bs=4k count=1 conv=notrunc,fsync',
  fsync: 'dd if=/dev/zero of=f bs=4k count=1 conv=notrunc,fsync',
  opendir: 'ls d',
  statfs: 'stat -f .',
  setxattr: 'setfattr -n user.b -v 2 f',
  getxattr: 'getfattr -n user.a --only-values f',
  listxattr: 'getfattr -d f',
  removexattr: 'setfattr -x user.a f',
  fallocate: 'fallocate -l 8192 f',
  syncfs: 'sync -f f',
};

let folder = '';
let guest: Guest;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bento-guard-'));
  const build = kernelModules(['--fs', 'memfs', '--fs', 'trap']);
  guest = await startGuest({ folder: join(folder, 'guest') });
  await loadModules(guest, build);
  await mountFs(guest, { fs: 'memfs', at: GOOD });
});

afterAll(async () => {
  try {
    if (guest !== undefined) {
      await unmountFs(guest, GOOD);
      await endGuest(guest, 'instances crashed');
    }
  } finally {
    await guest?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Mounts, makes one op go wrong, and says what came of it: what the op answered, later ones, and the other mount. */
async function goWrong(how: string, op: string): Promise<Readonly<Record<string, string>>> {
  await mountFs(guest, { fs: 'trap', at: BAD, options: `deadline=${DEADLINE}` });
  const script = String.raw`
    dmesg -C
    cd ${BAD}; mkdir d; echo abc >f; ln -s f s; setfattr -n user.a -v 1 f; sync -f f
    stat '${BAD}/!${how}=${op}' >/dev/null 2>&1 || true
    # Nothing of it may be answered from the caches.
    echo 3 >/proc/sys/vm/drop_caches
    (${TRIGGERS[op] ?? 'true'}) >/dev/null 2>/tmp/said && echo op=worked || echo "op=$(grep -o 'Input/output error' /tmp/said | head -1)"
    stat /mnt/bad/later >/dev/null 2>/tmp/said || echo "later=$(grep -o 'Input/output error' /tmp/said | head -1)"
    cd /; echo x >${GOOD}/x && cat ${GOOD}/x | sed 's/^/other=/'
    umount ${BAD} && echo unmounted=yes
    dmesg | grep -c 'answers EIO from now on' | sed 's/^/crashes=/'
    dmesg | sed -nE 's/.*bentofs: .*panic at .*: (.*)/panic=\1/p'
    dmesg | grep -q 'is past its deadline' && echo reported=yes || true`;
  const lines = (await sh(guest, script)).trim().split('\n');
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

const EIO = 'Input/output error';
const CONTAINED = { later: EIO, other: 'x', unmounted: 'yes', crashes: '1' };

test.for(Object.keys(TRIGGERS))('a panic in %s ends the mount and nothing else', async (op) => {
  expect(await goWrong('panic', op)).toEqual({ op: EIO, ...CONTAINED, panic: `asked to panic in ${op}` });
});

test('a panic in the end of a mount does not keep it from ending', async () => {
  const came = await goWrong('panic', 'unmount');
  expect(came).toMatchObject({ other: 'x', unmounted: 'yes', crashes: '1', panic: 'asked to panic in unmount' });
});

for (const [how, what] of [
  ['loop', 'computes without end'],
  ['spin', 'calls services without end'],
] as const) {
  test(`an op that ${what} is reported and taken out`, async () => {
    expect(await goWrong(how, 'mkdir')).toEqual({ op: EIO, ...CONTAINED, reported: 'yes' });
  });
}

test('an op that waits for its own lock is let go', async () => {
  expect(await goWrong('deadlock', 'mkdir')).toMatchObject({ op: EIO, ...CONTAINED });
});

test('an op that returns with a lock in its hands ends the mount', async () => {
  expect(await goWrong('leak', 'mkdir')).toEqual({ op: EIO, ...CONTAINED });
});

test('a panic while mounting is an error of mount', async () => {
  const script = `mkdir -p ${BAD}; mount -t bento -o fs=trap,opt=size=66666 none ${BAD} 2>&1; echo status=$?; mountpoint -q ${BAD} || echo not mounted`;
  const said = await sh(guest, `{ ${script}; } || true`);
  expect(said).toMatch(/status=[1-9][\s\S]*not mounted/);
});
