// SPDX-License-Identifier: MIT OR Apache-2.0

/** The harness: guests that run, hang and die, what comes back of them, and what is said where none can run. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findAcceleration } from '../../src/capture/vm/acceleration.js';
import type { Guest } from '../../src/capture/vm/guest.js';
import { GuestError } from '../../src/capture/vm/guest-errors.js';
import { findVmTools } from '../../src/capture/vm/tools.js';
import { builtModule, Place } from '../support/bento-rr.js';
import { emptyDisk, kernelModules, STEP_MS, sh, startGuest } from '../support/guest.js';
import { PATIENCE } from '../support/patience.js';
import { CHECKOUT } from '../support/sources.js';
import { PtyRun } from '../tui/pty.js';

const folder = mkdtempSync(join(tmpdir(), 'bento-vm-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The guests' kernel, for a bento-rr that is started with an environment of its own. */
const KERNEL = process.env.BENTO_VM_KERNEL ? { BENTO_VM_KERNEL: process.env.BENTO_VM_KERNEL } : {};

/** What a call that must fail failed with. */
async function failure(call: Promise<unknown>): Promise<GuestError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof GuestError) return error;
  throw new Error(`not a GuestError: ${String(error)}`);
}

describe('a guest that is well', () => {
  let guest: Guest;
  beforeAll(async () => {
    guest = await startGuest({ folder: join(folder, 'well') });
  });
  afterAll(async () => {
    await guest[Symbol.asyncDispose]();
  });

  it("gives a command's status and both its outputs", async () => {
    const done = await guest.run({
      words: ['sh', '-c', 'echo "out of $PWD: $WORD"; echo err >&2; exit 7'],
      cwd: '/usr',
      env: { WORD: "it's" },
      timeoutMs: STEP_MS,
    });
    expect(done).toEqual({ status: 7, stdout: "out of /usr: it's\n", stderr: 'err\n' });
  });

  it('tells a command that a signal ended, and one that is not there', async () => {
    const killed = await guest.run({ words: ['sh', '-c', 'kill -9 $$'], timeoutMs: STEP_MS });
    expect(killed.status).toBe(137);
    const absent = await guest.run({ words: ['no-such-program'], timeoutMs: STEP_MS });
    expect(absent.status).toBe(127);
  });

  it('runs a Linux 6.1 with the programs of this machine, none of whose files it can change', async () => {
    expect(await sh(guest, 'uname -r')).toMatch(/^6\.1\./);
    expect(await sh(guest, `${process.execPath} -p 6*7`)).toBe('42\n');
    const mark = join(folder, 'not-on-the-host');
    await sh(guest, `echo gone > ${mark}; cat ${mark}`);
    expect(existsSync(mark)).toBe(false);
  });

  it('shares its folder both ways', async () => {
    const path = join(guest.folder, 'share/note');
    writeFileSync(path, 'from the host\n');
    expect(await sh(guest, `cat ${guest.inGuest(path)}; echo from the guest > ${guest.inGuest(path)}`)).toBe(
      'from the host\n',
    );
    expect(readFileSync(path, 'utf8')).toBe('from the guest\n');
  });

  it('passes output on while the command runs', async () => {
    const go = join(guest.folder, 'share/go');
    let heard = '';
    const done = await guest.run({
      words: ['sh', '-c', `echo first; until [ -e ${guest.inGuest(go)} ]; do sleep 0.1; done; echo last`],
      timeoutMs: STEP_MS,
      onStdout: (bytes) => {
        heard += Buffer.from(bytes).toString();
        // Only once its first words were heard can it end.
        if (heard === 'first\n') writeFileSync(go, '');
      },
    });
    expect(done.stdout).toBe('first\nlast\n');
    expect(heard).toBe('first\nlast\n');
  });

  it('runs several commands at once, each with its own output', async () => {
    const numbers = [1, 2, 3, 4];
    const done = await Promise.all(
      numbers.map((number) => guest.run({ words: ['sh', '-c', `seq ${number}000 ${number}100`], timeoutMs: STEP_MS })),
    );
    expect(done.map(({ stdout }) => stdout.split('\n')[0])).toEqual(['1000', '2000', '3000', '4000']);
  });

  it('interrupts a command, and goes on', async () => {
    const stop = new AbortController();
    const done = await guest.run({
      words: ['sh', '-c', 'trap "echo interrupted; exit 3" INT; echo ready; while :; do sleep 0.1; done'],
      timeoutMs: STEP_MS,
      signal: stop.signal,
      onStdout: () => stop.abort(),
    });
    expect(done).toMatchObject({ status: 3, stdout: 'ready\ninterrupted\n' });
    expect(await sh(guest, 'echo well')).toBe('well\n');
  });

  it('has nothing to complain of, and leaves its console', async () => {
    expect(await guest.shutDown()).toEqual([]);
    expect(readFileSync(guest.consolePath, 'utf8')).toContain('Power down');
  });
});

