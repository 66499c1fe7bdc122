// SPDX-License-Identifier: MIT OR Apache-2.0

import type {
  ActualReply,
  BlockDifferences,
  BlockList,
  BlockReply,
  CheckpointList,
  DigestReply,
  FileBytes,
  FsckReply,
  ModuleInfo,
  OpenRunInit,
  PairResult,
  Progress,
  RequestCallInit,
  ResponseResult,
  RunInfo,
  RunPairInit,
  RunToInit,
  StateReply,
  Stop,
  SubsetReply,
  TestSubsetInit,
  TraceInfo,
  TreeDifferences,
  TreeInit,
  TreeReply,
  UpgradeReply,
  WriteSubsetInit,
} from '../proto/gen/host.js';
import { type CallOptions, Conversation } from './conversation.js';
import { HostProcess } from './host-process.js';
import { findHost, type Surroundings } from './locate.js';

/** Calls that work through many ops may be silent for long; the host bounds each op by its own deadline. */
const LONG: CallOptions = { silenceMs: 600_000 };

/** A host to replay in: one `bento-host serve`, asked one call at a time. Methods mirror proto/bento/host/v1/host.proto. */
export class Host {
  readonly #conversation: Conversation;
  readonly #host: HostProcess;

  private constructor(conversation: Conversation, host: HostProcess) {
    this.#conversation = conversation;
    this.#host = host;
  }

  /** Starts the host of these surroundings; the caller closes it. */
  static async start(surroundings: Pick<Surroundings, 'env' | 'home'>): Promise<Host> {
    const path = await findHost(surroundings);
    const conversation = new Conversation();
    const host = await HostProcess.start(path, surroundings.env, {
      response: (response) => conversation.heard(response),
      gone: (error) => conversation.gone(error),
    });
    conversation.attach(host);
    return new Host(conversation, host);
  }

  /** Ends the host; every call that is open fails. Never throws, may be called again. */
  async close(): Promise<void> {
    await this.#host.close();
  }

  /** Opens and checks a trace. */
  openTrace(path: string, given: { readonly allowGaps?: boolean } & CallOptions = {}): Promise<TraceInfo> {
    const value = { path, allowGaps: given.allowGaps ?? false };
    return this.#ask({ kind: 'openTrace', value }, 'traceInfo', { ...LONG, ...given });
  }

  openRun(value: OpenRunInit, options?: CallOptions): Promise<RunInfo> {
    return this.#ask({ kind: 'openRun', value }, 'runInfo', options);
  }

  async closeRun(run: number, options?: CallOptions): Promise<void> {
    await this.#ask({ kind: 'closeRun', value: { run } }, 'done', options);
  }

  describeModule(path: string, options?: CallOptions): Promise<ModuleInfo> {
    return this.#ask({ kind: 'describeModule', value: { path } }, 'moduleInfo', options);
  }

  /** Goes to a place of the run, and says where it stands and why. */
  runTo(value: RunToInit, options?: CallOptions): Promise<Stop> {
    return this.#ask({ kind: 'runTo', value }, 'stop', { ...LONG, ...options });
  }

