// SPDX-License-Identifier: MIT OR Apache-2.0

/** Handles that outlive caches, names and mounts: by the system calls for them, and through an NFS server and client in one guest. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModules } from '../../src/capture/vm/bento-guest.js';
import type { Guest } from '../../src/capture/vm/guest.js';
import { emptyDisk, endGuest, kernelModules, sh, startGuest } from '../support/guest.js';
import { guestProgram } from '../support/guest-program.js';
import { CHECKOUT } from '../support/sources.js';

const folder = mkdtempSync(join(tmpdir(), 'bento-vm-handles-'));
const handles = join(folder, 'handles');
let guest: Guest;

const MOUNT: Readonly<Record<string, string>> = {
  tiffinfs: 'mount -t bentoblk -o fs=tiffinfs /dev/vda /mnt/tiffinfs',
  memfs: 'mount -t bento -o fs=memfs none /mnt/memfs',
};

beforeAll(async () => {
  guestProgram(folder, 'handles');
  const disks = [{ path: emptyDisk(join(folder, 'disk'), 64 << 20) }];
  guest = await startGuest({ folder: join(folder, 'guest'), disks });
  await loadModules(guest, kernelModules(['--fs', 'tiffinfs', '--fs', 'memfs']));
  await sh(
    guest,
    `mkdir -p /mnt/tiffinfs /mnt/memfs; ${MOUNT.tiffinfs?.replace('tiffinfs ', 'tiffinfs,mkfs ')}; ${MOUNT.memfs}`,
  );
});
afterAll(async () => {
  await guest?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(['tiffinfs', 'memfs'])('%s', (fs) => {
  const at = `/mnt/${fs}`;
  /** What the handles lead to; a line each. */
  const found = async (before: string) =>
    (await sh(guest, `cd /; ${before}; ${handles} open /run/${fs} ${at}`)).trimEnd().split('\n');
  const drop = 'sync; echo 3 >/proc/sys/vm/drop_caches';
  const first = [
    `.: at ${at}, 2 entries`,
    `a: at ${at}/a, 2 entries`,
    `a/b/c: at ${at}/a/b/c, 3 entries`,
    'a/b/c/file: holds text, 2 links',
    'a/b/c/soft: links to file',
  ];

  it('finds files, links and directories, cached or not', async () => {
    const paths = '. a a/b/c a/b/c/file a/b/c/soft a/b/c/gone a/gone';
    await sh(
      guest,
      `cd ${at}; mkdir -p a/b/c a/gone other; echo text >a/b/c/file; ln a/b/c/file other/name; ln -s file a/b/c/soft; echo gone >a/b/c/gone
      ${handles} save /run/${fs} ${at} ${paths}`,
    );
    const all = [...first, 'a/b/c/gone: holds gone, 1 links', `a/gone: at ${at}/a/gone, 0 entries`];
    expect(await found('true')).toEqual(all);
    expect(await found(drop)).toEqual(all);
  });

  it('knows what is gone from what took its place', async () => {
    // As many new ones as it takes to be given the same numbers again.
    const replace = `rm ${at}/a/b/c/gone; rmdir ${at}/a/gone; for n in 1 2 3 4; do echo new >${at}/other/$n; mkdir ${at}/other/d$n; done`;
    const gone = [
      ...first.slice(0, 1),
      `a: at ${at}/a, 1 entries`,
      `a/b/c: at ${at}/a/b/c, 2 entries`,
      ...first.slice(3),
    ];
    const all = [...gone, 'a/b/c/gone: ESTALE', 'a/gone: ESTALE'];
    expect(await found(replace)).toEqual(all);
    expect(await found(drop)).toEqual(all);
  });

  it('follows what is renamed, to where it is now', async () => {
    const all = [
      `.: at ${at}, 2 entries`,
      `a: at ${at}/other/a, 1 entries`,
      `a/b/c: at ${at}/other/c, 2 entries`,
      'a/b/c/file: holds text, 1 links',
      'a/b/c/soft: links to file',
      ...['a/b/c/gone: ESTALE', 'a/gone: ESTALE'],
    ];
    const move = `mv ${at}/a/b/c ${at}/other/c; mv ${at}/a ${at}/other/a; rm ${at}/other/c/file; mkdir ${at}/a`;
    expect(await found(`${move}; mv ${at}/other/name ${at}/other/c/file`)).toEqual(all);
    expect(await found(drop)).toEqual(all);
    if (fs === 'memfs') return;
    expect(await found(`umount ${at}; ${MOUNT[fs]}`)).toEqual(all);
  });
});

