// SPDX-License-Identifier: MIT OR Apache-2.0

/** Real programs on kernel mounts, recorded in the kernel, replayed in userspace: every answer must be the same. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModules } from '../../src/capture/vm/bento-guest.js';
import type { Guest } from '../../src/capture/vm/guest.js';
import { builtModule, Place } from '../support/bento-rr.js';
import { emptyDisk, endGuest, kernelModules, sh, startGuest } from '../support/guest.js';
import { CHECKOUT, crateFolder } from '../support/sources.js';

const RR = join(CHECKOUT, 'bin/bento-rr');
const LONG_MS = 280_000;

const ZSTD = join(crateFolder('zstd-sys'), 'zstd/lib');
/** Compresses what it reads, and looks whether it comes back. */
const ROUND_TRIP = `#include "zstd.h"
#include <string.h>
#include <unistd.h>
static char text[4 << 20], packed[4 << 20], back[4 << 20];
int main(void) {
  size_t len = 0, size;
  for (ssize_t n; (n = read(0, text + len, sizeof(text) - len)) > 0;) len += n;
  size = ZSTD_compress(packed, sizeof(packed), text, len, 1);
  if (ZSTD_isError(size) || len < 1000000 || size > len / 3) return 1;
  return ZSTD_decompress(back, sizeof(back), packed, size) != len || memcmp(text, back, len) != 0;
}
`;

/** Each ends with 0 only when what it wrote is what it finds. */
const WORKLOADS: Readonly<Record<string, string>> = {
  git: `git clone -q --no-hardlinks /tmp/source clone; cd clone; git gc -q --aggressive; git fsck --full 2>&1; git status --short | wc -l | grep -x 0`,
  sqlite: `sqlite3 db "pragma journal_mode=wal; create table t(a integer primary key, b text);
    insert into t select value, hex(randomblob(40)) from generate_series(1, 600); delete from t where a % 3 = 0; vacuum;
    pragma integrity_check;" | grep -x ok`,
  untar: `tar cf tree.tar -C /tmp source; mkdir out; tar xf tree.tar -C out; diff -r /tmp/source out/source; rm -r out`,
  fio: `fio --name=f --filename=shared --size=4m --numjobs=4 --rw=randrw --bs=4k-16k --io_size=2m --verify=crc32c --verify_fatal=1 --serialize_overlap=0 --offset_increment=4m >&2`,
  dbench: `head -4000 /usr/share/dbench/client.txt > /tmp/load.txt; dbench -c /tmp/load.txt -D . -t 3 2 >&2`,
  fsmark: `fs_mark -d a -d b -n 60 -s 5000 >&2`,
  // What Linux has as its modules zstd_compress and zstd_decompress: 28,000 lines.
  gcc: `cp -r ${ZSTD}/common ${ZSTD}/compress ${ZSTD}/decompress ${ZSTD}/*.h .
    cat > main.c <<END
${ROUND_TRIP}END
    ls */*.c | xargs -P 2 -n 4 gcc -O0 -pipe -DZSTD_DISABLE_ASM -c; ar rc libzstd.a ./*.o
    gcc -o main main.c libzstd.a; cat */*.c | ./main`,
};

const folder = mkdtempSync(join(tmpdir(), 'bento-vm-record-'));
const place = new Place();
let guest: Guest;

beforeAll(async () => {
  const disks = [{ path: emptyDisk(join(folder, 'disk'), 1 << 30) }];
  guest = await startGuest({ folder: join(folder, 'guest'), disks });
  await loadModules(guest, kernelModules(['--fs', 'tiffinfs', '--fs', 'memfs']));
  await sh(
    guest,
    `mkdir -p /mnt/tiffinfs /mnt/memfs
    mount -t bentoblk -o fs=tiffinfs,mkfs /dev/vda /mnt/tiffinfs
    mount -t bento -o fs=memfs none /mnt/memfs
    git config --global user.name n; git config --global user.email n@example.org
    git init -q /tmp/source; cd /tmp/source
    for n in 1 2 3; do mkdir -p d$n; for f in 1 2 3 4 5 6; do seq $n $((n * f * 40)) > d$n/f$f; done; git add .; git commit -qm "commit $n"; done`,
  );
});
afterAll(async () => {
  await guest?.[Symbol.asyncDispose]();
  place.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Ops that ended on the mount, as its own counters say. */
async function ended(at: string): Promise<bigint> {
  const fs = at.slice('/mnt/'.length);
  const script = `for m in /sys/fs/bentofs/mounts/*; do if grep -qx ${fs} $m/fs; then awk '{ n += $2 } END { print n }' $m/ops; fi; done`;
  return BigInt((await sh(guest, script)).trim());
}

/** Records a workload in the guest, and replays it here. */
async function recorded(fs: string, name: string, script: string) {
  const mount = `/mnt/${fs}`;
  const trace = `${fs}-${name}.btr`;
  const before = await ended(mount);
  await sh(
    guest,
    `mkdir ${mount}/${name}; cd ${mount}/${name}
    export XDG_DATA_HOME=/tmp/data XDG_STATE_HOME=/tmp/state
    ${RR} record --source kernel --mount ${mount} --policy block -o /run/bento-vm/${trace} -- bash -euo pipefail -c 'cd ${mount}/${name}
    ${script.replaceAll("'", "'\\''")}'`,
    LONG_MS,
  );
  const path = join(folder, 'guest', trace);
  const replay = await place.json(['replay', path, '--module', builtModule(fs)]);
  const info = await place.json(['info', path]);
  return { replay, info, ended: (await ended(mount)) - before };
}

function expectSame({ replay, info, ended }: Awaited<ReturnType<typeof recorded>>) {
  expect(replay).toMatchObject({ verdict: 'same' });
  expect(info).toMatchObject({ dropped: 0, gaps: 0 });
  const ops = Number((info as { ops: number | string }).ops);
  expect(ops).toBeGreaterThan(20);
  // What the recorder took is no more than what the mount's own counters say ended.
  expect(ended).toBeGreaterThanOrEqual(BigInt(ops));
}

describe.each(['tiffinfs', 'memfs'])('%s', (fs) => {
  const names = fs === 'tiffinfs' ? Object.keys(WORKLOADS) : ['git', 'untar'];
  it.each(names)('is recorded under %s and replays the same', async (name) => {
    expectSame(await recorded(fs, name, WORKLOADS[name] ?? ''));
  });
});

it('knows a build for the kernel and one for userspace of the same sources for one version', async () => {
  const info = await place.json(['info', join(folder, 'guest', 'tiffinfs-git.btr')]);
  const host = join(CHECKOUT, 'rust-fs/target/release/bento-host');
  const described = JSON.parse(execFileSync(host, ['describe', builtModule('tiffinfs')], { encoding: 'utf8' }));
  expect(described.revision).toMatch(/^tree-[0-9a-f]{16}$/);
  expect(info).toMatchObject({ module: { sourceRevision: described.revision } });
});

it('leaves nothing that keeps the modules', async () => {
  await sh(guest, 'umount /mnt/tiffinfs /mnt/memfs');
  await endGuest(guest);
});
