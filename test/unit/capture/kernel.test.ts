// SPDX-License-Identifier: MIT OR Apache-2.0

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeStyle } from '../../../src/base/style.js';
import { freshName, moduleNameIn, renamedModule } from '../../../src/capture/kernel/fresh-name.js';
import { kernelMounts, kernelVersions } from '../../../src/capture/kernel/sysfs.js';
import { type AnyMount, chooseMount } from '../../../src/capture/mounts.js';
import { statusDocument, statusLines, wholeLines } from '../../../src/report/status-report.js';
import { ROOT } from '../../tidy/source-files.js';

let root = '';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bento-sysfs-'));
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

async function put(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
}

const VERSIONS = `module build_id source_revision schema schema_min schema_max mounts current
bento_tiffinfs 0011 0123456789abcdef 2 1 2 0 0
bento_tiffinfs_u1 2233 - 2 1 2 1 1
`;

const UPGRADE = `error 0
quiesce_ns 1200
export_ns 300000
import_ns 500000
swap_ns 90
pause_ns 802000
state_bytes 141907
at_ns 1790000000123456789
why 
`;

function mountFiles(id: string, more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const files = {
    fs: 'tiffinfs\n',
    version: 'bento_tiffinfs_u1\n',
    build_id: '2233\n',
    source_revision: '-\n',
    state_schema: '2\n',
    device: 'vdb\n',
    dev: '4095:77\n',
    ops: 'LOOKUP 18446744073709551615\nRENAME2 2\n',
    in_flight: '1\n',
    crashed: '0\n',
    left_bytes: '0\n',
    recording: '0\n',
    last_upgrade: '',
    ...more,
  };
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`mounts/${id}/${name}`, text]));
}

describe('what the kernel tells', () => {
  test('mounts and versions are read, numbers whole', async () => {
    await put({ 'fs/tiffinfs/versions': VERSIONS, ...mountFiles('10'), ...mountFiles('9', { last_upgrade: UPGRADE }) });
    const [nine, ten] = await kernelMounts(root);
    expect([nine?.id, ten?.id]).toEqual(['9', '10']);
    expect(ten?.ops).toBe(18446744073709551617n);
    expect(ten).toMatchObject({
      fs: 'tiffinfs',
      revision: '',
      device: 'vdb',
      mountpoint: null,
      inFlight: 1n,
      crashed: false,
    });
    expect(nine?.lastUpgrade).toMatchObject({ errno: 0, why: '', pauseNs: 802000n, atNs: 1790000000123456789n });
    const versions = await kernelVersions(root);
    expect(versions.map(({ module, mounts, current }) => [module, mounts, current])).toEqual([
      ['bento_tiffinfs', 0, false],
      ['bento_tiffinfs_u1', 1, true],
    ]);
  });

  test('nothing is there when bentofs is not loaded', async () => {
    expect(await kernelMounts(join(root, 'absent'))).toEqual([]);
    expect(await kernelVersions(join(root, 'absent'))).toEqual([]);
  });

  test('a refusal, a crash and an idle version are said', async () => {
    const refused = UPGRADE.replace('error 0', 'error 110').replace(
      'why ',
      'why mount 1: ops under way did not end within 5 ms',
    );
    await put({
      'fs/tiffinfs/versions': VERSIONS,
      ...mountFiles('1', { last_upgrade: refused }),
      ...mountFiles('2', { crashed: '1\n', left_bytes: '8192\n' }),
    });
    const text = statusLines(await kernelMounts(root), await kernelVersions(root), makeStyle(false)).join('\n');
    expect(text).toContain('kernel 1');
    expect(text).toContain('refused: mount 1: ops under way did not end within 5 ms');
    expect(text).toContain('CRASHED');
    expect(text.match(/.*left 8\.0 KiB of memory behind.*/g)).toEqual([expect.stringContaining('kernel mount 2')]);
    expect(text).toContain('bento_tiffinfs: a version of tiffinfs that no mount runs');
  });

  test('an upgrade of which nothing could go over early says why', async () => {
    await put({
      ...mountFiles('1', { last_upgrade: `${UPGRADE}whole more changed at once\n` }),
      ...mountFiles('2', { last_upgrade: UPGRADE }),
    });
    const mounts = await kernelMounts(root);
    expect(mounts.map(({ lastUpgrade }) => lastUpgrade?.whole)).toEqual(['more changed at once', '']);
    const lines = wholeLines(mounts, makeStyle(false));
    expect(lines).toEqual([
      expect.stringContaining('all of the state went over while ops waited: more changed at once'),
    ]);
  });

  test('the document has the ops by kind', async () => {
    await put(mountFiles('1'));
    const [mount] = (statusDocument(await kernelMounts(root), []) as { mounts: object[] }).mounts;
    expect(mount).toMatchObject({ kind: 'kernel', opCounts: { LOOKUP: 18446744073709551615n, RENAME2: 2n } });
  });
});

