// SPDX-License-Identifier: MIT OR Apache-2.0

import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { release, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder } from '../../base/make-folder.js';
import type { Env } from '../../host/locate.js';
import { startHelper } from './child.js';
import { cpioArchive } from './cpio.js';
import type { Acceleration } from './qemu-arguments.js';
import type { VmTools } from './tools.js';

/** A guest that runs at all is through with this within a second. */
const PROBE_MS = 8_000;
const SIGN = 'bento-vm: alive';

/**
 * What guests can run on here. /dev/kvm that opens proves nothing: in some clouds a guest hangs under it. So a tiny one is booted once, and the
 * answer kept in `cache` for this machine, its kernel and the guest's.
 */
export async function findAcceleration(
  tools: VmTools,
  cache: string,
  env: Env,
  device = '/dev/kvm',
): Promise<Acceleration> {
  if (env.BENTO_VM_ACCEL === 'kvm' || env.BENTO_VM_ACCEL === 'tcg') return env.BENTO_VM_ACCEL;
  const usable = await access(device).then(
    () => true,
    () => false,
  );
  if (!usable) return 'tcg';
  const machine = await readFile('/proc/cpuinfo', 'utf8').then(
    (text) => /^model name\s*: (.*)$/m.exec(text)?.[1] ?? '',
    () => '',
  );
  const key = [release(), machine, tools.kernel.release].join(' | ');
  const known = await readFile(cache, 'utf8').catch(() => '');
  const [knownKey, answer] = known.trim().split('\t');
  if (knownKey === key && (answer === 'kvm' || answer === 'tcg')) return answer;
  const found: Acceleration = (await bootsUnderKvm(tools, env)) ? 'kvm' : 'tcg';
  await makeFolder(dirname(cache));
  await writeFile(cache, `${key}\t${found}\n`);
  return found;
}

async function bootsUnderKvm(tools: VmTools, env: Env): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'bento-vm-probe-'));
  const image = join(folder, 'initramfs');
  const init = `#!/bin/busybox sh\necho "${SIGN}"\n/bin/busybox poweroff -f\n`;
  await writeFile(
    image,
    cpioArchive([
      { name: 'bin', mode: 0o040755 },
      { name: 'dev', mode: 0o040755 },
      { name: 'dev/console', mode: 0o020600, device: [5, 1] },
      { name: 'bin/busybox', mode: 0o100755, data: await readFile(tools.busybox) },
      { name: 'init', mode: 0o100755, data: Buffer.from(init) },
    ]),
  );
  const qemu = startHelper({
    name: 'qemu (probe)',
    setpriv: tools.setpriv,
    program: tools.qemu,
    args: [
      ...['-accel', 'kvm', '-cpu', 'host', '-m', '256', '-nodefaults', '-no-reboot', '-display', 'none'],
      ...['-kernel', tools.kernel.image, '-initrd', image, '-append', 'console=ttyS0 quiet panic=-1'],
      ...['-serial', 'stdio'],
    ],
    env,
  });
  const stop = new AbortController();
  await Promise.race([qemu.exit, sleep(PROBE_MS, undefined, { signal: stop.signal }).catch(() => {})]);
  stop.abort();
  qemu.kill('SIGKILL');
  await qemu.exit;
  await rm(folder, { recursive: true, force: true });
  return qemu.tail.text.includes(SIGN);
}
