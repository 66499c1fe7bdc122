// SPDX-License-Identifier: MIT OR Apache-2.0

/** An upgrade away from an instance that crashed: the new one starts from the device, and nothing of the old one's reaches a file that is not its own. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModules, mountFs, unmountFs } from '../../src/capture/vm/bento-guest.js';
import type { Guest } from '../../src/capture/vm/guest.js';
import type { KernelBuild } from '../../src/host/modules/build-kernel.js';
import { kernelModules, sh, startGuest } from '../support/guest.js';
import { CHECKOUT } from '../support/sources.js';

const AT = '/mnt/bento';
const MOUNT = '/sys/fs/bentofs/mounts/1';

let folder = '';
let disk = '';
let guest: Guest;
let build: KernelBuild;

const host = join(CHECKOUT, 'rust-fs/target/release/bento-host');
const module = join(CHECKOUT, 'rust-fs/target/release/libbento_tiffinfs.so');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bento-crash-'));
  build = kernelModules(['--fs', 'tiffinfs', '--fs', 'tripwire']);
  disk = join(folder, 'disk');
  execFileSync(host, ['mkfs', '--module', module, '--size', '64M', disk]);
  guest = await startGuest({ folder: join(folder, 'guest'), disks: [{ path: disk }] });
  await loadModules(guest, { ...build, fs: { tripwire: build.fs.tripwire ?? '' } });
  await mountFs(guest, { fs: 'tiffinfs', device: '/dev/vda', at: AT });
});

afterAll(async () => {
  await guest?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

test('what was open or lost before the crash never reaches a file of the new version', async () => {
  const said = await sh(
    guest,
    `
    cd ${AT}; mkdir d; echo kept >d/kept; echo other >other; sync -f .
    dmesg -C
    # One that is on the device, and several whose numbers the new version gives to others.
    exec 5<d/kept
    for n in 1 2 3 4; do echo lost >lost$n; done
    exec 6>>lost1 7>>lost2 8<lost3
    cd /
    stat '${AT}/!panic' 2>/dev/null || true
    echo "crashed $(cat ${MOUNT}/crashed)"
    insmod ${build.fs.tiffinfs}
    echo "crashed $(cat ${MOUNT}/crashed)"
    # As many as were lost, and more handles than were open.
    cd ${AT}
    for n in $(seq 20); do echo "new $n" >new$n; done
    exec 11>>new1 12>>new2 13>>new3 14>>new4 15>>new5 16>>new6
    for fd in 6 7; do { echo evil >&$fd; } 2>/dev/null || echo "fd $fd refused"; done
    cat <&5 2>/dev/null || echo "fd 5 refused"
    sync -f . || true
    echo 3 >/proc/sys/vm/drop_caches
    for n in $(seq 20); do [ "$(cat new$n)" = "new $n" ] || echo "new$n holds $(cat new$n)"; done
    cat d/kept other
    ls | grep lost | sed 's/^/still there: /' || true
    exec 5<&- 6>&- 7>&- 8<&- 11>&- 12>&- 13>&- 14>&- 15>&- 16>&-
    for n in $(seq 20); do [ "$(cat new$n)" = "new $n" ] || echo "then new$n holds $(cat new$n)"; done
    echo more >>d/kept; cat d/kept
    rmmod bento_tripwire && echo removed
    dmesg | grep -o 'a crashed instance leaves [0-9]* bytes behind' | sed 's/[0-9][0-9]*/N/'
    [ "$(cat ${MOUNT}/left_bytes)" -gt 0 ] && echo told`,
  );
  const lines = said.trim().split('\n');
  expect(lines.filter((line) => line.includes('holds') || line.startsWith('still there'))).toEqual([]);
  expect(lines.slice(0, 2)).toEqual(['crashed 1', 'crashed 0']);
  // The file that is still there may be read from what is cached; those that were lost are refused, or their writes fail in the sync.
  expect(lines.filter((line) => !/^(fd \d refused|crashed \d)$/.test(line))).toEqual([
    'kept',
    'other',
    'kept',
    'more',
    'removed',
    'a crashed instance leaves N bytes behind',
    'told',
  ]);
});

test('the device is whole after it all', async () => {
  await unmountFs(guest, AT);
  expect(guest.troubles, 'what the kernel complained of').toEqual([]);
  await guest.shutDown();
  execFileSync(host, ['fsck', '--module', module, disk], { stdio: 'pipe' });
});
