// SPDX-License-Identifier: MIT OR Apache-2.0

import { isAbort } from '../../base/errors.js';
import { formatName } from '../../base/format.js';
import type { Seq } from '../../base/ids.js';
import { Host } from '../../host/host.js';
import type { Surroundings } from '../../host/locate.js';
import { resolveModule } from '../../host/modules/resolve-module.js';
import {
  type Divergence,
  type Stop as HostStop,
  type TreeNode as HostTreeNode,
  type ModuleInfo,
  Order,
  StopReason,
} from '../../proto/gen/host.js';
import { resolveWireOp } from '../../trace/op.js';
import { opFields } from '../../trace/op-fields.js';
import type { TraceFile } from '../../trace/trace-file.js';
import type { Difference, ModuleFacts, ReplayEngine, RunOptions, Stop, TreeNode } from '../ports/replay-engine.js';
import type { Field } from '../ports/trace-source.js';
import { answerFields } from './op-rows.js';

export type HostReplayOptions = {
  readonly trace: TraceFile;
  readonly path: string;
  /** M as typed; absent: the work tree's build of the recorded file system. */
  readonly module: string | undefined;
  /** Absent: serial, and exact where serial is refused. */
  readonly order: 'serial' | 'exact' | undefined;
  readonly surroundings: Surroundings;
};

/** Step by step there is no starting anew where ops interleaved; with neither asked for they run one after the other. */
const ORDERS = { serial: Order.SERIAL, exact: Order.EXACT, neither: Order.RELAXED } as const;

/** A replay in `bento-host serve`. The host is started when the replay is opened, and not before. */
export function hostReplay(options: HostReplayOptions): ReplayEngine {
  return new HostReplay(options);
}

class HostReplay implements ReplayEngine {
  readonly #options: HostReplayOptions;
  #host: Host | undefined;
  #trace = 0;
  #run = 0;
  #order: Order;
  #module = '';

  constructor(options: HostReplayOptions) {
    this.#options = options;
    this.#order = ORDERS[options.order ?? 'neither'];
  }

  async open(signal: AbortSignal, onProgress: (what: string) => void): Promise<ModuleFacts> {
    const { surroundings, trace, path } = this.#options;
    await this.close();
    const name = this.#options.module ?? trace.header.module?.fsName ?? '';
    const resolved = await resolveModule(name, surroundings, { signal, onLine: (line) => onProgress(line.trim()) });
    this.#module = resolved.path;
    onProgress('starting bento-host');
    const host = await Host.start(surroundings);
    this.#host = host;
    onProgress('the host reads the trace');
    const opened = await host.openTrace(path, { allowGaps: true, signal });
    this.#trace = opened.trace;
    const info = await this.#openRun(signal);
    return factsOf(info, resolved.path);
  }

  async runTo(target: bigint | 'end', options: RunOptions): Promise<Stop> {
    const stop = await this.#runTo(target, options);
    // Ops that truly interleaved: a thread for each recorded one can follow where one thread cannot.
    const mayFallBack = this.#options.order === undefined && this.#order === Order.RELAXED;
    if (stop.reason !== StopReason.REFUSED || !mayFallBack) return this.#stopOf(stop);
    await this.#live().closeRun(this.#run);
    this.#order = Order.EXACT;
    await this.#openRun(options.signal);
    return this.#stopOf(await this.#runTo(target, options));
  }