  /** As {@link runTo}: yields the progress and returns the stop. Leaving the loop early stops the run. */
  async *runSteps(value: RunToInit, options: CallOptions = {}): AsyncGenerator<Progress, Stop, void> {
    const left = new AbortController();
    const signal = options.signal === undefined ? left.signal : AbortSignal.any([options.signal, left.signal]);
    const seen: Progress[] = [];
    let wake = () => {};
    let stop: Stop | undefined;
    let failure: { readonly error: unknown } | undefined;
    const call = this.runTo(value, {
      ...options,
      signal,
      onProgress: (progress) => {
        // Each progress says where the run is; only digests may not be skipped by a slow reader.
        if (value.digests !== true) seen.length = 0;
        seen.push(progress);
        wake();
      },
    }).then(
      (answer) => {
        stop = answer;
        wake();
      },
      (error: unknown) => {
        failure = { error };
        wake();
      },
    );
    try {
      for (;;) {
        for (let next = seen.shift(); next !== undefined; next = seen.shift()) yield next;
        if (failure !== undefined) throw failure.error;
        if (stop !== undefined) return stop;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      if (stop === undefined && failure === undefined) left.abort();
      await call;
    }
  }

  /** Runs two runs side by side until they part. */
  runPair(value: RunPairInit, options?: CallOptions): Promise<PairResult> {
    return this.#ask({ kind: 'runPair', value }, 'pairResult', { ...LONG, ...options });
  }

  actual(run: number, options?: CallOptions): Promise<ActualReply> {
    return this.#ask({ kind: 'actual', value: { run } }, 'actualReply', options);
  }

  tree(value: TreeInit, options?: CallOptions): Promise<TreeReply> {
    return this.#ask({ kind: 'tree', value }, 'treeReply', { ...LONG, ...options });
  }

  readFile(run: number, path: Uint8Array, offset: bigint, size: number, options?: CallOptions): Promise<FileBytes> {
    return this.#ask({ kind: 'readFile', value: { run, path, offset, size } }, 'fileBytes', options);
  }

  blocks(run: number, first: bigint, limit: number, options?: CallOptions): Promise<BlockList> {
    return this.#ask({ kind: 'blocks', value: { run, first, limit } }, 'blockList', options);
  }

  readBlock(run: number, number: bigint, options?: CallOptions): Promise<BlockReply> {
    return this.#ask({ kind: 'readBlock', value: { run, number } }, 'blockReply', options);
  }

  /** Digests at the run's place; `full` computes them by a walk as well. */
  digest(
    run: number,
    what: { readonly full?: boolean; readonly tree?: boolean } = {},
    options?: CallOptions,
  ): Promise<DigestReply> {
    return this.#ask({ kind: 'digest', value: { run, ...what } }, 'digestReply', { ...LONG, ...options });
  }

  state(run: number, options?: CallOptions): Promise<StateReply> {
    return this.#ask({ kind: 'state', value: { run } }, 'stateReply', { ...LONG, ...options });
  }

  /** Replaces the run's module at its place, as a live upgrade would. */
  upgrade(run: number, module: string, options?: CallOptions): Promise<UpgradeReply> {
    return this.#ask({ kind: 'upgrade', value: { run, module } }, 'upgradeReply', { ...LONG, ...options });
  }

  compareTrees(a: number, b: number, limit: number, options?: CallOptions): Promise<TreeDifferences> {
    return this.#ask({ kind: 'compareTrees', value: { a, b, limit } }, 'treeDifferences', { ...LONG, ...options });
  }

  compareBlocks(a: number, b: number, limit: number, options?: CallOptions): Promise<BlockDifferences> {
    return this.#ask({ kind: 'compareBlocks', value: { a, b, limit } }, 'blockDifferences', { ...LONG, ...options });
  }

  testSubset(value: TestSubsetInit, options?: CallOptions): Promise<SubsetReply> {
    return this.#ask({ kind: 'testSubset', value }, 'subsetReply', { ...LONG, ...options });
  }

  /** Writes a part of a trace as one of its own; says which ops that are. */
  writeSubset(value: WriteSubsetInit, options?: CallOptions): Promise<SubsetReply> {
    return this.#ask({ kind: 'writeSubset', value }, 'subsetReply', { ...LONG, ...options });
  }

  checkpoints(run: number, options?: CallOptions): Promise<CheckpointList> {
    return this.#ask({ kind: 'checkpoints', value: { run } }, 'checkpointList', options);
  }

  fsck(run: number, options?: CallOptions): Promise<FsckReply> {
    return this.#ask({ kind: 'fsck', value: { run } }, 'fsckReply', { ...LONG, ...options });
  }

  #ask<K extends ResponseResult['kind']>(call: RequestCallInit, kind: K, options?: CallOptions) {
    return this.#conversation.ask(call, kind, options);
  }
}

/** Starts a host, works with it, and ends it whatever happens. */
export async function withHost<T>(
  surroundings: Pick<Surroundings, 'env' | 'home'>,
  work: (host: Host) => Promise<T>,
): Promise<T> {
  const host = await Host.start(surroundings);
  try {
    return await work(host);
  } finally {
    await host.close();
  }
}