it('a guest starts on a machine whose file servers take their time', async () => {
  const tools = await findVmTools(process.env);
  const slow = join(folder, 'virtiofsd');
  writeFileSync(slow, `#!/bin/sh\nsleep 2\nexec ${tools.virtiofsd} "$@"\n`, { mode: 0o755 });
  const guest = await startGuest({ folder: join(folder, 'slow'), tools: { ...tools, virtiofsd: slow } });
  await guest.shutDown();
});

it('a file server that ends at once is named, with its words', async () => {
  const tools = await findVmTools(process.env);
  const broken = join(folder, 'no-virtiofsd');
  writeFileSync(broken, '#!/bin/sh\necho it will not serve >&2\nexit 3\n', { mode: 0o755 });
  const starting = startGuest({ folder: join(folder, 'broken'), tools: { ...tools, virtiofsd: broken } });
  await expect(starting).rejects.toMatchObject({
    code: 'E_ENV_GUEST',
    message: expect.stringContaining('status 3'),
    why: expect.stringContaining('it will not serve'),
  });
});

it('a command that hangs is ended in time, with where its tasks wait', async () => {
  const disks = [{ path: emptyDisk(join(folder, 'disk'), 64 << 20) }];
  const guest = await startGuest({ mayComplain: true, folder: join(folder, 'hang'), disks });
  // The only one who could thaw it never comes: it waits in the kernel, deaf to signals.
  await sh(guest, 'mkfs.ext4 -q /dev/vda && mkdir -p /tmp/mnt && mount /dev/vda /tmp/mnt');
  await sh(guest, 'fsfreeze -f /tmp/mnt');
  const error = await failure(guest.run({ words: ['touch', '/tmp/mnt/file'], timeoutMs: 3_000 }));
  expect(error).toMatchObject({ code: 'E_HOST_GUEST_HUNG', exitCode: 5 });
  expect(error.message).toBe(`touch /tmp/mnt/file did not end within ${3 * PATIENCE} s`);
  expect(error.why).toMatch(/task:touch .*state:D/);
  expect(error.trace.join('\n')).toMatch(/Call Trace:/);
});

it('a kernel that hangs altogether is ended in time, with where it hangs', async () => {
  const guest = await startGuest({ mayComplain: true, folder: join(folder, 'stuck'), cpus: 1 });
  // Nobody answers any more; the kernel is interrupted from outside, and says where it was.
  const script = 'echo 7 > /proc/sysrq-trigger; chrt -f 99 sh -c "while :; do :; done"';
  const error = await failure(guest.run({ words: ['sh', '-c', script], timeoutMs: 3_000 }));
  expect(error).toMatchObject({ code: 'E_HOST_GUEST_HUNG', exitCode: 5 });
  expect(error.trace.join('\n')).toMatch(/Call Trace:/);
});

it('an oops ends the guest at once, and is reported with its call trace', async () => {
  const guest = await startGuest({ mayComplain: true, folder: join(folder, 'oops') });
  const error = await failure(guest.run({ words: ['sh', '-c', 'echo c > /proc/sysrq-trigger'], timeoutMs: STEP_MS }));
  expect(error).toMatchObject({ code: 'E_HOST_GUEST_OOPS', exitCode: 5 });
  expect(error.message).toContain('sysrq triggered crash');
  expect(error.trace.join('\n')).toContain('sysrq_handle_crash');
  expect(error.lastLines.length).toBeGreaterThan(5);
  expect(readFileSync(guest.consolePath, 'utf8')).toContain('sysrq_handle_crash');
});

it('a warning of the kernel fails the guest at its end', async () => {
  const guest = await startGuest({ mayComplain: true, folder: join(folder, 'warning') });
  await sh(guest, 'echo "WARNING: CPU: 0 PID: 1 at fs/made-up.c:1" > /dev/kmsg; sleep 0.2');
  expect(guest.troubles).toHaveLength(1);
  const error = await failure(guest.shutDown());
  expect(error.message).toContain('fs/made-up.c');
});