/**
 * What rpc.mountd and exportfs would tell the kernel's NFS server: who 127.0.0.1 is, what file system 0 is, and that it may have all of it
 * (fsid, no subtree check, any port). Then a client in the same kernel.
 */
const NFS = `
  modprobe nfsd; modprobe nfsv4; mount -t nfsd nfsd /proc/fs/nfsd
  mkdir -p /var/lib/nfs/v4recovery /mnt/nfs
  cd /proc/net/rpc
  echo 'nfsd 127.0.0.1 2000000000 here' >auth.unix.ip/channel
  printf 'here 1 \\\\x00000000 2000000000 /mnt/tiffinfs\\n' >nfsd.fh/channel
  echo 'here /mnt/tiffinfs 2000000000 9218 65534 65534 0' >nfsd.export/channel
  cd /
  echo '-3 +4' >/proc/fs/nfsd/versions; echo 10 >/proc/fs/nfsd/nfsv4gracetime; echo 10 >/proc/fs/nfsd/nfsv4leasetime
  echo 'tcp 2049' >/proc/fs/nfsd/portlist || true; echo 2 >/proc/fs/nfsd/threads
  echo Y >/proc/fs/nfsd/v4_end_grace
  mount -i -t nfs4 -o vers=4.2,addr=127.0.0.1,clientaddr=127.0.0.1,sec=sys,soft,timeo=100 127.0.0.1:/ /mnt/nfs`;

it("is served over NFS, and what a client holds open outlives the server's caches", async () => {
  const said = await sh(
    guest,
    `rm -rf /mnt/tiffinfs/*; ${NFS}
    cd /mnt/nfs; mkdir -p deep/er/still; seq 5000 >deep/er/still/numbers; sync -f .
    cmp deep/er/still/numbers /mnt/tiffinfs/deep/er/still/numbers && echo same
    exec 5<deep/er/still/numbers; head -c 5 <&5 | tail -1
    # Neither side knows anything any more but handles.
    echo 3 >/proc/sys/vm/drop_caches
    tail -n +4 <&5 | tail -1
    mv deep/er/still moved; seq 5000 | cmp - moved/numbers && echo moved
    rm moved/numbers; (cat <&5 >/dev/null) && echo removed while open
    exec 5<&-; cp -r ${CHECKOUT}/src/capture copied; diff -r ${CHECKOUT}/src/capture copied && echo no difference
    cd /; umount /mnt/nfs; echo 0 >/proc/fs/nfsd/threads; umount /proc/fs/nfsd
    for cache in auth.unix.ip nfsd.fh nfsd.export; do date +%s >/proc/net/rpc/$cache/flush; done
    find /mnt/tiffinfs/moved /mnt/tiffinfs/deep | sort`,
  );
  expect(said.trimEnd().split('\n')).toEqual([
    'same',
    '35000',
    'moved',
    'removed while open',
    'no difference',
    ...['', '/er'].map((below) => `/mnt/tiffinfs/deep${below}`),
    '/mnt/tiffinfs/moved',
  ]);
});

it('leaves nothing that keeps the modules', async () => {
  await sh(guest, 'cd /; umount /mnt/tiffinfs /mnt/memfs');
  await endGuest(guest);
});
