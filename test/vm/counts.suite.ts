// SPDX-License-Identifier: MIT OR Apache-2.0

/** What a recording in the kernel says it took and lost, against what the mount has counted itself: exact, also when nobody reads. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModules, mountFs, unmountFs } from '../../src/capture/vm/bento-guest.js';
import type { Guest } from '../../src/capture/vm/guest.js';
import { builtModule } from '../support/bento-rr.js';
import { endGuest, kernelModules } from '../support/guest.js';
import { HERE, HOST, RecordedGuest } from '../support/recorded-guest.js';

const AT = '/mnt/tiffinfs';

const recorded = new RecordedGuest('counts');
const { place } = recorded;
let guest: Guest;

beforeAll(async () => {
  guest = await recorded.boot();
  await loadModules(guest, kernelModules(['--fs', 'tiffinfs']));
  await mountFs(guest, { fs: 'tiffinfs', device: '/dev/vda', at: AT, options: 'mkfs' });
});
afterAll(async () => await recorded.remove());

type Kernel = Readonly<Record<'offered' | 'recorded' | 'dropped' | 'filtered' | 'unanswered', number>>;
type Done = {
  readonly account: Readonly<Record<'offered' | 'recorded' | 'dropped' | 'filtered', number>> & {
    readonly loss: readonly { readonly cause: string; readonly ops: number }[];
  };
  readonly kernel: Kernel;
  readonly late: number;
  readonly unexplained: number;
  readonly broken: readonly string[];
};

/** Runs a script with recording.sh's functions; the lines `KEY=VALUE` that it printed. */
async function told(script: string): Promise<ReadonlyMap<string, string>> {
  const text = await recorded.told(AT, script);
  return new Map(text.split('\n').map((line) => [line.replace(/=.*/s, ''), line.slice(line.indexOf('=') + 1)]));
}

/** Numbers of a script's answer. */
function numbers(answer: ReadonlyMap<string, string>, ...keys: readonly string[]): readonly number[] {
  return keys.map((key) => {
    const value = answer.get(key);
    if (value === undefined || !/^\d+$/.test(value)) throw new Error(`the guest told no ${key}: ${[...answer]}`);
    return Number(value);
  });
}

/** Buffers as small as a policy lets them be: bytes of a part, and how many. */
const SMALL = '73728:4';
const SMALL_BLOCK = '73728:53';

describe.each([
  { policy: 'drop', buffer: SMALL, mib: 1, cause: 'LOSS_CAUSE_BUFFER_FULL' },
  { policy: 'block', buffer: SMALL_BLOCK, mib: 5, cause: 'LOSS_CAUSE_BUFFER_FULL' },
  { policy: 'flight', buffer: SMALL, mib: 1, cause: 'LOSS_CAUSE_OVERWRITTEN' },
])('policy $policy, ten times more than the buffers hold and a reader that stands still', ({ policy, ...how }) => {
  const { buffer, mib, cause } = how;
  let done: Done;

  it('offers exactly what the mount counts, and loses exactly what is not in the trace', async () => {
    const answer = await told(`
      quiet; before=$(ended)
      begin ${HOST} /run/bento-vm/${policy}.btr --policy ${policy} --buffer ${buffer}
      kill -STOP $collector
      bash ${HERE}/flood.sh ${AT}/${policy} 4 2200 ${mib}
      quiet
      kill -CONT $collector; kill -TERM $collector; wait $collector
      echo ended=$(($(ended) - before)); echo done=$(tail -1 /tmp/collected)`);
    done = JSON.parse(answer.get('done') ?? '') as Done;
    const { account, kernel } = done;
    const [ended = 0] = numbers(answer, 'ended');
    expect({ offered: kernel.offered, lost: kernel.offered - kernel.recorded }).toEqual({
      offered: ended,
      lost: kernel.dropped,
    });
    expect(account).toMatchObject({ offered: ended, recorded: kernel.recorded, dropped: kernel.dropped, filtered: 0 });
    expect(done).toMatchObject({ late: 0, unexplained: 0, broken: [] });
    // Of every ten, at least nine did not fit.
    expect(kernel.dropped).toBeGreaterThan(9 * kernel.recorded);
    expect(kernel.recorded).toBeGreaterThan(100);
    expect(account.loss.filter((loss) => loss.cause === cause).reduce((sum, loss) => sum + loss.ops, 0)).toBe(
      kernel.dropped,
    );
  });

  it('makes a trace that says so, and that no replay passes off as whole', async () => {
    const path = recorded.traceOf(policy);
    const info = await recorded.info(policy);
    expect(info).toMatchObject({ ops: done.account.recorded, dropped: done.account.dropped });
    expect(info.gaps).toBeGreaterThan(0);
    await place.json(['verify', path]);
    const replay = await place.run(['replay', path, '--module', builtModule('tiffinfs')]);
    expect(replay).toMatchObject({ code: 3, stderr: expect.stringMatching(/ops are missing[\s\S]*--allow-gaps/) });
  });
});

describe.each(['drop', 'block'])('policy %s and a reader that was killed', (policy) => {
  const trace = `killed-${policy}`;

  it('goes on, and counts what nobody reads', async () => {
    const answer = await told(`
      quiet; before=$(ended)
      begin ${HOST} /run/bento-vm/${trace}.btr --policy ${policy} --buffer ${policy === 'drop' ? SMALL : SMALL_BLOCK}
      mkdir ${AT}/first; sleep 1
      kill -KILL $collector; wait $collector || true
      bash ${HERE}/flood.sh ${AT}/${policy} 4 400 5
      quiet
      echo stop >$debugfs/control
      said=$(cat $debugfs/barrier)
      echo state=$(awk '$1 == "state" { print $2 }' <<<"$said")
      echo ended=$(($(ended) - before))
      for key in offered recorded buffer_full too_large unanswered; do echo $key=$(counted "$said" $key); done
      echo release >$debugfs/control
      begin ${HOST} /run/bento-vm/${trace}-next.btr --policy block
      rmdir ${AT}/first
      kill -TERM $collector; wait $collector`);
    expect(answer.get('state')).toBe('ended');
    const keys = ['ended', 'offered', 'recorded', 'buffer_full', 'too_large'];
    const [ended, offered, recorded = 0, full = 0, large] = numbers(answer, ...keys);
    expect({ offered, recorded: recorded + full, large }).toEqual({ offered: ended, recorded: ended, large: 0 });
    expect(full).toBeGreaterThan(recorded);
  });

  it('leaves a trace of what was read, and the mount can be recorded again', async () => {
    const info = await recorded.info(trace);
    expect(info).toMatchObject({ gaps: 0 });
    expect(info.ops).toBeGreaterThan(0);
    for (const name of [trace, `${trace}-next`]) {
      expect(await recorded.replayed(name, 'tiffinfs')).toMatchObject({ verdict: 'same' });
    }
  });
});

it('leaves nothing that keeps the modules', async () => {
  await unmountFs(guest, AT);
  await endGuest(guest);
  expect(guest.troubles).toEqual([]);
});