describe('bento-rr vm', () => {
  // A fresh checkout's first build of them takes longer than a step.
  beforeAll(() => void kernelModules(['--fs', 'memfs']));

  it(
    "run gives a command a mount, and brings its status, its output, a trace and the console's log back",
    async () => {
      const place = new Place();
      const [trace, kept] = [join(place.folder, 'vm.btr'), join(place.folder, 'kept')];
      const script = 'echo "in $PWD"; echo aside >&2; echo text > file; cat file; exit 7';
      const words = ['vm', 'run', '--fs', 'memfs', '--trace', trace, '--keep', kept, '--', 'sh', '-c', script];
      const done = await place.run(words, KERNEL);
      expect(done).toMatchObject({ code: 7, stdout: 'in /mnt/bento\ntext\n' });
      expect(done.stderr).toContain('aside\n');
      expect(readFileSync(join(kept, 'console.log'), 'utf8')).toContain('Power down');
      const replay = await place.json(['replay', trace, '--module', builtModule('memfs')]);
      expect(replay).toMatchObject({ verdict: 'same' });
      place.remove();
    },
    STEP_MS * PATIENCE,
  );

  it(
    'shell is a terminal in the guest, and ends with its status',
    async () => {
      const run = new PtyRun(
        ['vm', 'shell', '--fs', 'memfs'],
        { columns: 100, rows: 30 },
        {
          HOME: process.env.HOME ?? '/',
          XDG_STATE_HOME: folder,
          XDG_CACHE_HOME: join(CHECKOUT, 'rust-fs/target/test-cache'),
          ...KERNEL,
        },
      );
      await expect.poll(() => run.text(), { timeout: 60_000 * PATIENCE }).toContain('guest:');
      run.type('echo "at $PWD: $(stat -f -c %T . | wc -l) $(tput cols)"\r');
      await expect.poll(() => run.text(), { timeout: 10_000 * PATIENCE }).toContain('at /mnt/bento: 1 100');
      // ^C is the guest's, and ends what runs in front there.
      run.type('echo as"leep"; sleep 1000\r');
      await expect.poll(() => run.text(), { timeout: 10_000 * PATIENCE }).toContain('asleep');
      run.type('\u0003');
      await expect.poll(() => run.text(), { timeout: 10_000 * PATIENCE }).toMatch(/\^C\s+guest:/);
      run.type('exit 5\r');
      expect((await run.exit).exitCode).toBe(5);
    },
    STEP_MS * PATIENCE,
  );
});

describe('what guests run on', () => {
  /** The tools of this machine with another qemu, which is a script. */
  async function probe(name: string, script: string): Promise<string> {
    const qemu = join(folder, name);
    writeFileSync(qemu, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const tools = { ...(await findVmTools(process.env)), qemu };
    const cache = join(folder, 'cache', name);
    const env = { PATH: process.env.PATH };
    const found = await findAcceleration(tools, cache, env, '/dev/null');
    // Known from now on, whatever the machine would answer.
    rmSync(qemu);
    expect(await findAcceleration(tools, cache, env, '/dev/null')).toBe(found);
    return found;
  }

  it('is what a guest booted with', async () => {
    expect(await probe('boots', 'echo "bento-vm: alive"')).toBe('kvm');
  });

  it('is emulation when a guest hangs, fails or is not to be had', async () => {
    const [hangs, fails] = [probe('hangs', 'exec sleep 1000'), probe('fails', 'echo no KVM >&2; exit 1')];
    expect(await Promise.all([hangs, fails])).toEqual(['tcg', 'tcg']);
    const tools = await findVmTools(process.env);
    expect(await findAcceleration(tools, join(folder, 'none'), {}, join(folder, 'no-device'))).toBe('tcg');
  });
});

it('doctor says what a guest lacks, and how to get it', async () => {
  const place = new Place();
  const onlyNode = place.path('bin');
  mkdirSync(onlyNode);
  symlinkSync(process.execPath, join(onlyNode, 'node'));
  const { stdout } = await place.run(['doctor', '--json'], { PATH: onlyNode });
  const guests = JSON.parse(stdout).checks.find(({ name }: { name: string }) => name === 'guests');
  expect(guests.state).not.toBe('good');
  expect(guests.detail).toContain('qemu-system-x86_64');
  expect(guests.fix).toMatch(/^(?:sudo )?apt-get install .*qemu-system-x86/);
  place.remove();
});
