// SPDX-License-Identifier: MIT OR Apache-2.0

/** Live upgrades in the kernel: under load, refused, with many open files; and what tracepoints and counters say of it. */

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModules, mountFs, unmountFs } from '../../src/capture/vm/bento-guest.js';
import type { Guest } from '../../src/capture/vm/guest.js';
import type { KernelBuild } from '../../src/host/modules/build-kernel.js';
import { chosenHeaders, endGuest, kernelModules, sh, shareModule, startGuest } from '../support/guest.js';
import { PATIENCE } from '../support/patience.js';
import { CHECKOUT } from '../support/sources.js';

/** As many as issue and design ask for; fewer for a look. */
const UPGRADES = Number(process.env.BENTO_VM_UPGRADES ?? 16);
/** Milliseconds that one may take, under load, where others use the machine too. */
const PER_UPGRADE = 12_000;
const WRITERS = 8;
const OPEN = 10_000;
const AT = '/mnt/bento';
const MOUNT = '/sys/fs/bentofs/mounts/1';
/** An upgrade from a script: loads the build under a name that is free, and takes the old one out. */
const RR = join(CHECKOUT, 'bin/bento-rr');

let folder = '';
let guest: Guest;
let build: KernelBuild;
let refusing = '';
/** Folder, as the guest calls it, with modules that are small and have names of their own. */
let share = '';
let plain = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bento-upgrade-'));
  build = kernelModules(['--fs', 'tiffinfs', '--fs', 'tiffinfs-prov']);
  const unlike = buildRefusing();
  const disk = join(folder, 'disk');
  const target = join(CHECKOUT, 'rust-fs/target/release');
  const module = join(target, 'libbento_tiffinfs.so');
  execFileSync(join(target, 'bento-host'), ['mkfs', '--module', module, '--size', '512M', disk]);
  guest = await startGuest({ folder: join(folder, 'guest'), disks: [{ path: disk }] });
  const put = (path: string, name: string): string => shareModule(guest, path, name);
  refusing = put(unlike, 'refusing');
  plain = put(build.fs.tiffinfs ?? '', 'bento_tiffinfs');
  share = dirname(plain);
  for (const name of ['bento_up_a', 'bento_up_c']) put(build.fs['tiffinfs-prov'] ?? '', name);
  for (const name of ['bento_up_b', 'bento_up_d']) put(build.fs.tiffinfs ?? '', name);
  await loadModules(guest, { ...build, fs: { tiffinfs: plain } });
  await mountFs(guest, { fs: 'tiffinfs', device: '/dev/vda', at: AT });
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

/** The module that cannot take over, for this kernel. */
function buildRefusing(): string {
  const headers = chosenHeaders() ?? join('/lib/modules', build.release, 'build');
  const at = join(folder, 'refusing');
  mkdirSync(at);
  for (const name of ['Kbuild', 'refusing.c']) copyFileSync(join(CHECKOUT, 'test/vm/refusing', name), join(at, name));
  const symvers = join(dirname(build.bentofs), 'Module.symvers');
  const include = join(CHECKOUT, 'kernel/include');
  const args = [`M=${at}`, `KBUILD_EXTRA_SYMBOLS=${symvers}`, `BENTO_INCLUDE=${include}`, 'modules'];
  execFileSync('make', ['-s', '-C', headers, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  return join(at, 'refusing.ko');
}

/** A table of `name value` lines. */
function table(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]));
}

async function lastUpgrade(): Promise<ReadonlyMap<string, string>> {
  return table(await sh(guest, `cat ${MOUNT}/last_upgrade`));
}

const percentile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** Pauses in microseconds: median, 99 of 100, longest. */
function pauses(ns: readonly number[]): string {
  const sorted = ns.map((one) => one / 1000).sort((a, b) => a - b);
  return `p50 ${percentile(sorted, 0.5).toFixed(0)} us, p99 ${percentile(sorted, 0.99).toFixed(0)} us, max ${percentile(sorted, 1).toFixed(0)} us`;
}

test(
  `${UPGRADES} upgrades in a row under ${WRITERS} writers fail no op and lose no byte`,
  async () => {
    const stop = '/run/stop-writers';
    const load = `rm -f ${stop}; mkdir -p ${AT}/load; exec ${join(CHECKOUT, 'test/vm/writers.sh')} ${AT}/load ${stop} ${WRITERS}`;
    const writers = guest.run({ words: ['sh', '-c', load] });
    // Four modules in turn, since the kernel takes a name once; the old one must be removable every time.
    const upgrades = `
    cd /run
    while [ ! -e ${AT}/load/${WRITERS}/kept ]; do sleep 0.1; done
    now=bento_tiffinfs
    for i in $(seq ${UPGRADES}); do
      case $((i % 4)) in 1) next=bento_up_a;; 2) next=bento_up_b;; 3) next=bento_up_c;; 0) next=bento_up_d;; esac
      insmod ${share}/$next.ko
      rmmod $now
      now=$next
      awk '$1 == "pause_ns" || $1 == "quiesce_ns" || $1 == "export_ns" || $1 == "import_ns" { printf "%s ", $2 } END { print "" }' ${MOUNT}/last_upgrade
    done
    insmod ${plain}; rmmod $now
    touch ${stop}`;
    const said = await sh(guest, upgrades, PER_UPGRADE * UPGRADES + 60_000);
    const done = await writers;
    expect(done, done.stderr).toMatchObject({ status: 0 });
    expect(done.stdout.match(/rounds/g)?.length).toBe(WRITERS);
    const rows = said
      .trim()
      .split('\n')
      .map((line) => line.trim().split(' ').map(Number));
    expect(rows.length).toBe(UPGRADES);
    for (const [column, name] of ['quiesce', 'export', 'import', 'pause'].entries()) {
      process.stderr.write(`${name}: ${pauses(rows.map((row) => row[column] ?? Number.NaN))}\n`);
    }
  },
  (PER_UPGRADE * UPGRADES + 120_000) * PATIENCE,
);

