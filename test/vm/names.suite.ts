// SPDX-License-Identifier: MIT OR Apache-2.0

/** Names, attributes, xattrs, ACLs, access times and locks in the kernel. ext4 in the same guest is the judge. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModules } from '../../src/capture/vm/bento-guest.js';
import type { Guest } from '../../src/capture/vm/guest.js';
import { emptyDisk, endGuest, kernelModules, sh, startGuest } from '../support/guest.js';
import { guestProgram } from '../support/guest-program.js';

const MIB = 1 << 20;
const LONG_MS = 240_000;

const folder = mkdtempSync(join(tmpdir(), 'bento-vm-names-'));
let guest: Guest;

const program = (name: string) => guestProgram(folder, name);

beforeAll(async () => {
  const disks = ['tiffinfs', 'judge'].map((name) => ({ path: emptyDisk(join(folder, name), 128 * MIB) }));
  guest = await startGuest({ folder: join(folder, 'guest'), disks });
  await loadModules(guest, kernelModules(['--fs', 'tiffinfs', '--fs', 'memfs']));
  await sh(
    guest,
    `mkdir -p /mnt/tiffinfs /mnt/memfs /mnt/ext4
    mount -t bentoblk -o fs=tiffinfs,mkfs /dev/vda /mnt/tiffinfs
    mount -t bento -o fs=memfs none /mnt/memfs
    mkfs.ext4 -q -I 1024 /dev/vdb && mount -o acl,user_xattr /dev/vdb /mnt/ext4`,
  );
});
afterAll(async () => {
  await guest?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(['tiffinfs', 'memfs'])('%s', (fs) => {
  it.each([1, 2, 3, 4])('answers random ops on names as ext4 does (seed %i)', async (seed) => {
    const [ours, judge] = [fs, 'ext4'].map((name) => `/mnt/${name}/names-${fs}-${seed}`);
    const ops = program('names-ops');
    const words = `${ops} ${seed} 3000 ${ours} ${judge} ${fs === 'memfs' ? 'no-acls' : ''}`;
    const said = await sh(guest, `mkdir ${ours} ${judge}; ${words} || true`, LONG_MS);
    expect(said).toBe('3000 ops agree\n');
  });

  it('gives two processes the locks that ext4 gives them', async () => {
    const locks = program('locks');
    const said = (at: string) => sh(guest, `${locks} /mnt/${at}/locked; rm /mnt/${at}/locked`);
    expect(await said(fs)).toBe(await said('ext4'));
  });

  it.each(['strictatime', 'relatime', 'noatime', 'nodiratime'])(
    'keeps access times as ext4 does: %s',
    async (option) => {
      const times = program('access-times');
      const seen = (at: string) =>
        sh(
          guest,
          `mount -o remount,strictatime,diratime /mnt/${at}; mount -o remount,${option} /mnt/${at}; ${times} /mnt/${at}`,
        );
      const [ours, judge] = [await seen(fs), await seen('ext4')];
      expect(ours).toBe(judge);
      expect(ours.trim().split('\n')).toHaveLength(5);
    },
  );

  it('changes nothing while it is read-only, and everything again afterwards', async () => {
    const said = await sh(guest, readOnly(`/mnt/${fs}`));
    expect(said.trim().split('\n')).toEqual([...Array(9).fill('Read-only file system'), 'kept', 'written']);
  });
});

/** A line of the error of each call that would change something, and then of what stands and works. */
function readOnly(at: string): string {
  return `
    cd ${at}; mkdir held; echo kept >held/file; cd /; mount -o remount,ro ${at}
    why() { if "$@" 2>/run/why; then echo "$* did it"; else grep -o 'Read-only file system' /run/why; fi; }
    why touch ${at}/new; why mkdir ${at}/new; why rm ${at}/held/file; why mv ${at}/held ${at}/other; why ln ${at}/held/file ${at}/link
    why chmod 600 ${at}/held/file; why truncate -s 1 ${at}/held/file; why ln -s a ${at}/soft; why setfattr -n user.a -v b ${at}/held/file
    cat ${at}/held/file; mount -o remount,rw ${at}; echo written >${at}/held/file; cat ${at}/held/file; rm -r ${at}/held`;
}

it('nothing is left open, and the kernel has nothing to complain of', async () => {
  await sh(guest, 'cd /; umount /mnt/tiffinfs /mnt/memfs /mnt/ext4');
  await endGuest(guest);
});