describe('which mount is meant', () => {
  const mount = (more: object) =>
    ({ kind: 'kernel', id: '1', fs: 'tiffinfs', mountpoint: '/a', ...more }) as unknown as AnyMount;

  test('the only one, kernel mounts of one file system together, or the one at a place', () => {
    const [a, b] = [mount({}), mount({ id: '2', mountpoint: '/b' })];
    expect(chooseMount([a], undefined)).toBe(a);
    expect(chooseMount([a, b], undefined)).toBe(a);
    expect(chooseMount([a, b], '/b')).toBe(b);
  });

  test('more than one must be named', () => {
    const host = mount({ kind: 'host', mountpoint: '/c', socket: '/run/c' });
    expect(() => chooseMount([mount({}), host], undefined)).toThrow('more than one');
    expect(() => chooseMount([mount({}), mount({ fs: 'memfs', mountpoint: '/m' })], undefined)).toThrow(
      'more than one',
    );
    expect(() => chooseMount([], undefined)).toThrow('no Bento file system');
    expect(() => chooseMount([mount({})], '/elsewhere')).toThrow('/elsewhere');
  });
});

describe('a module under another name', () => {
  /** An ELF object with the one section that matters, as the linker lays it out. */
  function object(name: string): Buffer {
    const strings = Buffer.from('\0.shstrtab\0.gnu.linkonce.this_module\0');
    const module = Buffer.alloc(1024);
    module.write(name, 24, 'latin1');
    const image = Buffer.alloc(64 + strings.length + module.length + 3 * 64);
    const table = 64 + strings.length + module.length;
    image.writeUInt32BE(0x7f454c46, 0);
    image.set([2, 1, 1], 4);
    image.writeBigUInt64LE(BigInt(table), 0x28);
    image.writeUInt16LE(64, 0x3a);
    image.writeUInt16LE(3, 0x3c);
    image.writeUInt16LE(1, 0x3e);
    strings.copy(image, 64);
    module.copy(image, 64 + strings.length);
    const section = (index: number, nameAt: number, offset: number, size: number) => {
      image.writeUInt32LE(nameAt, table + 64 * index);
      image.writeBigUInt64LE(BigInt(offset), table + 64 * index + 0x18);
      image.writeBigUInt64LE(BigInt(size), table + 64 * index + 0x20);
    };
    section(1, 1, 64, strings.length);
    section(2, 11, 64 + strings.length, module.length);
    return image;
  }

  test('only the name differs', () => {
    const before = object('bento_tiffinfs');
    expect(moduleNameIn(before, 'x.ko').name).toBe('bento_tiffinfs');
    const after = renamedModule(before, 'x.ko', 'bento_tiffinfs_u1');
    expect(moduleNameIn(after, 'x.ko').name).toBe('bento_tiffinfs_u1');
    expect(renamedModule(after, 'x.ko', 'bento_tiffinfs').equals(before)).toBe(true);
  });

  test('what is no module is refused', async () => {
    const cut = object('a').subarray(0, 300);
    for (const wrong of [Buffer.alloc(0), Buffer.from('text'), cut, await readFile(join(ROOT, 'package.json'))]) {
      expect(() => moduleNameIn(wrong, 'x.ko')).toThrow('not a kernel module');
    }
  });

  test('a free name is found, and does not grow', () => {
    expect(freshName('bento_x', new Set())).toBe('bento_x');
    expect(freshName('bento_x', new Set(['bento_x']))).toBe('bento_x_u1');
    expect(freshName('bento_x_u1', new Set(['bento_x', 'bento_x_u1', 'bento_x_u2']))).toBe('bento_x_u3');
  });
});

test('every bpftrace script names the ops as the kernel does', async () => {
  const header = await readFile(join(ROOT, 'kernel/bentofs/opnames.h'), 'utf8');
  const names = [...header.matchAll(/\bop\((\d+), (\w+)\)/g)].map(
    ([, number, name]) => `@name[${number}] = "${name}";`,
  );
  expect(names.length).toBeGreaterThan(40);
  for (const script of ['op-latency', 'op-slow', 'lock-waits', 'block-io']) {
    const text = await readFile(join(ROOT, `tracepoints/bpftrace/${script}.bt`), 'utf8');
    const found = [...text.matchAll(/@name\[\d+\] = "\w+";/g)].map(([entry]) => entry);
    expect(found, script).toEqual(names);
  }
});
