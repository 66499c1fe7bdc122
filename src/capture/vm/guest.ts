// SPDX-License-Identifier: MIT OR Apache-2.0

import { createWriteStream, type WriteStream } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../../base/errors.js';
import { makeFolder } from '../../base/make-folder.js';
import type { Env } from '../../host/locate.js';
import { type Helper, startHelper } from './child.js';
import { ConsoleLog, type Trouble } from './console-log.js';
import { ControlLine } from './control-line.js';
import { guestDied, guestHung } from './guest-errors.js';
import { initramfs } from './initramfs.js';
import { type JobRequest, type JobResult, runJob } from './job.js';
import { untilListening } from './listening.js';
import { type Acceleration, type GuestDisk, qemuArguments, type Sockets } from './qemu-arguments.js';
import { injectNmi } from './qmp.js';
import type { VmTools } from './tools.js';

export type GuestOptions = {
  readonly tools: VmTools;
  readonly acceleration: Acceleration;
  /** Folder of the checkout: kernel/vm is in it. */
  readonly home: string;
  readonly env: Env;
  readonly memoryMib?: number | undefined;
  readonly cpus?: number | undefined;
  readonly icount?: boolean | undefined;
  readonly disks?: readonly GuestDisk[] | undefined;
  /** Longest until commands can be run. */
  readonly bootMs?: number | undefined;
  /** Every limit of time is so many times as long: for a kernel that checks what it does, and takes long over it. */
  readonly patience?: number | undefined;
  /** Folder of the guest on the host, made and kept; absent: a temporary one, which goes with a guest that ended well. */
  readonly folder?: string | undefined;
  /** This process's terminal becomes /dev/ttyS1 of the guest. */
  readonly terminal?: boolean | undefined;
  readonly kernelArguments?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onConsole?: ((line: string) => void) | undefined;
};

/** Where the guest sees its folder. */
export const GUEST_FOLDER = '/run/bento-vm';

const BOOT_MS = 120_000;
/** A kernel that was interrupted has so long to say where it was. */
const LAST_WORDS_MS = 6_000;
const POWER_OFF_MS = 60_000;

/**
 * A running guest. Its root is this machine's, read only, with memory laid over it; {@link folder} is shared both ways. Many commands may
 * run in it, one after another or at once.
 */
export class Guest {
  /** On the host; {@link GUEST_FOLDER} in the guest. `share/` in it is for whoever uses the guest, `console.log` is what its kernel said. */
  readonly folder: string;
  readonly #helpers: readonly Helper[];
  readonly #sockets: Sockets;
  readonly #socketFolder: string;
  readonly #servers: readonly Server[];
  readonly #control: ControlLine;
  readonly #log: ConsoleLog;
  readonly #consoleFile: WriteStream;
  readonly #keep: boolean;
  readonly #patience: number;
  #jobs = 0;
  #over = false;

  private constructor(parts: {
    readonly folder: string;
    readonly keep: boolean;
    readonly patience: number;
    readonly helpers: readonly Helper[];
    readonly sockets: Sockets;
    readonly socketFolder: string;
    readonly servers: readonly Server[];
    readonly control: ControlLine;
    readonly log: ConsoleLog;
    readonly consoleFile: WriteStream;
  }) {
    this.folder = parts.folder;
    this.#keep = parts.keep;
    this.#patience = parts.patience;
    this.#helpers = parts.helpers;
    this.#sockets = parts.sockets;
    this.#socketFolder = parts.socketFolder;
    this.#servers = parts.servers;
    this.#control = parts.control;
    this.#log = parts.log;
    this.#consoleFile = parts.consoleFile;
  }

