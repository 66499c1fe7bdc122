// SPDX-License-Identifier: MIT OR Apache-2.0

/** What is said of a recording once it is there. */

import { formatBytes, formatCount, formatPlural } from '../../base/format.js';
import type { MountAccount } from '../../capture/host-mount.js';
import type { Recorded } from '../../capture/record.js';
import { jsonDocument } from '../../report/json-document.js';
import { summarize } from '../../trace/summary.js';
import { TraceFile } from '../../trace/trace-file.js';
import type { Context } from '../context.js';
import { shellWord, shownPath } from '../surroundings.js';

/** From the trace itself, where who recorded it cannot tell any more. */
export async function accountOfTrace(path: string, signal: AbortSignal): Promise<MountAccount> {
  const trace = TraceFile.open(path);
  try {
    const { ops, dropped, bytes, crash } = await summarize(trace, { signal });
    return { ops: ops + dropped, recorded: ops, dropped, bytes, crash };
  } finally {
    trace.close();
  }
}

export function recordDocument(trace: string, module: string, words: readonly string[], { status, account }: Recorded) {
  return jsonDocument('bento-rr/record@1', {
    verdict: account.crash === undefined ? 'recorded' : 'crashed',
    trace,
    module,
    command: words,
    status,
    ops: account.recorded,
    dropped: account.dropped,
    bytes: account.bytes,
    crash: account.crash,
  });
}

/** On stderr: stdout is the command's. */
export function tellRecorded(ctx: Context, trace: string, account: MountAccount): void {
  const { style } = ctx.talk;
  const { recorded, dropped, bytes, crash } = account;
  const shown = shellWord(shownPath(trace, ctx.cwd));
  ctx.talk.note(
    `recorded ${formatPlural(recorded, 'op')} (${formatBytes(bytes)}), ${formatCount(dropped)} dropped: ${style.bold(shown)}`,
  );
  if (dropped > 0n) ctx.talk.warn('the trace has gaps; --policy block loses nothing, at the price of waiting');
  if (crash !== undefined) ctx.talk.error(`${style.bad('the file system crashed')}: ${crash}`);
  ctx.talk.note(`next: bento-rr replay ${shown}  ${style.dim('# replay it, and compare every answer')}`);
}
