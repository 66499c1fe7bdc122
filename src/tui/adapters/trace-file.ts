// SPDX-License-Identifier: MIT OR Apache-2.0

import { basename } from 'node:path';
import { AppError } from '../../base/errors.js';
import { formatName } from '../../base/format.js';
import type { Seq } from '../../base/ids.js';
import { err, ok } from '../../base/result.js';
import { parseFilter, type Filter as TraceFilter } from '../../trace/filter/filter.js';
import { FilterError } from '../../trace/filter/tokens.js';
import type { TraceOp } from '../../trace/op.js';
import { PathResolver } from '../../trace/paths.js';
import type { TraceFile } from '../../trace/trace-file.js';
import type { Filter, OpRow, ScanOptions, TraceFacts, TraceSource, WindowRequest } from '../ports/trace-source.js';
import { Gaps } from './gaps.js';
import { opDetail, opRow } from './op-rows.js';
import { learnNames, Pace, scanOps } from './op-scan.js';

/** Names that can be learned within this time are waited for; otherwise the rows come first and the names after. */
const EAGER_MS = 30;

/** A trace as the screen wants it. */
export function traceSource(trace: TraceFile, path: string): TraceSource {
  const paths = new PathResolver(trace);
  const gaps = new Gaps(trace);
  const lockClasses = trace.header.module?.lockClass ?? [];
  const learnQuickly = (seq: bigint) => {
    const until = Date.now() + EAGER_MS;
    while (!paths.advance(seq, 1) && Date.now() < until);
  };
  const row = (op: TraceOp): OpRow =>
    opRow(op, paths.knownTo >= op.seq ? paths : undefined, gaps.before(op.seq, op.chunk));
  return {
    facts: factsOf(trace, path),
    window: async (request, options) => {
      const { rows, startReached, endReached } = await readWindow(trace, paths, request, options);
      const last = rows.at(-1)?.seq;
      if (last !== undefined) learnQuickly(last);
      return { rows: rows.map(row), startReached, endReached };
    },
    detail: async (seq) => {
      const op = trace.op(seq);
      return opDetail(op, paths.knownTo >= seq ? paths : undefined, lockClasses, gaps.before(seq, op.chunk));
    },
    namesKnown: (seq) => paths.knownTo >= seq,
    learnNames: (seq, options) => learnNames(paths, seq, new Pace(options)),
    parseFilter: (text) => {
      try {
        return ok(branded(parseFilter(text, trace.header.startRealtimeNs)));
      } catch (error) {
        if (!(error instanceof FilterError)) throw error;
        const hint = error.hint === undefined || error.hint.startsWith('See ') ? '' : ` (${error.hint})`;
        return err({ message: `${error.message.replace(/^filter: /, '')}${hint}`, at: error.position });
      }
    },
    find: async (filter, from, direction, options) => {
      const start = direction === 1 ? from + 1n : from;
      const found = await scanOps(
        { trace, paths, filter: unbranded(filter), from: start, direction, count: 1 },
        options,
      );
      return found.ops[0]?.seq;
    },
    close: async () => trace.close(),
  };
}

async function readWindow(trace: TraceFile, paths: PathResolver, request: WindowRequest, options: ScanOptions) {
  const { anchor, before, after } = request;
  const filter = request.filter === undefined ? undefined : unbranded(request.filter);
  const common = { trace, paths, filter, from: anchor };
  const forward = await scanOps({ ...common, direction: 1, count: after }, options);
  const back = await scanOps({ ...common, direction: -1, count: before }, options);
  return { rows: [...back.ops, ...forward.ops], startReached: back.ended, endReached: forward.ended };
}

/** The screen passes filters around and looks into none. */
function branded(filter: TraceFilter): Filter {
  return filter as TraceFilter & Filter;
}

function unbranded(filter: Filter): TraceFilter {
  if (!('matches' in filter)) throw new AppError('E_INTERNAL', 5, 'internal: a filter of another source');
  return filter as unknown as TraceFilter;
}

function factsOf(trace: TraceFile, path: string): TraceFacts {
  const { header, index } = trace;
  return {
    path,
    name: formatName(Buffer.from(basename(path))),
    ops: trace.ops,
    first: trace.firstSeq as Seq,
    last: trace.lastSeq,
    dropped: index?.account?.dropped ?? 0n,
    complete: trace.complete,
    fsName: header.module?.fsName ?? 'unknown',
    revision: header.module?.sourceRevision ?? '',
    recordedBy: header.recordedBy,
    command: header.command.map(formatName).join(' '),
    startNs: header.startRealtimeNs,
    bytes: BigInt(trace.size),
    warnings: trace.warnings.map(({ message }) => message),
  };
}