  /** Boots, and comes back once commands can be run. */
  static async start(options: GuestOptions): Promise<Guest> {
    options.signal?.throwIfAborted();
    const { tools, env } = options;
    const guestFiles = join(options.home, 'kernel/vm');
    const folder = options.folder === undefined ? await mkdtemp(join(tmpdir(), 'bento-vm-')) : resolve(options.folder);
    for (const part of ['jobs', 'share']) await makeFolder(join(folder, part));
    await copyFile(join(guestFiles, 'agent.sh'), join(folder, 'agent.sh'));
    await writeFile(join(folder, 'initramfs'), await initramfs(tools, guestFiles));
    // A socket's path is short; the folder's need not be.
    const socketFolder = await mkdtemp(join('/tmp', 'bento-vm-s-'));
    const sockets = {
      console: join(socketFolder, 'console'),
      control: join(socketFolder, 'control'),
      qmp: join(socketFolder, 'qmp'),
      files: join(socketFolder, 'files'),
      exchange: join(socketFolder, 'exchange'),
    };
    const consoleFile = createWriteStream(join(folder, 'console.log'));
    const log = new ConsoleLog(options.onConsole);
    const control = new ControlLine();
    const servers = await Promise.all([
      listen(sockets.console, (socket) => {
        socket.on('data', (bytes) => {
          consoleFile.write(bytes);
          log.add(bytes.toString('latin1'));
        });
      }),
      listen(sockets.control, (socket) => control.attach(socket)),
    ]);
    const { setpriv } = tools;
    const patience = options.patience ?? 1;
    // What is there when the guest starts does not change under it, but for the folder: that one is asked for anew each time.
    const share = (name: string, socket: string, source: string, cache: string) =>
      startHelper({
        name,
        setpriv,
        program: tools.virtiofsd,
        args: [
          '-f',
          `--socket-path=${socket}`,
          '-o',
          `source=${source}`,
          '-o',
          'sandbox=chroot',
          '-o',
          `cache=${cache}`,
        ],
        env,
      });
    const files = share('virtiofsd', sockets.files, '/', 'always');
    const exchange = share('virtiofsd (folder)', sockets.exchange, folder, 'auto');
    // One that ends instead, or takes longer than a boot, is reported with what qemu has to say to that.
    const ended = new AbortController();
    for (const { exit } of [files, exchange]) exit.then(() => ended.abort());
    const late = AbortSignal.timeout((options.bootMs ?? BOOT_MS) * patience);
    const enough = AbortSignal.any([ended.signal, late, ...(options.signal ? [options.signal] : [])]);
    await untilListening([sockets.files, sockets.exchange], enough);
    const qemu = startHelper({
      name: 'qemu',
      setpriv,
      program: tools.qemu,
      args: qemuArguments({
        acceleration: options.acceleration,
        memoryMib: options.memoryMib ?? 1536,
        cpus: options.cpus ?? 2,
        icount: options.icount ?? false,
        kernel: tools.kernel.image,
        initramfs: join(folder, 'initramfs'),
        disks: options.disks ?? [],
        sockets,
        terminal: options.terminal ?? false,
        patience,
        kernelArguments: [
          // For init.sh: a kernel that was built and not installed has its modules elsewhere.
          `bento_modules=${tools.kernel.modules}`,
          ...(tools.kernel.arguments ?? []),
          ...(options.kernelArguments ?? []),
        ],
      }),
      env,
      terminal: options.terminal ?? false,
    });
    const keep = options.folder !== undefined;
    const guest = new Guest({
      ...{
        folder,
        keep,
        patience,
        helpers: [qemu, files, exchange],
        sockets,
        socketFolder,
        servers,
        control,
        log,
        consoleFile,
      },
    });
    await guest.#booted(options);
    return guest;
  }

  /** Path of the console's log. */
  get consolePath(): string {
    return join(this.folder, 'console.log');
  }

  /** What the kernel complained of so far: warnings, oopses, stalls. Nothing, in a guest that is well. */
  get troubles(): readonly Trouble[] {
    return this.#log.troubles;
  }

  /** Path in the guest of a file below {@link folder}. */
  inGuest(path: string): string {
    return join(GUEST_FOLDER, path.slice(this.folder.length));
  }

