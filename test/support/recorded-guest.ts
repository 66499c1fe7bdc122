// SPDX-License-Identifier: MIT OR Apache-2.0

/** A guest with one disk, whose recordings a test begins and ends by hand (test/vm/recording.sh), and what is made of them on this side. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Guest } from '../../src/capture/vm/guest.js';
import { builtModule, Place } from './bento-rr.js';
import { emptyDisk, sh, startGuest } from './guest.js';
import { CHECKOUT } from './sources.js';

export const RR = join(CHECKOUT, 'bin/bento-rr');
export const HOST = join(CHECKOUT, 'rust-fs/target/release/bento-host');
/** The suites' own scripts. */
export const HERE = join(CHECKOUT, 'test/vm');
/** For a script that records a load; nothing healthy comes near it. */
export const LONG_MS = 280_000;

export class RecordedGuest {
  readonly folder: string;
  readonly place = new Place();
  #guest: Guest | undefined;

  constructor(suite: string) {
    this.folder = mkdtempSync(join(tmpdir(), `bento-vm-${suite}-`));
  }

  async boot(): Promise<Guest> {
    const disks = [{ path: emptyDisk(join(this.folder, 'disk'), 1 << 28) }];
    this.#guest = await startGuest({ folder: join(this.folder, 'guest'), disks });
    return this.#guest;
  }

  /** Runs a script with recording.sh's functions, for the mount `at`; what it printed. */
  async told(at: string, script: string): Promise<string> {
    if (this.#guest === undefined) throw new Error('the guest was not booted');
    return await sh(this.#guest, `at=${at}; . ${HERE}/recording.sh\n${script}`, LONG_MS);
  }

  /** What the guest wrote as /run/bento-vm/NAME.btr. */
  traceOf(name: string): string {
    return join(this.folder, 'guest', `${name}.btr`);
  }

  /** What a replay with the work tree's module says; `code` is what it has to end with. */
  async replayed(name: string, fs: string, code = 0, ...more: readonly string[]): Promise<Record<string, unknown>> {
    return await this.place.json(['replay', this.traceOf(name), '--module', builtModule(fs), ...more], code);
  }

  async info(name: string): Promise<Record<string, unknown>> {
    return await this.place.json(['info', this.traceOf(name)]);
  }

  /** Whatever has happened: no guest and no file is left. `end` is for one that booted. */
  async remove(end: (guest: Guest) => Promise<void> = async () => {}): Promise<void> {
    try {
      if (this.#guest !== undefined) await end(this.#guest);
    } finally {
      await this.#guest?.[Symbol.asyncDispose]();
      this.place.remove();
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}
