// SPDX-License-Identifier: MIT OR Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makePaths, resolveTrace } from '../../../src/cli/paths.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bento-rr-paths-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('follows the XDG specification', () => {
  expect(makePaths({ HOME: '/h' })).toEqual({
    traces: '/h/.local/share/bento-rr/traces',
    latest: '/h/.local/share/bento-rr/traces/latest',
    builds: '/h/.cache/bento-rr/builds',
    state: '/h/.local/state/bento-rr',
    config: '/h/.config/bento-rr',
  });
  expect(makePaths({ HOME: '/h', XDG_DATA_HOME: '/d', XDG_CACHE_HOME: '/c' })).toMatchObject({
    traces: '/d/bento-rr/traces',
    builds: '/c/bento-rr/builds',
  });
  expect(makePaths({ HOME: '/h', XDG_DATA_HOME: 'relative' }).traces).toBe('/h/.local/share/bento-rr/traces');
  expect(makePaths({ HOME: '/h', BENTO_RR_TRACE_DIR: '/t' }).traces).toBe('/t');
});

describe('TRACE', () => {
  const paths = () => makePaths({ HOME: folder, BENTO_RR_TRACE_DIR: join(folder, 'traces') });

  function recorded(name: string, at: number): string {
    mkdirSync(join(folder, 'traces'), { recursive: true });
    const path = join(folder, 'traces', name);
    writeFileSync(path, '');
    utimesSync(path, at, at);
    return path;
  }

  it('is relative to where the command works', async () => {
    expect(await resolveTrace('a.btr', '/work/dir', paths())).toBe('/work/dir/a.btr');
    await expect(resolveTrace('', '/work/dir', paths())).rejects.toThrow('TRACE is empty');
  });

  it('left out is the latest: the link, or without one the newest file', async () => {
    const first = recorded('a.btr', 1000);
    const second = recorded('b.btr', 2000);
    recorded('c.txt', 3000);
    expect(await resolveTrace(undefined, folder, paths())).toBe(second);
    symlinkSync('a.btr', join(folder, 'traces/latest'));
    expect(await resolveTrace(undefined, folder, paths())).toBe(first);
    rmSync(first);
    expect(await resolveTrace(undefined, folder, paths())).toBe(second);
  });

  it('without any recording says how to make one', async () => {
    await expect(resolveTrace(undefined, folder, paths())).rejects.toMatchObject({
      code: 'E_TRACE_NONE',
      exitCode: 3,
      hint: expect.stringContaining('bento-rr record'),
    });
  });
});