  /**
   * Runs a command to its end and gives its status. Fails with a GuestError when the guest dies of it, or it does not end in time; the
   * guest is then gone.
   */
  async run(request: JobRequest): Promise<JobResult> {
    this.#jobs += 1;
    const id = String(this.#jobs);
    const folder = join(this.folder, 'jobs', id);
    await mkdir(folder);
    const over = new AbortController();
    const job = runJob(id, folder, request, this.#control, over.signal);
    try {
      const ended = await Promise.race([job, this.#gone(over.signal), this.#timer(request.timeoutMs, over.signal)]);
      if (typeof ended === 'object') return ended;
      if (ended === 'late') throw await this.#hung(request);
      throw await this.#died(ended);
    } finally {
      over.abort();
      await job.catch(() => {});
    }
  }

  /** Ends it as a person would: what is in memory is synced, the machine powered off. Gives what the kernel complained of. */
  async shutDown(): Promise<readonly Trouble[]> {
    if (this.#over) return this.troubles;
    this.#control.send('off');
    const stop = new AbortController();
    const how = await Promise.race([this.#gone(stop.signal), this.#timer(POWER_OFF_MS, stop.signal)]);
    stop.abort();
    if (how === 'late') throw await this.#hung({ words: ['power off'], timeoutMs: POWER_OFF_MS });
    if (this.troubles.length > 0) throw await this.#died(how);
    await this.#end(!this.#keep);
    return this.troubles;
  }

  /** As when the power goes: nothing is flushed. The disks' images are left as they are. */
  async powerCut(): Promise<void> {
    await this.#end(!this.#keep && this.troubles.length === 0);
  }

  /** Whatever became of it, nothing of it is left running. For `finally`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end(false);
  }

  async #booted(options: GuestOptions): Promise<void> {
    const stop = new AbortController();
    const bootMs = options.bootMs ?? BOOT_MS;
    try {
      const aborted = onAbort(options.signal, stop.signal);
      const how = await Promise.race([
        this.#control.ready,
        this.#gone(stop.signal),
        this.#timer(bootMs, stop.signal),
        aborted,
      ]);
      if (how === 'ready') return;
      options.signal?.throwIfAborted();
      const said = this.#helpers.map(({ name, tail }) => (tail.text === '' ? '' : `${name}: ${tail.text}`)).join('\n');
      throw new EnvironmentError(
        'E_ENV_GUEST',
        how === 'late'
          ? `the guest did not start within ${(bootMs * this.#patience) / 1000} s`
          : `the guest did not start (${how})`,
        {
          why: [...this.#log.last(15), said.trim()].join('\n'),
          hint: 'bento-rr doctor says what a guest needs',
        },
      );
    } catch (error) {
      await this.#end(!this.#keep);
      throw error;
    } finally {
      stop.abort();
    }
  }

  /** Settles with how the machine ended, once it did. */
  async #gone(signal: AbortSignal): Promise<string> {
    const ends = this.#helpers.map(async ({ name, exit }) => `${name}: ${await exit}`);
    const how = await Promise.race([...ends, onAbort(signal)]);
    // The console's last bytes come after the end.
    if (!signal.aborted) await sleep(50);
    return how;
  }

  async #died(how: string): Promise<Error> {
    await this.#end(false);
    return guestDied(how, this.#log, this.consolePath);
  }

  /** Makes the guest say where it hangs, and ends it. */
  async #hung(request: JobRequest): Promise<Error> {
    const stop = new AbortController();
    const before = this.#log.last(1)[0];
    this.#control.send('hung');
    const answered = await Promise.race([this.#control.told(), this.#timer(LAST_WORDS_MS, stop.signal)]);
    if (answered === 'late') {
      // Not even the agent runs: its kernel panics, with the call trace of whatever each core does.
      await injectNmi(this.#sockets.qmp);
      await Promise.race([this.#gone(stop.signal), this.#timer(LAST_WORDS_MS, stop.signal)]);
    } else if (this.#log.last(1)[0] === before) await sleep(500);
    stop.abort();
    await this.#end(false);
    return guestHung(
      request.words.join(' '),
      ((request.timeoutMs ?? 0) * this.#patience) / 1000,
      this.#log,
      this.consolePath,
    );
  }

  /** Settles with `late` after so long; never, without a time. */
  #timer(ms: number | undefined, signal: AbortSignal): Promise<'late' | 'aborted'> {
    if (ms === undefined) return onAbort(signal);
    return sleep(ms * this.#patience, 'late' as const, { signal }).catch(() => 'aborted' as const);
  }

  async #end(remove: boolean): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    for (const { kill } of this.#helpers) kill('SIGKILL');
    await Promise.all(this.#helpers.map(({ exit }) => exit));
    this.#control.close();
    for (const server of this.#servers) server.close();
    await new Promise((done) => this.#consoleFile.end(done));
    await rm(this.#socketFolder, { recursive: true, force: true });
    await rm(join(this.folder, 'initramfs'), { force: true });
    if (remove) await rm(this.folder, { recursive: true, force: true });
  }
}

function listen(path: string, connected: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      // A guest that is killed resets its connections.
      socket.on('error', () => {});
      connected(socket);
    });
    server.once('error', reject);
    server.listen(path, () => resolve(server));
  });
}

function onAbort(...signals: readonly (AbortSignal | undefined)[]): Promise<'aborted'> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      if (signal?.aborted === true) resolve('aborted');
      signal?.addEventListener('abort', () => resolve('aborted'), { once: true });
    }
  });
}
