// SPDX-License-Identifier: MIT OR Apache-2.0

/** Real processes that are no hosts: what the client makes of a host that is absent, dies, hangs or talks nonsense. */

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Host } from '../../../src/host/host.js';

const folder = mkdtempSync(join(tmpdir(), 'bento-rr-fake-host-'));
afterAll(() => rmSync(folder, { recursive: true }));

function program(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

function start(path: string): Promise<Host> {
  return Host.start({ env: { BENTO_HOST: path, PATH: '/usr/bin:/bin' }, home: folder });
}

it('an absent host is told with its remedy', async () => {
  await expect(start(join(folder, 'nowhere'))).rejects.toMatchObject({
    code: 'E_ENV_HOST',
    exitCode: 4,
    hint: expect.stringContaining('BENTO_HOST'),
  });
});

it('a host that dies is told with its last words', async () => {
  const host = await start(program('dies', 'echo "thread main panicked: no luck" >&2; exit 101'));
  await expect(host.openTrace('/t.btr')).rejects.toMatchObject({
    code: 'E_HOST_CRASHED',
    exitCode: 5,
    why: expect.stringContaining('no luck'),
  });
  await host.close();
});

it('a host killed by a signal is told so', async () => {
  const host = await start(program('killed', 'kill -SEGV $$'));
  await expect(host.openTrace('/t.btr')).rejects.toThrow(/SIGSEGV/);
  await host.close();
});

it('a host that never answers is ended after its deadline', async () => {
  const host = await start(program('hangs', 'exec sleep 1000'));
  await expect(host.describeModule('/m.so', { silenceMs: 100 })).rejects.toMatchObject({
    code: 'E_HOST_SILENT',
    exitCode: 5,
  });
  await host.close();
});

it('an abort ends a host that does not heed Cancel', async () => {
  const host = await start(program('deaf', 'exec sleep 1000'));
  const stop = new AbortController();
  const call = host.openTrace('/t.btr', { signal: stop.signal });
  setTimeout(() => stop.abort(), 50);
  await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  await host.close();
});

it('nonsense on stdout is a broken protocol, not an endless wait', async () => {
  const host = await start(program('babbles', "printf '\\377\\377\\377\\377\\177'; exec sleep 1000"));
  await expect(host.openTrace('/t.btr')).rejects.toMatchObject({ code: 'E_HOST_PROTOCOL', exitCode: 5 });
  await host.close();
});

it('close is final, and may be called again', async () => {
  const host = await start(program('quiet', 'exec cat > /dev/null'));
  await host.close();
  await host.close();
  await expect(host.openTrace('/t.btr')).rejects.toMatchObject({ code: 'E_HOST_CLOSED' });
});