  async actual(): Promise<{ readonly seq: bigint; readonly answer: readonly Field[] }> {
    const { op, seq } = await this.#live().actual(this.#run);
    return { seq, answer: op === undefined ? [] : this.#answerOf(op, seq) };
  }

  async tree(path: Uint8Array, limit: number) {
    const reply = await this.#live().tree({ run: this.#run, path, depth: 1, limit });
    return { nodes: reply.node.map(treeNode), cut: reply.cut };
  }

  async readFile(path: Uint8Array, size: number) {
    return this.#live().readFile(this.#run, path, 0n, size);
  }

  async digest(): Promise<bigint> {
    return (await this.#live().digest(this.#run)).device;
  }

  async close(): Promise<void> {
    const host = this.#host;
    this.#host = undefined;
    await host?.close();
  }

  async #openRun(signal: AbortSignal): Promise<ModuleInfo | undefined> {
    const opened = await this.#live().openRun(
      { trace: this.#trace, module: this.#module, order: this.#order, checkpoints: true },
      { signal },
    );
    this.#run = opened.run;
    return opened.module;
  }

  async #runTo(target: bigint | 'end', { stopAtDivergence, signal, onProgress }: RunOptions): Promise<HostStop> {
    const host = this.#live();
    const where = target === 'end' ? { toEnd: true } : { seq: target };
    try {
      return await host.runTo(
        { run: this.#run, ...where, stopAtDivergence },
        { signal, onProgress: ({ seq }) => onProgress(seq) },
      );
    } catch (error) {
      if (!isAbort(error)) throw error;
      // The host stopped between two ops; it knows which.
      const { seq } = await host.digest(this.#run);
      return {
        reason: StopReason.CANCELLED,
        seq,
        divergence: undefined,
        replayed: 0n,
        elapsedNs: 0n,
        message: '',
        panic: undefined,
        ruleHits: [],
        order: this.#order,
        orderReason: '',
        interleaved: 0n,
        firstInterleaved: undefined,
      };
    }
  }

  async #stopOf(stop: HostStop): Promise<Stop> {
    const panic = stop.panic;
    const said = panic === undefined ? '' : [panic.message, panic.location].filter(Boolean).join(' at ');
    return {
      reason: REASONS[stop.reason] ?? 'refused',
      seq: stop.seq,
      difference: await this.#differenceOf(stop),
      // The host's own words hold the panic's.
      message: stop.message === '' ? said : stop.message,
    };
  }

  /** The host names the first divergence of the run; of a later one it is asked for its answer, which is compared here. */
  async #differenceOf(stop: HostStop): Promise<Difference | undefined> {
    const { divergence } = stop;
    if (divergence === undefined) return undefined;
    if (stop.reason !== StopReason.DIVERGED || divergence.seq === stop.seq) return differenceOf(divergence);
    const { answer } = await this.actual();
    const { trace } = this.#options;
    const recorded = answerFields(opFields(trace.op(stop.seq)));
    const values = new Map(answer.map(({ name, value }) => [name, value]));
    const fields = recorded
      .filter(({ name, value }) => values.get(name) !== value)
      .map(({ name, value }) => ({ field: name, expected: value, actual: values.get(name) ?? 'absent' }));
    const added = answer
      .filter(({ name }) => !recorded.some((one) => one.name === name))
      .map(({ name, value }) => ({ field: name, expected: 'absent', actual: value }));
    return { seq: stop.seq, kind: 'reply', op: trace.op(stop.seq).name, fields: [...fields, ...added] };
  }

  #answerOf(op: Parameters<typeof resolveWireOp>[0], seq: bigint): readonly Field[] {
    const { trace } = this.#options;
    const recorded = trace.op(seq);
    const { name, begin, started, caller, chunk } = recorded;
    const { usualTtlNs, readHash } = trace.header;
    const place = { seq: seq as Seq, name, begin, started, caller, chunk, usualTtlNs, readHash };
    return answerFields(opFields(resolveWireOp(op, place)));
  }

  #live(): Host {
    if (this.#host === undefined) throw new Error('internal: the replay is not open');
    return this.#host;
  }
}

const REASONS: Readonly<Record<number, Stop['reason']>> = {
  [StopReason.REACHED]: 'reached',
  [StopReason.END]: 'end',
  [StopReason.DIVERGED]: 'diverged',
  [StopReason.CRASHED]: 'crashed',
  [StopReason.REFUSED]: 'refused',
  [StopReason.CANCELLED]: 'cancelled',
};

function differenceOf({ seq, kind, op, field, expected, actual, fields }: Divergence): Difference {
  const all = fields.length > 0 ? fields : [{ field, expected, actual }];
  return {
    seq,
    kind,
    op,
    fields: all.map((one) => ({ field: one.field, expected: one.expected, actual: one.actual })),
  };
}

function factsOf(info: ModuleInfo | undefined, path: string): ModuleFacts {
  const module = info?.module;
  return {
    fsName: module?.fsName ?? '',
    revision: module?.sourceRevision ?? '',
    buildId: module === undefined ? '' : Buffer.from(module.buildId).toString('hex'),
    path,
  };
}

const KINDS: Readonly<Record<number, TreeNode['kind']>> = { 4: 'directory', 8: 'file', 10: 'symlink' };

function treeNode(node: HostTreeNode): TreeNode {
  const path = formatName(node.path);
  return {
    path,
    raw: node.path,
    name: path === '/' ? '/' : path.slice(path.lastIndexOf('/') + 1),
    kind: KINDS[(node.mode >> 12) & 15] ?? 'other',
    ino: node.ino,
    mode: node.mode,
    nlink: node.nlink,
    uid: node.uid,
    gid: node.gid,
    size: node.size,
    mtimeNs: node.mtimeNs,
    target: formatName(node.target),
    xattrs: node.xattr.map(({ name, value }) => ({ name: formatName(name), value: formatName(value) })),
  };
}