test('what cannot take over is refused, and nothing changes', async () => {
  const before = await sh(guest, `cat ${MOUNT}/version; echo kept >${AT}/kept; exec 5<${AT}/kept; sleep 0.1; cat <&5`);
  const refusals: readonly (readonly [string, RegExp])[] = [
    ['schema=77 schema_min=70', /writes state schema 2, the new one reads 70 to 77/],
    ['needs_device=0', /lives on a device/],
    ['import_error=12', /did not take the state \(error 12\)/],
    ['import_error=-5', /did not take the state/],
    // It takes what goes over while ops go on, and not the rest.
    ['import_error=12 rounds=2', /did not take the state \(error 12\)/],
  ];
  for (const [parameters, why] of refusals) {
    const load = await guest.run({ words: ['sh', '-c', `insmod ${refusing} ${parameters}`] });
    expect(load.status, parameters).not.toBe(0);
    expect((await lastUpgrade()).get('why'), parameters).toMatch(why);
    expect(await sh(guest, `cat ${MOUNT}/version; cat ${AT}/kept`), parameters).toBe(before);
  }
  // Another contract is refused before any mount is thought of.
  const abi = await guest.run({ words: ['sh', '-c', `insmod ${refusing} abi_minor=99`] });
  expect(abi.status).not.toBe(0);
  expect(await sh(guest, 'lsmod')).not.toContain('refusing');
});

test('an upgrade waits for ops under way no longer than its deadline', async () => {
  // With no time at all, some upgrade under load meets an op.
  const parameter = '/sys/module/bentofs/parameters/upgrade_deadline_ms';
  const said = await sh(
    guest,
    `
    echo 0 >${parameter}
    for n in 1 2 3 4; do (while [ ! -e /run/enough ]; do dd if=/dev/zero of=${AT}/sync$n bs=64k count=4 oflag=sync 2>/dev/null || echo FAILED; done) & done
    met=
    for i in $(seq 200); do
      if insmod ${share}/bento_up_a.ko 2>/dev/null; then rmmod bento_tiffinfs; insmod ${plain} 2>/dev/null && rmmod bento_up_a || { echo 1000 >${parameter}; insmod ${plain}; rmmod bento_up_a; echo 0 >${parameter}; }
      else met=$(cat ${MOUNT}/last_upgrade); break; fi
    done
    touch /run/enough; echo 1000 >${parameter}; wait; rm -f /run/enough
    echo "$met"`,
    200_000,
  );
  expect(said).not.toContain('FAILED');
  expect(table(said).get('error')).toBe('110');
  expect(table(said).get('why')).toContain('did not end within 0 ms');
});

test('bento-rr upgrades to provenance and back, and tells', async () => {
  const up = JSON.parse(await sh(guest, `${RR} upgrade --json --to ${build.fs['tiffinfs-prov']} ${AT}`));
  expect(up).toMatchObject({ verdict: 'upgraded', fs: 'tiffinfs', removed: ['bento_tiffinfs'] });
  expect(up.mounts[0].lastUpgrade).toMatchObject({ errno: 0 });
  await sh(guest, `echo x >${AT}/seen`);
  const status = await sh(guest, `${RR} status`);
  expect(status).toContain(AT);
  expect(status).toContain('kernel 1');
  const back = await sh(guest, `${RR} upgrade --to ${build.fs.tiffinfs} ${AT}`);
  expect(back).toContain('upgraded');
  const refused = await guest.run({
    words: ['sh', '-c', `${RR} upgrade --json --to ${CHECKOUT}/package.json.ko ${AT}`],
  });
  expect(refused.status).not.toBe(0);
});

test(`the pause with ${OPEN} open files`, async () => {
  const script = `
    ulimit -n ${OPEN + 100}
    mkdir ${AT}/many
    node -e '
      const fs = require("fs"), cp = require("child_process");
      const open = [];
      for (let i = 0; i < ${OPEN}; i++) open.push(fs.openSync("${AT}/many/f" + i, "w+"));
      for (let i = 0; i < 6; i++) {
        const next = ["${share}/bento_up_a.ko", "${share}/bento_up_b.ko"][i % 2];
        cp.execFileSync("insmod", [next]);
        process.stdout.write(fs.readFileSync("${MOUNT}/last_upgrade", "utf8").trim().split("\\n").slice(1, 7).join(" ") + "\\n");
        cp.execFileSync("rmmod", [["bento_tiffinfs", "bento_up_a", "bento_up_b"][i === 0 ? 0 : 2 - (i % 2)]]);
      }
      for (const fd of open) { fs.writeSync(fd, "still"); fs.closeSync(fd); }
    '
    insmod ${plain}; rmmod bento_up_b`;
  const said = await sh(guest, script, 200_000);
  process.stderr.write(`${said}\n`);
  expect(said.trim().split('\n').length).toBe(6);
});
