// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from proto/ by `npm run generate`; do not edit.
// Package bento.host.v1.

import { NO_BYTES, WireReader, WireWriter } from '../wire.js';
import * as trace from './trace.js';

export type RequestCall =
  | { readonly kind: 'cancel'; readonly value: Cancel }
  | { readonly kind: 'openTrace'; readonly value: OpenTrace }
  | { readonly kind: 'openRun'; readonly value: OpenRun }
  | { readonly kind: 'runTo'; readonly value: RunTo }
  | { readonly kind: 'runPair'; readonly value: RunPair }
  | { readonly kind: 'actual'; readonly value: Actual }
  | { readonly kind: 'tree'; readonly value: Tree }
  | { readonly kind: 'readFile'; readonly value: ReadFile }
  | { readonly kind: 'blocks'; readonly value: Blocks }
  | { readonly kind: 'readBlock'; readonly value: ReadBlock }
  | { readonly kind: 'digest'; readonly value: Digest }
  | { readonly kind: 'state'; readonly value: State }
  | { readonly kind: 'upgrade'; readonly value: Upgrade }
  | { readonly kind: 'compareTrees'; readonly value: CompareTrees }
  | { readonly kind: 'compareBlocks'; readonly value: CompareBlocks }
  | { readonly kind: 'testSubset'; readonly value: TestSubset }
  | { readonly kind: 'writeSubset'; readonly value: WriteSubset }
  | { readonly kind: 'checkpoints'; readonly value: Checkpoints }
  | { readonly kind: 'closeRun'; readonly value: CloseRun }
  | { readonly kind: 'describeModule'; readonly value: DescribeModule }
  | { readonly kind: 'fsck'; readonly value: Fsck };

export type RequestCallInit =
  | { readonly kind: 'cancel'; readonly value: CancelInit }
  | { readonly kind: 'openTrace'; readonly value: OpenTraceInit }
  | { readonly kind: 'openRun'; readonly value: OpenRunInit }
  | { readonly kind: 'runTo'; readonly value: RunToInit }
  | { readonly kind: 'runPair'; readonly value: RunPairInit }
  | { readonly kind: 'actual'; readonly value: ActualInit }
  | { readonly kind: 'tree'; readonly value: TreeInit }
  | { readonly kind: 'readFile'; readonly value: ReadFileInit }
  | { readonly kind: 'blocks'; readonly value: BlocksInit }
  | { readonly kind: 'readBlock'; readonly value: ReadBlockInit }
  | { readonly kind: 'digest'; readonly value: DigestInit }
  | { readonly kind: 'state'; readonly value: StateInit }
  | { readonly kind: 'upgrade'; readonly value: UpgradeInit }
  | { readonly kind: 'compareTrees'; readonly value: CompareTreesInit }
  | { readonly kind: 'compareBlocks'; readonly value: CompareBlocksInit }
  | { readonly kind: 'testSubset'; readonly value: TestSubsetInit }
  | { readonly kind: 'writeSubset'; readonly value: WriteSubsetInit }
  | { readonly kind: 'checkpoints'; readonly value: CheckpointsInit }
  | { readonly kind: 'closeRun'; readonly value: CloseRunInit }
  | { readonly kind: 'describeModule'; readonly value: DescribeModuleInit }
  | { readonly kind: 'fsck'; readonly value: FsckInit };

export type Request = {
  readonly id: bigint;
  readonly call: RequestCall | undefined;
};

/** What {@link encodeRequest} takes: what is absent is not written. */
export type RequestInit = {
  readonly id?: bigint | undefined;
  readonly call?: RequestCallInit | undefined;
};

/** Field numbers of Request. */
export const RequestField = {
  id: 1,
  cancel: 2,
  openTrace: 3,
  openRun: 4,
  runTo: 5,
  runPair: 6,
  actual: 7,
  tree: 8,
  readFile: 9,
  blocks: 10,
  readBlock: 11,
  digest: 12,
  state: 13,
  upgrade: 14,
  compareTrees: 15,
  compareBlocks: 16,
  testSubset: 17,
  writeSubset: 18,
  checkpoints: 19,
  closeRun: 20,
  describeModule: 21,
  fsck: 22,
} as const;

export function decodeRequest(r: WireReader, end: number = r.len): Request {
  let id_: bigint = 0n;
  let call_: RequestCall | undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        id_ = r.u64();
        break;
      case 18:
        call_ = { kind: 'cancel', value: decodeCancel(r, r.block(end)) };
        break;
      case 26:
        call_ = { kind: 'openTrace', value: decodeOpenTrace(r, r.block(end)) };
        break;
      case 34:
        call_ = { kind: 'openRun', value: decodeOpenRun(r, r.block(end)) };
        break;
      case 42:
        call_ = { kind: 'runTo', value: decodeRunTo(r, r.block(end)) };
        break;
      case 50:
        call_ = { kind: 'runPair', value: decodeRunPair(r, r.block(end)) };
        break;
      case 58:
        call_ = { kind: 'actual', value: decodeActual(r, r.block(end)) };
        break;
      case 66:
        call_ = { kind: 'tree', value: decodeTree(r, r.block(end)) };
        break;
      case 74:
        call_ = { kind: 'readFile', value: decodeReadFile(r, r.block(end)) };
        break;
      case 82:
        call_ = { kind: 'blocks', value: decodeBlocks(r, r.block(end)) };
        break;
      case 90:
        call_ = { kind: 'readBlock', value: decodeReadBlock(r, r.block(end)) };
        break;
      case 98:
        call_ = { kind: 'digest', value: decodeDigest(r, r.block(end)) };
        break;
      case 106:
        call_ = { kind: 'state', value: decodeState(r, r.block(end)) };
        break;
      case 114:
        call_ = { kind: 'upgrade', value: decodeUpgrade(r, r.block(end)) };
        break;
      case 122:
        call_ = { kind: 'compareTrees', value: decodeCompareTrees(r, r.block(end)) };
        break;
      case 130:
        call_ = { kind: 'compareBlocks', value: decodeCompareBlocks(r, r.block(end)) };
        break;
      case 138:
        call_ = { kind: 'testSubset', value: decodeTestSubset(r, r.block(end)) };
        break;
      case 146:
        call_ = { kind: 'writeSubset', value: decodeWriteSubset(r, r.block(end)) };
        break;
      case 154:
        call_ = { kind: 'checkpoints', value: decodeCheckpoints(r, r.block(end)) };
        break;
      case 162:
        call_ = { kind: 'closeRun', value: decodeCloseRun(r, r.block(end)) };
        break;
      case 170:
        call_ = { kind: 'describeModule', value: decodeDescribeModule(r, r.block(end)) };
        break;
      case 178:
        call_ = { kind: 'fsck', value: decodeFsck(r, r.block(end)) };
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    id: id_,
    call: call_,
  };
}

export function encodeRequest(m: RequestInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.id) {
    w.uint32(8);
    w.u64(m.id);
  }
  switch (m.call?.kind) {
    case 'cancel':
      encodeCancel(m.call.value, w.open(18));
    w.ldelim();
      break;
    case 'openTrace':
      encodeOpenTrace(m.call.value, w.open(26));
    w.ldelim();
      break;
    case 'openRun':
      encodeOpenRun(m.call.value, w.open(34));
    w.ldelim();
      break;
    case 'runTo':
      encodeRunTo(m.call.value, w.open(42));
    w.ldelim();
      break;
    case 'runPair':
      encodeRunPair(m.call.value, w.open(50));
    w.ldelim();
      break;
    case 'actual':
      encodeActual(m.call.value, w.open(58));
    w.ldelim();
      break;
    case 'tree':
      encodeTree(m.call.value, w.open(66));
    w.ldelim();
      break;
    case 'readFile':
      encodeReadFile(m.call.value, w.open(74));
    w.ldelim();
      break;
    case 'blocks':
      encodeBlocks(m.call.value, w.open(82));
    w.ldelim();
      break;
    case 'readBlock':
      encodeReadBlock(m.call.value, w.open(90));
    w.ldelim();
      break;
    case 'digest':
      encodeDigest(m.call.value, w.open(98));
    w.ldelim();
      break;
    case 'state':
      encodeState(m.call.value, w.open(106));
    w.ldelim();
      break;
    case 'upgrade':
      encodeUpgrade(m.call.value, w.open(114));
    w.ldelim();
      break;
    case 'compareTrees':
      encodeCompareTrees(m.call.value, w.open(122));
    w.ldelim();
      break;
    case 'compareBlocks':
      encodeCompareBlocks(m.call.value, w.open(130));
    w.ldelim();
      break;
    case 'testSubset':
      encodeTestSubset(m.call.value, w.open(138));
    w.ldelim();
      break;
    case 'writeSubset':
      encodeWriteSubset(m.call.value, w.open(146));
    w.ldelim();
      break;
    case 'checkpoints':
      encodeCheckpoints(m.call.value, w.open(154));
    w.ldelim();
      break;
    case 'closeRun':
      encodeCloseRun(m.call.value, w.open(162));
    w.ldelim();
      break;
    case 'describeModule':
      encodeDescribeModule(m.call.value, w.open(170));
    w.ldelim();
      break;
    case 'fsck':
      encodeFsck(m.call.value, w.open(178));
    w.ldelim();
      break;
  }
  return w;
}

export type ResponseResult =
  | { readonly kind: 'failure'; readonly value: Failure }
  | { readonly kind: 'done'; readonly value: Done }
  | { readonly kind: 'traceInfo'; readonly value: TraceInfo }
  | { readonly kind: 'runInfo'; readonly value: RunInfo }
  | { readonly kind: 'progress'; readonly value: Progress }
  | { readonly kind: 'stop'; readonly value: Stop }
  | { readonly kind: 'pairResult'; readonly value: PairResult }
  | { readonly kind: 'actualReply'; readonly value: ActualReply }
  | { readonly kind: 'treeReply'; readonly value: TreeReply }
  | { readonly kind: 'fileBytes'; readonly value: FileBytes }
  | { readonly kind: 'blockList'; readonly value: BlockList }
  | { readonly kind: 'blockReply'; readonly value: BlockReply }
  | { readonly kind: 'digestReply'; readonly value: DigestReply }
  | { readonly kind: 'stateReply'; readonly value: StateReply }
  | { readonly kind: 'upgradeReply'; readonly value: UpgradeReply }
  | { readonly kind: 'treeDifferences'; readonly value: TreeDifferences }
  | { readonly kind: 'blockDifferences'; readonly value: BlockDifferences }
  | { readonly kind: 'subsetReply'; readonly value: SubsetReply }
  | { readonly kind: 'checkpointList'; readonly value: CheckpointList }
  | { readonly kind: 'moduleInfo'; readonly value: ModuleInfo }
  | { readonly kind: 'fsckReply'; readonly value: FsckReply };

export type ResponseResultInit =
  | { readonly kind: 'failure'; readonly value: FailureInit }
  | { readonly kind: 'done'; readonly value: DoneInit }
  | { readonly kind: 'traceInfo'; readonly value: TraceInfoInit }
  | { readonly kind: 'runInfo'; readonly value: RunInfoInit }
  | { readonly kind: 'progress'; readonly value: ProgressInit }
  | { readonly kind: 'stop'; readonly value: StopInit }
  | { readonly kind: 'pairResult'; readonly value: PairResultInit }
  | { readonly kind: 'actualReply'; readonly value: ActualReplyInit }
  | { readonly kind: 'treeReply'; readonly value: TreeReplyInit }
  | { readonly kind: 'fileBytes'; readonly value: FileBytesInit }
  | { readonly kind: 'blockList'; readonly value: BlockListInit }
  | { readonly kind: 'blockReply'; readonly value: BlockReplyInit }
  | { readonly kind: 'digestReply'; readonly value: DigestReplyInit }
  | { readonly kind: 'stateReply'; readonly value: StateReplyInit }
  | { readonly kind: 'upgradeReply'; readonly value: UpgradeReplyInit }
  | { readonly kind: 'treeDifferences'; readonly value: TreeDifferencesInit }
  | { readonly kind: 'blockDifferences'; readonly value: BlockDifferencesInit }
  | { readonly kind: 'subsetReply'; readonly value: SubsetReplyInit }
  | { readonly kind: 'checkpointList'; readonly value: CheckpointListInit }
  | { readonly kind: 'moduleInfo'; readonly value: ModuleInfoInit }
  | { readonly kind: 'fsckReply'; readonly value: FsckReplyInit };

export type Response = {
  readonly id: bigint;
  /** Other responses for this id follow. */
  readonly more: boolean;
  readonly result: ResponseResult | undefined;
};

/** What {@link encodeResponse} takes: what is absent is not written. */
export type ResponseInit = {
  readonly id?: bigint | undefined;
  readonly more?: boolean | undefined;
  readonly result?: ResponseResultInit | undefined;
};

/** Field numbers of Response. */
export const ResponseField = {
  id: 1,
  more: 2,
  failure: 3,
  done: 4,
  traceInfo: 5,
  runInfo: 6,
  progress: 7,
  stop: 8,
  pairResult: 9,
  actualReply: 10,
  treeReply: 11,
  fileBytes: 12,
  blockList: 13,
  blockReply: 14,
  digestReply: 15,
  stateReply: 16,
  upgradeReply: 17,
  treeDifferences: 18,
  blockDifferences: 19,
  subsetReply: 20,
  checkpointList: 21,
  moduleInfo: 22,
  fsckReply: 23,
} as const;

export function decodeResponse(r: WireReader, end: number = r.len): Response {
  let id_: bigint = 0n;
  let more_: boolean = false;
  let result_: ResponseResult | undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        id_ = r.u64();
        break;
      case 16:
        more_ = r.bool();
        break;
      case 26:
        result_ = { kind: 'failure', value: decodeFailure(r, r.block(end)) };
        break;
      case 34:
        result_ = { kind: 'done', value: decodeDone(r, r.block(end)) };
        break;
      case 42:
        result_ = { kind: 'traceInfo', value: decodeTraceInfo(r, r.block(end)) };
        break;
      case 50:
        result_ = { kind: 'runInfo', value: decodeRunInfo(r, r.block(end)) };
        break;
      case 58:
        result_ = { kind: 'progress', value: decodeProgress(r, r.block(end)) };
        break;
      case 66:
        result_ = { kind: 'stop', value: decodeStop(r, r.block(end)) };
        break;
      case 74:
        result_ = { kind: 'pairResult', value: decodePairResult(r, r.block(end)) };
        break;
      case 82:
        result_ = { kind: 'actualReply', value: decodeActualReply(r, r.block(end)) };
        break;
      case 90:
        result_ = { kind: 'treeReply', value: decodeTreeReply(r, r.block(end)) };
        break;
      case 98:
        result_ = { kind: 'fileBytes', value: decodeFileBytes(r, r.block(end)) };
        break;
      case 106:
        result_ = { kind: 'blockList', value: decodeBlockList(r, r.block(end)) };
        break;
      case 114:
        result_ = { kind: 'blockReply', value: decodeBlockReply(r, r.block(end)) };
        break;
      case 122:
        result_ = { kind: 'digestReply', value: decodeDigestReply(r, r.block(end)) };
        break;
      case 130:
        result_ = { kind: 'stateReply', value: decodeStateReply(r, r.block(end)) };
        break;
      case 138:
        result_ = { kind: 'upgradeReply', value: decodeUpgradeReply(r, r.block(end)) };
        break;
      case 146:
        result_ = { kind: 'treeDifferences', value: decodeTreeDifferences(r, r.block(end)) };
        break;
      case 154:
        result_ = { kind: 'blockDifferences', value: decodeBlockDifferences(r, r.block(end)) };
        break;
      case 162:
        result_ = { kind: 'subsetReply', value: decodeSubsetReply(r, r.block(end)) };
        break;
      case 170:
        result_ = { kind: 'checkpointList', value: decodeCheckpointList(r, r.block(end)) };
        break;
      case 178:
        result_ = { kind: 'moduleInfo', value: decodeModuleInfo(r, r.block(end)) };
        break;
      case 186:
        result_ = { kind: 'fsckReply', value: decodeFsckReply(r, r.block(end)) };
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    id: id_,
    more: more_,
    result: result_,
  };
}

export function encodeResponse(m: ResponseInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.id) {
    w.uint32(8);
    w.u64(m.id);
  }
  if (m.more) {
    w.uint32(16);
    w.bool(m.more);
  }
  switch (m.result?.kind) {
    case 'failure':
      encodeFailure(m.result.value, w.open(26));
    w.ldelim();
      break;
    case 'done':
      encodeDone(m.result.value, w.open(34));
    w.ldelim();
      break;
    case 'traceInfo':
      encodeTraceInfo(m.result.value, w.open(42));
    w.ldelim();
      break;
    case 'runInfo':
      encodeRunInfo(m.result.value, w.open(50));
    w.ldelim();
      break;
    case 'progress':
      encodeProgress(m.result.value, w.open(58));
    w.ldelim();
      break;
    case 'stop':
      encodeStop(m.result.value, w.open(66));
    w.ldelim();
      break;
    case 'pairResult':
      encodePairResult(m.result.value, w.open(74));
    w.ldelim();
      break;
    case 'actualReply':
      encodeActualReply(m.result.value, w.open(82));
    w.ldelim();
      break;
    case 'treeReply':
      encodeTreeReply(m.result.value, w.open(90));
    w.ldelim();
      break;
    case 'fileBytes':
      encodeFileBytes(m.result.value, w.open(98));
    w.ldelim();
      break;
    case 'blockList':
      encodeBlockList(m.result.value, w.open(106));
    w.ldelim();
      break;
    case 'blockReply':
      encodeBlockReply(m.result.value, w.open(114));
    w.ldelim();
      break;
    case 'digestReply':
      encodeDigestReply(m.result.value, w.open(122));
    w.ldelim();
      break;
    case 'stateReply':
      encodeStateReply(m.result.value, w.open(130));
    w.ldelim();
      break;
    case 'upgradeReply':
      encodeUpgradeReply(m.result.value, w.open(138));
    w.ldelim();
      break;
    case 'treeDifferences':
      encodeTreeDifferences(m.result.value, w.open(146));
    w.ldelim();
      break;
    case 'blockDifferences':
      encodeBlockDifferences(m.result.value, w.open(154));
    w.ldelim();
      break;
    case 'subsetReply':
      encodeSubsetReply(m.result.value, w.open(162));
    w.ldelim();
      break;
    case 'checkpointList':
      encodeCheckpointList(m.result.value, w.open(170));
    w.ldelim();
      break;
    case 'moduleInfo':
      encodeModuleInfo(m.result.value, w.open(178));
    w.ldelim();
      break;
    case 'fsckReply':
      encodeFsckReply(m.result.value, w.open(186));
    w.ldelim();
      break;
  }
  return w;
}

/** A call that could not be done. */
export type Failure = {
  /** Stable, such as "E_TRACE_CRC", "E_MODULE_ABI". */
  readonly code: string;
  /** What failed and why. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** Exit code of the command line: 2 usage, 3 trace, 4 environment, 5 host or module. */
  readonly exitCode: number;
};

/** What {@link encodeFailure} takes: what is absent is not written. */
export type FailureInit = {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly hint?: string | undefined;
  readonly exitCode?: number | undefined;
};

/** Field numbers of Failure. */
export const FailureField = {
  code: 1,
  message: 2,
  hint: 3,
  exitCode: 4,
} as const;

export function decodeFailure(r: WireReader, end: number = r.len): Failure {
  let code_: string = '';
  let message_: string = '';
  let hint_: string = '';
  let exitCode_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        code_ = r.string();
        break;
      case 18:
        message_ = r.string();
        break;
      case 26:
        hint_ = r.string();
        break;
      case 32:
        exitCode_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    code: code_,
    message: message_,
    hint: hint_,
    exitCode: exitCode_,
  };
}

export function encodeFailure(m: FailureInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.code) {
    w.uint32(10);
    w.string(m.code);
  }
  if (m.message) {
    w.uint32(18);
    w.string(m.message);
  }
  if (m.hint) {
    w.uint32(26);
    w.string(m.hint);
  }
  if (m.exitCode) {
    w.uint32(32);
    w.uint32(m.exitCode);
  }
  return w;
}

export type Done = {
};

/** What {@link encodeDone} takes: what is absent is not written. */
export type DoneInit = {
};

/** Field numbers of Done. */
export const DoneField = {
} as const;

export function decodeDone(r: WireReader, end: number = r.len): Done {
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
  };
}

export function encodeDone(_m: DoneInit, w: WireWriter = new WireWriter()): WireWriter {
  return w;
}

export type Cancel = {
};

/** What {@link encodeCancel} takes: what is absent is not written. */
export type CancelInit = {
};

/** Field numbers of Cancel. */
export const CancelField = {
} as const;

export function decodeCancel(r: WireReader, end: number = r.len): Cancel {
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
  };
}

export function encodeCancel(_m: CancelInit, w: WireWriter = new WireWriter()): WireWriter {
  return w;
}

/** Opens and checks a trace, and keeps its ops in memory for runs. One host may hold several. */
export type OpenTrace = {
  readonly path: string;
  /** Go on across gaps, damaged chunks and a lost tail. */
  readonly allowGaps: boolean;
};

/** What {@link encodeOpenTrace} takes: what is absent is not written. */
export type OpenTraceInit = {
  readonly path?: string | undefined;
  readonly allowGaps?: boolean | undefined;
};

/** Field numbers of OpenTrace. */
export const OpenTraceField = {
  path: 1,
  allowGaps: 2,
} as const;

export function decodeOpenTrace(r: WireReader, end: number = r.len): OpenTrace {
  let path_: string = '';
  let allowGaps_: boolean = false;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        path_ = r.string();
        break;
      case 16:
        allowGaps_ = r.bool();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    path: path_,
    allowGaps: allowGaps_,
  };
}

export function encodeOpenTrace(m: OpenTraceInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.path) {
    w.uint32(10);
    w.string(m.path);
  }
  if (m.allowGaps) {
    w.uint32(16);
    w.bool(m.allowGaps);
  }
  return w;
}

export type TraceInfo = {
  readonly trace: number;
  readonly header: trace.Header | undefined;
  readonly ops: bigint;
  readonly gaps: bigint;
  readonly dropped: bigint;
  readonly chunks: bigint;
  readonly bytes: bigint;
  readonly complete: boolean;
  /** In words, such as "the last 211 bytes are not a whole chunk and were left out". */
  readonly warnings: readonly string[];
  readonly threads: number;
  /** Wall time from the first op's begin to the last one's end. */
  readonly spanNs: bigint;
};

/** What {@link encodeTraceInfo} takes: what is absent is not written. */
export type TraceInfoInit = {
  readonly trace?: number | undefined;
  readonly header?: trace.HeaderInit | undefined;
  readonly ops?: bigint | undefined;
  readonly gaps?: bigint | undefined;
  readonly dropped?: bigint | undefined;
  readonly chunks?: bigint | undefined;
  readonly bytes?: bigint | undefined;
  readonly complete?: boolean | undefined;
  readonly warnings?: readonly string[] | undefined;
  readonly threads?: number | undefined;
  readonly spanNs?: bigint | undefined;
};

/** Field numbers of TraceInfo. */
export const TraceInfoField = {
  trace: 1,
  header: 2,
  ops: 3,
  gaps: 4,
  dropped: 5,
  chunks: 6,
  bytes: 7,
  complete: 8,
  warnings: 9,
  threads: 10,
  spanNs: 11,
} as const;

export function decodeTraceInfo(r: WireReader, end: number = r.len): TraceInfo {
  let trace_: number = 0;
  let header_: trace.Header | undefined = undefined;
  let ops_: bigint = 0n;
  let gaps_: bigint = 0n;
  let dropped_: bigint = 0n;
  let chunks_: bigint = 0n;
  let bytes_: bigint = 0n;
  let complete_: boolean = false;
  let warnings_: string[] | undefined = undefined;
  let threads_: number = 0;
  let spanNs_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        trace_ = r.uint32();
        break;
      case 18:
        header_ = trace.decodeHeader(r, r.block(end));
        break;
      case 24:
        ops_ = r.u64();
        break;
      case 32:
        gaps_ = r.u64();
        break;
      case 40:
        dropped_ = r.u64();
        break;
      case 48:
        chunks_ = r.u64();
        break;
      case 56:
        bytes_ = r.u64();
        break;
      case 64:
        complete_ = r.bool();
        break;
      case 74:
        (warnings_ ??= []).push(r.string());
        break;
      case 80:
        threads_ = r.uint32();
        break;
      case 88:
        spanNs_ = r.u64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    trace: trace_,
    header: header_,
    ops: ops_,
    gaps: gaps_,
    dropped: dropped_,
    chunks: chunks_,
    bytes: bytes_,
    complete: complete_,
    warnings: warnings_ ?? [],
    threads: threads_,
    spanNs: spanNs_,
  };
}

export function encodeTraceInfo(m: TraceInfoInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.trace) {
    w.uint32(8);
    w.uint32(m.trace);
  }
  if (m.header !== undefined) {
    trace.encodeHeader(m.header, w.open(18));
    w.ldelim();
  }
  if (m.ops) {
    w.uint32(24);
    w.u64(m.ops);
  }
  if (m.gaps) {
    w.uint32(32);
    w.u64(m.gaps);
  }
  if (m.dropped) {
    w.uint32(40);
    w.u64(m.dropped);
  }
  if (m.chunks) {
    w.uint32(48);
    w.u64(m.chunks);
  }
  if (m.bytes) {
    w.uint32(56);
    w.u64(m.bytes);
  }
  if (m.complete) {
    w.uint32(64);
    w.bool(m.complete);
  }
  for (const v of m.warnings ?? []) {
    w.uint32(74);
    w.string(v);
  }
  if (m.threads) {
    w.uint32(80);
    w.uint32(m.threads);
  }
  if (m.spanNs) {
    w.uint32(88);
    w.u64(m.spanNs);
  }
  return w;
}

export const Order = {
  /** The recorded version: serial where an order of whole ops agrees with the recorded lock order, otherwise exact. Another version: relaxed. */
  UNSPECIFIED: 0,
  /** One op after the other; refused where ops truly interleaved. */
  SERIAL: 1,
  /** A thread for each recorded one. */
  EXACT: 2,
  /** One op after the other, those that interleaved too. They are counted; a difference of states after one is no verdict. */
  RELAXED: 3,
} as const;
/** A value of {@link Order}, or one that a later version added. */
export type Order = number;

/** A replay of one trace against one module. */
export type OpenRun = {
  readonly trace: number;
  readonly module: string;
  readonly order: Order;
  /** Benign rules, as the text of a rules file (docs/benign-rules.md). */
  readonly rules: string;
  /** Longest that one op may run, milliseconds; 0 is 10,000. */
  readonly deadlineMs: number;
  /** Keep checkpoints for going back, at a spacing that grows. */
  readonly checkpoints: boolean;
};

/** What {@link encodeOpenRun} takes: what is absent is not written. */
export type OpenRunInit = {
  readonly trace?: number | undefined;
  readonly module?: string | undefined;
  readonly order?: Order | undefined;
  readonly rules?: string | undefined;
  readonly deadlineMs?: number | undefined;
  readonly checkpoints?: boolean | undefined;
};

/** Field numbers of OpenRun. */
export const OpenRunField = {
  trace: 1,
  module: 2,
  order: 3,
  rules: 4,
  deadlineMs: 5,
  checkpoints: 6,
} as const;

export function decodeOpenRun(r: WireReader, end: number = r.len): OpenRun {
  let trace_: number = 0;
  let module_: string = '';
  let order_: Order = 0;
  let rules_: string = '';
  let deadlineMs_: number = 0;
  let checkpoints_: boolean = false;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        trace_ = r.uint32();
        break;
      case 18:
        module_ = r.string();
        break;
      case 24:
        order_ = r.int32();
        break;
      case 34:
        rules_ = r.string();
        break;
      case 40:
        deadlineMs_ = r.uint32();
        break;
      case 48:
        checkpoints_ = r.bool();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    trace: trace_,
    module: module_,
    order: order_,
    rules: rules_,
    deadlineMs: deadlineMs_,
    checkpoints: checkpoints_,
  };
}

export function encodeOpenRun(m: OpenRunInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.trace) {
    w.uint32(8);
    w.uint32(m.trace);
  }
  if (m.module) {
    w.uint32(18);
    w.string(m.module);
  }
  if (m.order) {
    w.uint32(24);
    w.int32(m.order);
  }
  if (m.rules) {
    w.uint32(34);
    w.string(m.rules);
  }
  if (m.deadlineMs) {
    w.uint32(40);
    w.uint32(m.deadlineMs);
  }
  if (m.checkpoints) {
    w.uint32(48);
    w.bool(m.checkpoints);
  }
  return w;
}

export type RunInfo = {
  readonly run: number;
  readonly module: ModuleInfo | undefined;
};

/** What {@link encodeRunInfo} takes: what is absent is not written. */
export type RunInfoInit = {
  readonly run?: number | undefined;
  readonly module?: ModuleInfoInit | undefined;
};

/** Field numbers of RunInfo. */
export const RunInfoField = {
  run: 1,
  module: 2,
} as const;

export function decodeRunInfo(r: WireReader, end: number = r.len): RunInfo {
  let run_: number = 0;
  let module_: ModuleInfo | undefined = undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        run_ = r.uint32();
        break;
      case 18:
        module_ = decodeModuleInfo(r, r.block(end));
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    run: run_,
    module: module_,
  };
}

export function encodeRunInfo(m: RunInfoInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.run) {
    w.uint32(8);
    w.uint32(m.run);
  }
  if (m.module !== undefined) {
    encodeModuleInfo(m.module, w.open(18));
    w.ldelim();
  }
  return w;
}

export type DescribeModule = {
  readonly path: string;
};

/** What {@link encodeDescribeModule} takes: what is absent is not written. */
export type DescribeModuleInit = {
  readonly path?: string | undefined;
};

/** Field numbers of DescribeModule. */
export const DescribeModuleField = {
  path: 1,
} as const;

export function decodeDescribeModule(r: WireReader, end: number = r.len): DescribeModule {
  let path_: string = '';
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        path_ = r.string();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    path: path_,
  };
}

export function encodeDescribeModule(m: DescribeModuleInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.path) {
    w.uint32(10);
    w.string(m.path);
  }
  return w;
}

export type ModuleInfo = {
  readonly module: trace.Module | undefined;
  readonly stateSchemaMin: number;
  readonly stateSchemaMax: number;
  readonly hasMkfs: boolean;
  readonly hasFsck: boolean;
  readonly hasExplain: boolean;
  readonly path: string;
};

/** What {@link encodeModuleInfo} takes: what is absent is not written. */
export type ModuleInfoInit = {
  readonly module?: trace.ModuleInit | undefined;
  readonly stateSchemaMin?: number | undefined;
  readonly stateSchemaMax?: number | undefined;
  readonly hasMkfs?: boolean | undefined;
  readonly hasFsck?: boolean | undefined;
  readonly hasExplain?: boolean | undefined;
  readonly path?: string | undefined;
};

/** Field numbers of ModuleInfo. */
export const ModuleInfoField = {
  module: 1,
  stateSchemaMin: 2,
  stateSchemaMax: 3,
  hasMkfs: 4,
  hasFsck: 5,
  hasExplain: 6,
  path: 7,
} as const;

export function decodeModuleInfo(r: WireReader, end: number = r.len): ModuleInfo {
  let module_: trace.Module | undefined = undefined;
  let stateSchemaMin_: number = 0;
  let stateSchemaMax_: number = 0;
  let hasMkfs_: boolean = false;
  let hasFsck_: boolean = false;
  let hasExplain_: boolean = false;
  let path_: string = '';
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        module_ = trace.decodeModule(r, r.block(end));
        break;
      case 16:
        stateSchemaMin_ = r.uint32();
        break;
      case 24:
        stateSchemaMax_ = r.uint32();
        break;
      case 32:
        hasMkfs_ = r.bool();
        break;
      case 40:
        hasFsck_ = r.bool();
        break;
      case 48:
        hasExplain_ = r.bool();
        break;
      case 58:
        path_ = r.string();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    module: module_,
    stateSchemaMin: stateSchemaMin_,
    stateSchemaMax: stateSchemaMax_,
    hasMkfs: hasMkfs_,
    hasFsck: hasFsck_,
    hasExplain: hasExplain_,
    path: path_,
  };
}

export function encodeModuleInfo(m: ModuleInfoInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.module !== undefined) {
    trace.encodeModule(m.module, w.open(10));
    w.ldelim();
  }
  if (m.stateSchemaMin) {
    w.uint32(16);
    w.uint32(m.stateSchemaMin);
  }
  if (m.stateSchemaMax) {
    w.uint32(24);
    w.uint32(m.stateSchemaMax);
  }
  if (m.hasMkfs) {
    w.uint32(32);
    w.bool(m.hasMkfs);
  }
  if (m.hasFsck) {
    w.uint32(40);
    w.bool(m.hasFsck);
  }
  if (m.hasExplain) {
    w.uint32(48);
    w.bool(m.hasExplain);
  }
  if (m.path) {
    w.uint32(58);
    w.string(m.path);
  }
  return w;
}

/** Goes to the place just after op `seq`, forwards or (by a checkpoint) back. 0 stands before the first op. */
export type RunTo = {
  readonly run: number;
  readonly seq: bigint;
  /** Stop after the first op whose answer differs from the recorded one. */
  readonly stopAtDivergence: boolean;
  /** Answer with the device digest after each op, in Progress.digests. */
  readonly digests: boolean;
  /** Go to the end of the trace; `seq` is not looked at. */
  readonly toEnd: boolean;
};

/** What {@link encodeRunTo} takes: what is absent is not written. */
export type RunToInit = {
  readonly run?: number | undefined;
  readonly seq?: bigint | undefined;
  readonly stopAtDivergence?: boolean | undefined;
  readonly digests?: boolean | undefined;
  readonly toEnd?: boolean | undefined;
};

/** Field numbers of RunTo. */
export const RunToField = {
  run: 1,
  seq: 2,
  stopAtDivergence: 3,
  digests: 4,
  toEnd: 5,
} as const;

export function decodeRunTo(r: WireReader, end: number = r.len): RunTo {
  let run_: number = 0;
  let seq_: bigint = 0n;
  let stopAtDivergence_: boolean = false;
  let digests_: boolean = false;
  let toEnd_: boolean = false;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        run_ = r.uint32();
        break;
      case 16:
        seq_ = r.u64();
        break;
      case 24:
        stopAtDivergence_ = r.bool();
        break;
      case 32:
        digests_ = r.bool();
        break;
      case 40:
        toEnd_ = r.bool();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    run: run_,
    seq: seq_,
    stopAtDivergence: stopAtDivergence_,
    digests: digests_,
    toEnd: toEnd_,
  };
}

export function encodeRunTo(m: RunToInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.run) {
    w.uint32(8);
    w.uint32(m.run);
  }
  if (m.seq) {
    w.uint32(16);
    w.u64(m.seq);
  }
  if (m.stopAtDivergence) {
    w.uint32(24);
    w.bool(m.stopAtDivergence);
  }
  if (m.digests) {
    w.uint32(32);
    w.bool(m.digests);
  }
  if (m.toEnd) {
    w.uint32(40);
    w.bool(m.toEnd);
  }
  return w;
}

export type Progress = {
  /** Place reached. */
  readonly seq: bigint;
  readonly total: bigint;
  /** Digests of the ops from `digests_first` on. */
  readonly digestsFirst: bigint;
  readonly digests: readonly bigint[];
};

/** What {@link encodeProgress} takes: what is absent is not written. */
export type ProgressInit = {
  readonly seq?: bigint | undefined;
  readonly total?: bigint | undefined;
  readonly digestsFirst?: bigint | undefined;
  readonly digests?: readonly bigint[] | undefined;
};

/** Field numbers of Progress. */
export const ProgressField = {
  seq: 1,
  total: 2,
  digestsFirst: 3,
  digests: 4,
} as const;

export function decodeProgress(r: WireReader, end: number = r.len): Progress {
  let seq_: bigint = 0n;
  let total_: bigint = 0n;
  let digestsFirst_: bigint = 0n;
  let digests_: bigint[] | undefined = undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        seq_ = r.u64();
        break;
      case 16:
        total_ = r.u64();
        break;
      case 24:
        digestsFirst_ = r.u64();
        break;
      case 33:
        (digests_ ??= []).push(r.f64());
        break;
      case 34:
        {
        digests_ ??= [];
        for (const stop = r.block(end); r.pos < stop; ) digests_.push(r.f64());
        }
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    seq: seq_,
    total: total_,
    digestsFirst: digestsFirst_,
    digests: digests_ ?? [],
  };
}

export function encodeProgress(m: ProgressInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.seq) {
    w.uint32(8);
    w.u64(m.seq);
  }
  if (m.total) {
    w.uint32(16);
    w.u64(m.total);
  }
  if (m.digestsFirst) {
    w.uint32(24);
    w.u64(m.digestsFirst);
  }
  if (m.digests?.length) {
    w.uint32(34).fork();
    for (const v of m.digests) w.f64(v);
    w.ldelim();
  }
  return w;
}

export const StopReason = {
  UNSPECIFIED: 0,
  /** The place asked for. */
  REACHED: 1,
  END: 2,
  DIVERGED: 3,
  CRASHED: 4,
  /** The recorded order cannot be followed this way; `message` says why. */
  REFUSED: 5,
  CANCELLED: 6,
} as const;
/** A value of {@link StopReason}, or one that a later version added. */
export type StopReason = number;

export type Stop = {
  readonly reason: StopReason;
  /** Last op that was answered. */
  readonly seq: bigint;
  /** The first divergence of the run so far, if any. */
  readonly divergence: Divergence | undefined;
  /** Ops replayed by this run in all, including again after going back. */
  readonly replayed: bigint;
  readonly elapsedNs: bigint;
  readonly message: string;
  readonly panic: trace.Panic | undefined;
  readonly ruleHits: readonly RuleHits[];
  /** The order that the run took, and why it was not the first choice (empty when it was). */
  readonly order: Order;
  readonly orderReason: string;
  /**
   * Ops (and segments of tasks) that took turns with others within one another, as far as a serial run has met them; which ones and at which
   * lock.
   */
  readonly interleaved: bigint;
  readonly firstInterleaved: Interleaving | undefined;
};

/** What {@link encodeStop} takes: what is absent is not written. */
export type StopInit = {
  readonly reason?: StopReason | undefined;
  readonly seq?: bigint | undefined;
  readonly divergence?: DivergenceInit | undefined;
  readonly replayed?: bigint | undefined;
  readonly elapsedNs?: bigint | undefined;
  readonly message?: string | undefined;
  readonly panic?: trace.PanicInit | undefined;
  readonly ruleHits?: readonly RuleHitsInit[] | undefined;
  readonly order?: Order | undefined;
  readonly orderReason?: string | undefined;
  readonly interleaved?: bigint | undefined;
  readonly firstInterleaved?: InterleavingInit | undefined;
};

/** Field numbers of Stop. */
export const StopField = {
  reason: 1,
  seq: 2,
  divergence: 3,
  replayed: 4,
  elapsedNs: 5,
  message: 6,
  panic: 7,
  ruleHits: 8,
  order: 9,
  orderReason: 10,
  interleaved: 11,
  firstInterleaved: 12,
} as const;

export function decodeStop(r: WireReader, end: number = r.len): Stop {
  let reason_: StopReason = 0;
  let seq_: bigint = 0n;
  let divergence_: Divergence | undefined = undefined;
  let replayed_: bigint = 0n;
  let elapsedNs_: bigint = 0n;
  let message_: string = '';
  let panic_: trace.Panic | undefined = undefined;
  let ruleHits_: RuleHits[] | undefined = undefined;
  let order_: Order = 0;
  let orderReason_: string = '';
  let interleaved_: bigint = 0n;
  let firstInterleaved_: Interleaving | undefined = undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        reason_ = r.int32();
        break;
      case 16:
        seq_ = r.u64();
        break;
      case 26:
        divergence_ = decodeDivergence(r, r.block(end));
        break;
      case 32:
        replayed_ = r.u64();
        break;
      case 40:
        elapsedNs_ = r.u64();
        break;
      case 50:
        message_ = r.string();
        break;
      case 58:
        panic_ = trace.decodePanic(r, r.block(end));
        break;
      case 66:
        (ruleHits_ ??= []).push(decodeRuleHits(r, r.block(end)));
        break;
      case 72:
        order_ = r.int32();
        break;
      case 82:
        orderReason_ = r.string();
        break;
      case 88:
        interleaved_ = r.u64();
        break;
      case 98:
        firstInterleaved_ = decodeInterleaving(r, r.block(end));
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    reason: reason_,
    seq: seq_,
    divergence: divergence_,
    replayed: replayed_,
    elapsedNs: elapsedNs_,
    message: message_,
    panic: panic_,
    ruleHits: ruleHits_ ?? [],
    order: order_,
    orderReason: orderReason_,
    interleaved: interleaved_,
    firstInterleaved: firstInterleaved_,
  };
}

export function encodeStop(m: StopInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.reason) {
    w.uint32(8);
    w.int32(m.reason);
  }
  if (m.seq) {
    w.uint32(16);
    w.u64(m.seq);
  }
  if (m.divergence !== undefined) {
    encodeDivergence(m.divergence, w.open(26));
    w.ldelim();
  }
  if (m.replayed) {
    w.uint32(32);
    w.u64(m.replayed);
  }
  if (m.elapsedNs) {
    w.uint32(40);
    w.u64(m.elapsedNs);
  }
  if (m.message) {
    w.uint32(50);
    w.string(m.message);
  }
  if (m.panic !== undefined) {
    trace.encodePanic(m.panic, w.open(58));
    w.ldelim();
  }
  for (const v of m.ruleHits ?? []) {
    encodeRuleHits(v, w.open(66));
    w.ldelim();
  }
  if (m.order) {
    w.uint32(72);
    w.int32(m.order);
  }
  if (m.orderReason) {
    w.uint32(82);
    w.string(m.orderReason);
  }
  if (m.interleaved) {
    w.uint32(88);
    w.u64(m.interleaved);
  }
  if (m.firstInterleaved !== undefined) {
    encodeInterleaving(m.firstInterleaved, w.open(98));
    w.ldelim();
  }
  return w;
}

/** Two ops for which no order of whole ops agrees with the recorded lock order. */
export type Interleaving = {
  readonly seq: bigint;
  /** 0 when the other one is not an op, or not known. */
  readonly other: bigint;
  /** "inode/42". */
  readonly lock: string;
  /** In words. */
  readonly message: string;
};

/** What {@link encodeInterleaving} takes: what is absent is not written. */
export type InterleavingInit = {
  readonly seq?: bigint | undefined;
  readonly other?: bigint | undefined;
  readonly lock?: string | undefined;
  readonly message?: string | undefined;
};

/** Field numbers of Interleaving. */
export const InterleavingField = {
  seq: 1,
  other: 2,
  lock: 3,
  message: 4,
} as const;

export function decodeInterleaving(r: WireReader, end: number = r.len): Interleaving {
  let seq_: bigint = 0n;
  let other_: bigint = 0n;
  let lock_: string = '';
  let message_: string = '';
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        seq_ = r.u64();
        break;
      case 16:
        other_ = r.u64();
        break;
      case 26:
        lock_ = r.string();
        break;
      case 34:
        message_ = r.string();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    seq: seq_,
    other: other_,
    lock: lock_,
    message: message_,
  };
}

export function encodeInterleaving(m: InterleavingInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.seq) {
    w.uint32(8);
    w.u64(m.seq);
  }
  if (m.other) {
    w.uint32(16);
    w.u64(m.other);
  }
  if (m.lock) {
    w.uint32(26);
    w.string(m.lock);
  }
  if (m.message) {
    w.uint32(34);
    w.string(m.message);
  }
  return w;
}

export type RuleHits = {
  /** Line of the rule in its file. */
  readonly line: number;
  readonly rule: string;
  readonly hits: bigint;
  readonly reason: string;
};

/** What {@link encodeRuleHits} takes: what is absent is not written. */
export type RuleHitsInit = {
  readonly line?: number | undefined;
  readonly rule?: string | undefined;
  readonly hits?: bigint | undefined;
  readonly reason?: string | undefined;
};

/** Field numbers of RuleHits. */
export const RuleHitsField = {
  line: 1,
  rule: 2,
  hits: 3,
  reason: 4,
} as const;

export function decodeRuleHits(r: WireReader, end: number = r.len): RuleHits {
  let line_: number = 0;
  let rule_: string = '';
  let hits_: bigint = 0n;
  let reason_: string = '';
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        line_ = r.uint32();
        break;
      case 18:
        rule_ = r.string();
        break;
      case 24:
        hits_ = r.u64();
        break;
      case 34:
        reason_ = r.string();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    line: line_,
    rule: rule_,
    hits: hits_,
    reason: reason_,
  };
}

export function encodeRuleHits(m: RuleHitsInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.line) {
    w.uint32(8);
    w.uint32(m.line);
  }
  if (m.rule) {
    w.uint32(18);
    w.string(m.rule);
  }
  if (m.hits) {
    w.uint32(24);
    w.u64(m.hits);
  }
  if (m.reason) {
    w.uint32(34);
    w.string(m.reason);
  }
  return w;
}

export type Divergence = {
  readonly seq: bigint;
  /** "reply", "tree", "block", "state", "order", "crash". */
  readonly kind: string;
  /** Name of the op: "LOOKUP". */
  readonly op: string;
  /** Path of the field, such as "entry.attr.size", "errno", "data.hash". */
  readonly field: string;
  /** In words as a person reads them, such as "ENOENT", "4096". */
  readonly expected: string;
  readonly actual: string;
  /** Every field that differs, the first one above included. */
  readonly fields: readonly FieldDifference[];
};

/** What {@link encodeDivergence} takes: what is absent is not written. */
export type DivergenceInit = {
  readonly seq?: bigint | undefined;
  readonly kind?: string | undefined;
  readonly op?: string | undefined;
  readonly field?: string | undefined;
  readonly expected?: string | undefined;
  readonly actual?: string | undefined;
  readonly fields?: readonly FieldDifferenceInit[] | undefined;
};

/** Field numbers of Divergence. */
export const DivergenceField = {
  seq: 1,
  kind: 2,
  op: 3,
  field: 4,
  expected: 5,
  actual: 6,
  fields: 7,
} as const;

export function decodeDivergence(r: WireReader, end: number = r.len): Divergence {
  let seq_: bigint = 0n;
  let kind_: string = '';
  let op_: string = '';
  let field_: string = '';
  let expected_: string = '';
  let actual_: string = '';
  let fields_: FieldDifference[] | undefined = undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        seq_ = r.u64();
        break;
      case 18:
        kind_ = r.string();
        break;
      case 26:
        op_ = r.string();
        break;
      case 34:
        field_ = r.string();
        break;
      case 42:
        expected_ = r.string();
        break;
      case 50:
        actual_ = r.string();
        break;
      case 58:
        (fields_ ??= []).push(decodeFieldDifference(r, r.block(end)));
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    seq: seq_,
    kind: kind_,
    op: op_,
    field: field_,
    expected: expected_,
    actual: actual_,
    fields: fields_ ?? [],
  };
}

export function encodeDivergence(m: DivergenceInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.seq) {
    w.uint32(8);
    w.u64(m.seq);
  }
  if (m.kind) {
    w.uint32(18);
    w.string(m.kind);
  }
  if (m.op) {
    w.uint32(26);
    w.string(m.op);
  }
  if (m.field) {
    w.uint32(34);
    w.string(m.field);
  }
  if (m.expected) {
    w.uint32(42);
    w.string(m.expected);
  }
  if (m.actual) {
    w.uint32(50);
    w.string(m.actual);
  }
  for (const v of m.fields ?? []) {
    encodeFieldDifference(v, w.open(58));
    w.ldelim();
  }
  return w;
}

export type FieldDifference = {
  readonly field: string;
  readonly expected: string;
  readonly actual: string;
};

/** What {@link encodeFieldDifference} takes: what is absent is not written. */
export type FieldDifferenceInit = {
  readonly field?: string | undefined;
  readonly expected?: string | undefined;
  readonly actual?: string | undefined;
};

/** Field numbers of FieldDifference. */
export const FieldDifferenceField = {
  field: 1,
  expected: 2,
  actual: 3,
} as const;

export function decodeFieldDifference(r: WireReader, end: number = r.len): FieldDifference {
  let field_: string = '';
  let expected_: string = '';
  let actual_: string = '';
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        field_ = r.string();
        break;
      case 18:
        expected_ = r.string();
        break;
      case 26:
        actual_ = r.string();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    field: field_,
    expected: expected_,
    actual: actual_,
  };
}

export function encodeFieldDifference(m: FieldDifferenceInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.field) {
    w.uint32(10);
    w.string(m.field);
  }
  if (m.expected) {
    w.uint32(18);
    w.string(m.expected);
  }
  if (m.actual) {
    w.uint32(26);
    w.string(m.actual);
  }
  return w;
}

/** Runs two runs of one trace side by side from where they stand (the same place) until answers or digests differ. */
export type RunPair = {
  readonly a: number;
  readonly b: number;
  /** Go on until both a first reply and a first state difference are known, or the end. */
  readonly both: boolean;
};

/** What {@link encodeRunPair} takes: what is absent is not written. */
export type RunPairInit = {
  readonly a?: number | undefined;
  readonly b?: number | undefined;
  readonly both?: boolean | undefined;
};

/** Field numbers of RunPair. */
export const RunPairField = {
  a: 1,
  b: 2,
  both: 3,
} as const;

export function decodeRunPair(r: WireReader, end: number = r.len): RunPair {
  let a_: number = 0;
  let b_: number = 0;
  let both_: boolean = false;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        a_ = r.uint32();
        break;
      case 16:
        b_ = r.uint32();
        break;
      case 24:
        both_ = r.bool();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    a: a_,
    b: b_,
    both: both_,
  };
}

export function encodeRunPair(m: RunPairInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.a) {
    w.uint32(8);
    w.uint32(m.a);
  }
  if (m.b) {
    w.uint32(16);
    w.uint32(m.b);
  }
  if (m.both) {
    w.uint32(24);
    w.bool(m.both);
  }
  return w;
}

export type PairResult = {
  /** First op that the two answered differently; 0 when none. */
  readonly firstReply: bigint;
  /** First op after which their devices (cached content included) differ; 0 when none. */
  readonly firstState: bigint;
  readonly reply: Divergence | undefined;
  readonly a: Stop | undefined;
  readonly b: Stop | undefined;
};

/** What {@link encodePairResult} takes: what is absent is not written. */
export type PairResultInit = {
  readonly firstReply?: bigint | undefined;
  readonly firstState?: bigint | undefined;
  readonly reply?: DivergenceInit | undefined;
  readonly a?: StopInit | undefined;
  readonly b?: StopInit | undefined;
};

/** Field numbers of PairResult. */
export const PairResultField = {
  firstReply: 1,
  firstState: 2,
  reply: 3,
  a: 4,
  b: 5,
} as const;

export function decodePairResult(r: WireReader, end: number = r.len): PairResult {
  let firstReply_: bigint = 0n;
  let firstState_: bigint = 0n;
  let reply_: Divergence | undefined = undefined;
  let a_: Stop | undefined = undefined;
  let b_: Stop | undefined = undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        firstReply_ = r.u64();
        break;
      case 16:
        firstState_ = r.u64();
        break;
      case 26:
        reply_ = decodeDivergence(r, r.block(end));
        break;
      case 34:
        a_ = decodeStop(r, r.block(end));
        break;
      case 42:
        b_ = decodeStop(r, r.block(end));
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    firstReply: firstReply_,
    firstState: firstState_,
    reply: reply_,
    a: a_,
    b: b_,
  };
}

export function encodePairResult(m: PairResultInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.firstReply) {
    w.uint32(8);
    w.u64(m.firstReply);
  }
  if (m.firstState) {
    w.uint32(16);
    w.u64(m.firstState);
  }
  if (m.reply !== undefined) {
    encodeDivergence(m.reply, w.open(26));
    w.ldelim();
  }
  if (m.a !== undefined) {
    encodeStop(m.a, w.open(34));
    w.ldelim();
  }
  if (m.b !== undefined) {
    encodeStop(m.b, w.open(42));
    w.ldelim();
  }
  return w;
}

/** The run's own answer to the op at its place, as an Op whose request is the translated one. */
export type Actual = {
  readonly run: number;
};

/** What {@link encodeActual} takes: what is absent is not written. */
export type ActualInit = {
  readonly run?: number | undefined;
};

/** Field numbers of Actual. */
export const ActualField = {
  run: 1,
} as const;

export function decodeActual(r: WireReader, end: number = r.len): Actual {
  let run_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        run_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    run: run_,
  };
}

export function encodeActual(m: ActualInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.run) {
    w.uint32(8);
    w.uint32(m.run);
  }
  return w;
}

export type ActualReply = {
  readonly op: trace.Op | undefined;
  readonly seq: bigint;
};

/** What {@link encodeActualReply} takes: what is absent is not written. */
export type ActualReplyInit = {
  readonly op?: trace.OpInit | undefined;
  readonly seq?: bigint | undefined;
};

/** Field numbers of ActualReply. */
export const ActualReplyField = {
  op: 1,
  seq: 2,
} as const;

export function decodeActualReply(r: WireReader, end: number = r.len): ActualReply {
  let op_: trace.Op | undefined = undefined;
  let seq_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        op_ = trace.decodeOp(r, r.block(end));
        break;
      case 16:
        seq_ = r.u64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    op: op_,
    seq: seq_,
  };
}

export function encodeActualReply(m: ActualReplyInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.op !== undefined) {
    trace.encodeOp(m.op, w.open(10));
    w.ldelim();
  }
  if (m.seq) {
    w.uint32(16);
    w.u64(m.seq);
  }
  return w;
}

/** Lists the logical tree at the run's place without disturbing the run. */
export type Tree = {
  readonly run: number;
  /** Absolute, "/" first. */
  readonly path: Uint8Array;
  /** Levels below `path`; 0 is the inode alone. */
  readonly depth: number;
  /** At most so many nodes; 0 is 10,000. */
  readonly limit: number;
  /** Read contents and give their hashes. */
  readonly hashes: boolean;
};

/** What {@link encodeTree} takes: what is absent is not written. */
export type TreeInit = {
  readonly run?: number | undefined;
  readonly path?: Uint8Array | undefined;
  readonly depth?: number | undefined;
  readonly limit?: number | undefined;
  readonly hashes?: boolean | undefined;
};

/** Field numbers of Tree. */
export const TreeField = {
  run: 1,
  path: 2,
  depth: 3,
  limit: 4,
  hashes: 5,
} as const;

export function decodeTree(r: WireReader, end: number = r.len): Tree {
  let run_: number = 0;
  let path_: Uint8Array = NO_BYTES;
  let depth_: number = 0;
  let limit_: number = 0;
  let hashes_: boolean = false;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        run_ = r.uint32();
        break;
      case 18:
        path_ = r.bytes();
        break;
      case 24:
        depth_ = r.uint32();
        break;
      case 32:
        limit_ = r.uint32();
        break;
      case 40:
        hashes_ = r.bool();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    run: run_,
    path: path_,
    depth: depth_,
    limit: limit_,
    hashes: hashes_,
  };
}

export function encodeTree(m: TreeInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.run) {
    w.uint32(8);
    w.uint32(m.run);
  }
  if (m.path?.length) {
    w.uint32(18);
    w.bytes(m.path);
  }
  if (m.depth) {
    w.uint32(24);
    w.uint32(m.depth);
  }
  if (m.limit) {
    w.uint32(32);
    w.uint32(m.limit);
  }
  if (m.hashes) {
    w.uint32(40);
    w.bool(m.hashes);
  }
  return w;
}

export type TreeNode = {
  readonly path: Uint8Array;
  readonly ino: bigint;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: bigint;
  readonly blocks: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly atimeNs: bigint;
  readonly rdev: number;
  readonly target: Uint8Array;
  readonly xattr: readonly Xattr[];
  readonly contentHash: bigint;
};

/** What {@link encodeTreeNode} takes: what is absent is not written. */
export type TreeNodeInit = {
  readonly path?: Uint8Array | undefined;
  readonly ino?: bigint | undefined;
  readonly mode?: number | undefined;
  readonly nlink?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly size?: bigint | undefined;
  readonly blocks?: bigint | undefined;
  readonly mtimeNs?: bigint | undefined;
  readonly ctimeNs?: bigint | undefined;
  readonly atimeNs?: bigint | undefined;
  readonly rdev?: number | undefined;
  readonly target?: Uint8Array | undefined;
  readonly xattr?: readonly XattrInit[] | undefined;
  readonly contentHash?: bigint | undefined;
};

/** Field numbers of TreeNode. */
export const TreeNodeField = {
  path: 1,
  ino: 2,
  mode: 3,
  nlink: 4,
  uid: 5,
  gid: 6,
  size: 7,
  blocks: 8,
  mtimeNs: 9,
  ctimeNs: 10,
  atimeNs: 11,
  rdev: 12,
  target: 13,
  xattr: 14,
  contentHash: 15,
} as const;

export function decodeTreeNode(r: WireReader, end: number = r.len): TreeNode {
  let path_: Uint8Array = NO_BYTES;
  let ino_: bigint = 0n;
  let mode_: number = 0;
  let nlink_: number = 0;
  let uid_: number = 0;
  let gid_: number = 0;
  let size_: bigint = 0n;
  let blocks_: bigint = 0n;
  let mtimeNs_: bigint = 0n;
  let ctimeNs_: bigint = 0n;
  let atimeNs_: bigint = 0n;
  let rdev_: number = 0;
  let target_: Uint8Array = NO_BYTES;
  let xattr_: Xattr[] | undefined = undefined;
  let contentHash_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        path_ = r.bytes();
        break;
      case 16:
        ino_ = r.u64();
        break;
      case 24:
        mode_ = r.uint32();
        break;
      case 32:
        nlink_ = r.uint32();
        break;
      case 40:
        uid_ = r.uint32();
        break;
      case 48:
        gid_ = r.uint32();
        break;
      case 56:
        size_ = r.u64();
        break;
      case 64:
        blocks_ = r.u64();
        break;
      case 72:
        mtimeNs_ = r.s64();
        break;
      case 80:
        ctimeNs_ = r.s64();
        break;
      case 88:
        atimeNs_ = r.s64();
        break;
      case 96:
        rdev_ = r.uint32();
        break;
      case 106:
        target_ = r.bytes();
        break;
      case 114:
        (xattr_ ??= []).push(decodeXattr(r, r.block(end)));
        break;
      case 121:
        contentHash_ = r.f64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    path: path_,
    ino: ino_,
    mode: mode_,
    nlink: nlink_,
    uid: uid_,
    gid: gid_,
    size: size_,
    blocks: blocks_,
    mtimeNs: mtimeNs_,
    ctimeNs: ctimeNs_,
    atimeNs: atimeNs_,
    rdev: rdev_,
    target: target_,
    xattr: xattr_ ?? [],
    contentHash: contentHash_,
  };
}

export function encodeTreeNode(m: TreeNodeInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.path?.length) {
    w.uint32(10);
    w.bytes(m.path);
  }
  if (m.ino) {
    w.uint32(16);
    w.u64(m.ino);
  }
  if (m.mode) {
    w.uint32(24);
    w.uint32(m.mode);
  }
  if (m.nlink) {
    w.uint32(32);
    w.uint32(m.nlink);
  }
  if (m.uid) {
    w.uint32(40);
    w.uint32(m.uid);
  }
  if (m.gid) {
    w.uint32(48);
    w.uint32(m.gid);
  }
  if (m.size) {
    w.uint32(56);
    w.u64(m.size);
  }
  if (m.blocks) {
    w.uint32(64);
    w.u64(m.blocks);
  }
  if (m.mtimeNs) {
    w.uint32(72);
    w.s64(m.mtimeNs);
  }
  if (m.ctimeNs) {
    w.uint32(80);
    w.s64(m.ctimeNs);
  }
  if (m.atimeNs) {
    w.uint32(88);
    w.s64(m.atimeNs);
  }
  if (m.rdev) {
    w.uint32(96);
    w.uint32(m.rdev);
  }
  if (m.target?.length) {
    w.uint32(106);
    w.bytes(m.target);
  }
  for (const v of m.xattr ?? []) {
    encodeXattr(v, w.open(114));
    w.ldelim();
  }
  if (m.contentHash) {
    w.uint32(121);
    w.f64(m.contentHash);
  }
  return w;
}

export type Xattr = {
  readonly name: Uint8Array;
  readonly value: Uint8Array;
};

/** What {@link encodeXattr} takes: what is absent is not written. */
export type XattrInit = {
  readonly name?: Uint8Array | undefined;
  readonly value?: Uint8Array | undefined;
};

/** Field numbers of Xattr. */
export const XattrField = {
  name: 1,
  value: 2,
} as const;

export function decodeXattr(r: WireReader, end: number = r.len): Xattr {
  let name_: Uint8Array = NO_BYTES;
  let value_: Uint8Array = NO_BYTES;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        name_ = r.bytes();
        break;
      case 18:
        value_ = r.bytes();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    name: name_,
    value: value_,
  };
}

export function encodeXattr(m: XattrInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.name?.length) {
    w.uint32(10);
    w.bytes(m.name);
  }
  if (m.value?.length) {
    w.uint32(18);
    w.bytes(m.value);
  }
  return w;
}

export type TreeReply = {
  readonly node: readonly TreeNode[];
  /** There were more than `limit`. */
  readonly cut: boolean;
};

/** What {@link encodeTreeReply} takes: what is absent is not written. */
export type TreeReplyInit = {
  readonly node?: readonly TreeNodeInit[] | undefined;
  readonly cut?: boolean | undefined;
};

/** Field numbers of TreeReply. */
export const TreeReplyField = {
  node: 1,
  cut: 2,
} as const;

export function decodeTreeReply(r: WireReader, end: number = r.len): TreeReply {
  let node_: TreeNode[] | undefined = undefined;
  let cut_: boolean = false;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        (node_ ??= []).push(decodeTreeNode(r, r.block(end)));
        break;
      case 16:
        cut_ = r.bool();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    node: node_ ?? [],
    cut: cut_,
  };
}

export function encodeTreeReply(m: TreeReplyInit, w: WireWriter = new WireWriter()): WireWriter {
  for (const v of m.node ?? []) {
    encodeTreeNode(v, w.open(10));
    w.ldelim();
  }
  if (m.cut) {
    w.uint32(16);
    w.bool(m.cut);
  }
  return w;
}

export type ReadFile = {
  readonly run: number;
  readonly path: Uint8Array;
  readonly offset: bigint;
  readonly size: number;
};

/** What {@link encodeReadFile} takes: what is absent is not written. */
export type ReadFileInit = {
  readonly run?: number | undefined;
  readonly path?: Uint8Array | undefined;
  readonly offset?: bigint | undefined;
  readonly size?: number | undefined;
};

/** Field numbers of ReadFile. */
export const ReadFileField = {
  run: 1,
  path: 2,
  offset: 3,
  size: 4,
} as const;

export function decodeReadFile(r: WireReader, end: number = r.len): ReadFile {
  let run_: number = 0;
  let path_: Uint8Array = NO_BYTES;
  let offset_: bigint = 0n;
  let size_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        run_ = r.uint32();
        break;
      case 18:
        path_ = r.bytes();
        break;
      case 24:
        offset_ = r.u64();
        break;
      case 32:
        size_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    run: run_,
    path: path_,
    offset: offset_,
    size: size_,
  };
}

export function encodeReadFile(m: ReadFileInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.run) {
    w.uint32(8);
    w.uint32(m.run);
  }
  if (m.path?.length) {
    w.uint32(18);
    w.bytes(m.path);
  }
  if (m.offset) {
    w.uint32(24);
    w.u64(m.offset);
  }
  if (m.size) {
    w.uint32(32);
    w.uint32(m.size);
  }
  return w;
}

export type FileBytes = {
  readonly data: Uint8Array;
  readonly fileSize: bigint;
};

/** What {@link encodeFileBytes} takes: what is absent is not written. */
export type FileBytesInit = {
  readonly data?: Uint8Array | undefined;
  readonly fileSize?: bigint | undefined;
};

/** Field numbers of FileBytes. */
export const FileBytesField = {
  data: 1,
  fileSize: 2,
} as const;

export function decodeFileBytes(r: WireReader, end: number = r.len): FileBytes {
  let data_: Uint8Array = NO_BYTES;
  let fileSize_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        data_ = r.bytes();
        break;
      case 16:
        fileSize_ = r.u64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    data: data_,
    fileSize: fileSize_,
  };
}

export function encodeFileBytes(m: FileBytesInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.data?.length) {
    w.uint32(10);
    w.bytes(m.data);
  }
  if (m.fileSize) {
    w.uint32(16);
    w.u64(m.fileSize);
  }
  return w;
}

/** Numbers of the blocks that are not all zero, from `first` on. */
export type Blocks = {
  readonly run: number;
  readonly first: bigint;
  readonly limit: number;
};

/** What {@link encodeBlocks} takes: what is absent is not written. */
export type BlocksInit = {
  readonly run?: number | undefined;
  readonly first?: bigint | undefined;
  readonly limit?: number | undefined;
};

/** Field numbers of Blocks. */
export const BlocksField = {
  run: 1,
  first: 2,
  limit: 3,
} as const;

export function decodeBlocks(r: WireReader, end: number = r.len): Blocks {
  let run_: number = 0;
  let first_: bigint = 0n;
  let limit_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        run_ = r.uint32();
        break;
      case 16:
        first_ = r.u64();
        break;
      case 24:
        limit_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    run: run_,
    first: first_,
    limit: limit_,
  };
}

export function encodeBlocks(m: BlocksInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.run) {
    w.uint32(8);
    w.uint32(m.run);
  }
  if (m.first) {
    w.uint32(16);
    w.u64(m.first);
  }
  if (m.limit) {
    w.uint32(24);
    w.uint32(m.limit);
  }
  return w;
}

export type BlockList = {
  readonly number: readonly bigint[];
  readonly blockSize: number;
  readonly blocks: bigint;
};

/** What {@link encodeBlockList} takes: what is absent is not written. */
export type BlockListInit = {
  readonly number?: readonly bigint[] | undefined;
  readonly blockSize?: number | undefined;
  readonly blocks?: bigint | undefined;
};

/** Field numbers of BlockList. */
export const BlockListField = {
  number: 1,
  blockSize: 2,
  blocks: 3,
} as const;

export function decodeBlockList(r: WireReader, end: number = r.len): BlockList {
  let number_: bigint[] | undefined = undefined;
  let blockSize_: number = 0;
  let blocks_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        (number_ ??= []).push(r.u64());
        break;
      case 10:
        {
        number_ ??= [];
        for (const stop = r.block(end); r.pos < stop; ) number_.push(r.u64());
        }
        break;
      case 16:
        blockSize_ = r.uint32();
        break;
      case 24:
        blocks_ = r.u64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    number: number_ ?? [],
    blockSize: blockSize_,
    blocks: blocks_,
  };
}

export function encodeBlockList(m: BlockListInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.number?.length) {
    w.uint32(10).fork();
    for (const v of m.number) w.u64(v);
    w.ldelim();
  }
  if (m.blockSize) {
    w.uint32(16);
    w.uint32(m.blockSize);
  }
  if (m.blocks) {
    w.uint32(24);
    w.u64(m.blocks);
  }
  return w;
}

export type ReadBlock = {
  readonly run: number;
  readonly number: bigint;
};

/** What {@link encodeReadBlock} takes: what is absent is not written. */
export type ReadBlockInit = {
  readonly run?: number | undefined;
  readonly number?: bigint | undefined;
};

/** Field numbers of ReadBlock. */
export const ReadBlockField = {
  run: 1,
  number: 2,
} as const;

export function decodeReadBlock(r: WireReader, end: number = r.len): ReadBlock {
  let run_: number = 0;
  let number_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        run_ = r.uint32();
        break;
      case 16:
        number_ = r.u64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    run: run_,
    number: number_,
  };
}

export function encodeReadBlock(m: ReadBlockInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.run) {
    w.uint32(8);
    w.uint32(m.run);
  }
  if (m.number) {
    w.uint32(16);
    w.u64(m.number);
  }
  return w;
}

export type BlockReply = {
  readonly data: Uint8Array;
  /** The module's own words on what the block holds, one fact a line; empty when it has none. */
  readonly explained: string;
};

/** What {@link encodeBlockReply} takes: what is absent is not written. */
export type BlockReplyInit = {
  readonly data?: Uint8Array | undefined;
  readonly explained?: string | undefined;
};

/** Field numbers of BlockReply. */
export const BlockReplyField = {
  data: 1,
  explained: 2,
} as const;

export function decodeBlockReply(r: WireReader, end: number = r.len): BlockReply {
  let data_: Uint8Array = NO_BYTES;
  let explained_: string = '';
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        data_ = r.bytes();
        break;
      case 18:
        explained_ = r.string();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    data: data_,
    explained: explained_,
  };
}

export function encodeBlockReply(m: BlockReplyInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.data?.length) {
    w.uint32(10);
    w.bytes(m.data);
  }
  if (m.explained) {
    w.uint32(18);
    w.string(m.explained);
  }
  return w;
}

export type Digest = {
  readonly run: number;
  /** Also compute both by a walk over everything. */
  readonly full: boolean;
  readonly tree: boolean;
};

/** What {@link encodeDigest} takes: what is absent is not written. */
export type DigestInit = {
  readonly run?: number | undefined;
  readonly full?: boolean | undefined;
  readonly tree?: boolean | undefined;
};

/** Field numbers of Digest. */
export const DigestField = {
  run: 1,
  full: 2,
  tree: 3,
} as const;

export function decodeDigest(r: WireReader, end: number = r.len): Digest {
  let run_: number = 0;
  let full_: boolean = false;
  let tree_: boolean = false;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        run_ = r.uint32();
        break;
      case 16:
        full_ = r.bool();
        break;
      case 24:
        tree_ = r.bool();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    run: run_,
    full: full_,
    tree: tree_,
  };
}

export function encodeDigest(m: DigestInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.run) {
    w.uint32(8);
    w.uint32(m.run);
  }
  if (m.full) {
    w.uint32(16);
    w.bool(m.full);
  }
  if (m.tree) {
    w.uint32(24);
    w.bool(m.tree);
  }
  return w;
}

export type DigestReply = {
  readonly device: bigint;
  readonly tree: bigint;
  readonly deviceFull: bigint;
  readonly treeFull: bigint;
  readonly seq: bigint;
};

/** What {@link encodeDigestReply} takes: what is absent is not written. */
export type DigestReplyInit = {
  readonly device?: bigint | undefined;
  readonly tree?: bigint | undefined;
  readonly deviceFull?: bigint | undefined;
  readonly treeFull?: bigint | undefined;
  readonly seq?: bigint | undefined;
};

/** Field numbers of DigestReply. */
export const DigestReplyField = {
  device: 1,
  tree: 2,
  deviceFull: 3,
  treeFull: 4,
  seq: 5,
} as const;

export function decodeDigestReply(r: WireReader, end: number = r.len): DigestReply {
  let device_: bigint = 0n;
  let tree_: bigint = 0n;
  let deviceFull_: bigint = 0n;
  let treeFull_: bigint = 0n;
  let seq_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 9:
        device_ = r.f64();
        break;
      case 17:
        tree_ = r.f64();
        break;
      case 25:
        deviceFull_ = r.f64();
        break;
      case 33:
        treeFull_ = r.f64();
        break;
      case 40:
        seq_ = r.u64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    device: device_,
    tree: tree_,
    deviceFull: deviceFull_,
    treeFull: treeFull_,
    seq: seq_,
  };
}

export function encodeDigestReply(m: DigestReplyInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.device) {
    w.uint32(9);
    w.f64(m.device);
  }
  if (m.tree) {
    w.uint32(17);
    w.f64(m.tree);
  }
  if (m.deviceFull) {
    w.uint32(25);
    w.f64(m.deviceFull);
  }
  if (m.treeFull) {
    w.uint32(33);
    w.f64(m.treeFull);
  }
  if (m.seq) {
    w.uint32(40);
    w.u64(m.seq);
  }
  return w;
}

/** The module's exported state (CBOR with text keys). */
export type State = {
  readonly run: number;
};

/** What {@link encodeState} takes: what is absent is not written. */
export type StateInit = {
  readonly run?: number | undefined;
};

/** Field numbers of State. */
export const StateField = {
  run: 1,
} as const;

export function decodeState(r: WireReader, end: number = r.len): State {
  let run_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        run_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    run: run_,
  };
}

export function encodeState(m: StateInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.run) {
    w.uint32(8);
    w.uint32(m.run);
  }
  return w;
}

export type StateReply = {
  readonly schema: number;
  readonly cbor: Uint8Array;
};

/** What {@link encodeStateReply} takes: what is absent is not written. */
export type StateReplyInit = {
  readonly schema?: number | undefined;
  readonly cbor?: Uint8Array | undefined;
};

/** Field numbers of StateReply. */
export const StateReplyField = {
  schema: 1,
  cbor: 2,
} as const;

export function decodeStateReply(r: WireReader, end: number = r.len): StateReply {
  let schema_: number = 0;
  let cbor_: Uint8Array = NO_BYTES;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        schema_ = r.uint32();
        break;
      case 18:
        cbor_ = r.bytes();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    schema: schema_,
    cbor: cbor_,
  };
}

export function encodeStateReply(m: StateReplyInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.schema) {
    w.uint32(8);
    w.uint32(m.schema);
  }
  if (m.cbor?.length) {
    w.uint32(18);
    w.bytes(m.cbor);
  }
  return w;
}

/** Replaces the run's module at its place, as a live upgrade would. */
export type Upgrade = {
  readonly run: number;
  readonly module: string;
};

/** What {@link encodeUpgrade} takes: what is absent is not written. */
export type UpgradeInit = {
  readonly run?: number | undefined;
  readonly module?: string | undefined;
};

/** Field numbers of Upgrade. */
export const UpgradeField = {
  run: 1,
  module: 2,
} as const;

export function decodeUpgrade(r: WireReader, end: number = r.len): Upgrade {
  let run_: number = 0;
  let module_: string = '';
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        run_ = r.uint32();
        break;
      case 18:
        module_ = r.string();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    run: run_,
    module: module_,
  };
}

export function encodeUpgrade(m: UpgradeInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.run) {
    w.uint32(8);
    w.uint32(m.run);
  }
  if (m.module) {
    w.uint32(18);
    w.string(m.module);
  }
  return w;
}

export type UpgradeReply = {
  /** Empty when done; otherwise why it was refused, and then the old module goes on. */
  readonly refused: string;
  readonly record: trace.Upgrade | undefined;
};

/** What {@link encodeUpgradeReply} takes: what is absent is not written. */
export type UpgradeReplyInit = {
  readonly refused?: string | undefined;
  readonly record?: trace.UpgradeInit | undefined;
};

/** Field numbers of UpgradeReply. */
export const UpgradeReplyField = {
  refused: 1,
  record: 2,
} as const;

export function decodeUpgradeReply(r: WireReader, end: number = r.len): UpgradeReply {
  let refused_: string = '';
  let record_: trace.Upgrade | undefined = undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        refused_ = r.string();
        break;
      case 18:
        record_ = trace.decodeUpgrade(r, r.block(end));
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    refused: refused_,
    record: record_,
  };
}

export function encodeUpgradeReply(m: UpgradeReplyInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.refused) {
    w.uint32(10);
    w.string(m.refused);
  }
  if (m.record !== undefined) {
    trace.encodeUpgrade(m.record, w.open(18));
    w.ldelim();
  }
  return w;
}

export type CompareTrees = {
  readonly a: number;
  readonly b: number;
  readonly limit: number;
};

/** What {@link encodeCompareTrees} takes: what is absent is not written. */
export type CompareTreesInit = {
  readonly a?: number | undefined;
  readonly b?: number | undefined;
  readonly limit?: number | undefined;
};

/** Field numbers of CompareTrees. */
export const CompareTreesField = {
  a: 1,
  b: 2,
  limit: 3,
} as const;

export function decodeCompareTrees(r: WireReader, end: number = r.len): CompareTrees {
  let a_: number = 0;
  let b_: number = 0;
  let limit_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        a_ = r.uint32();
        break;
      case 16:
        b_ = r.uint32();
        break;
      case 24:
        limit_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    a: a_,
    b: b_,
    limit: limit_,
  };
}

export function encodeCompareTrees(m: CompareTreesInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.a) {
    w.uint32(8);
    w.uint32(m.a);
  }
  if (m.b) {
    w.uint32(16);
    w.uint32(m.b);
  }
  if (m.limit) {
    w.uint32(24);
    w.uint32(m.limit);
  }
  return w;
}

export type TreeDifference = {
  readonly path: Uint8Array;
  /** "only-a", "only-b", "changed". */
  readonly kind: string;
  /** For a change: each attribute, "xattr:user.x", "target", or "content" with the first differing range as "offset+length". */
  readonly fields: readonly FieldDifference[];
};

/** What {@link encodeTreeDifference} takes: what is absent is not written. */
export type TreeDifferenceInit = {
  readonly path?: Uint8Array | undefined;
  readonly kind?: string | undefined;
  readonly fields?: readonly FieldDifferenceInit[] | undefined;
};

/** Field numbers of TreeDifference. */
export const TreeDifferenceField = {
  path: 1,
  kind: 2,
  fields: 3,
} as const;

export function decodeTreeDifference(r: WireReader, end: number = r.len): TreeDifference {
  let path_: Uint8Array = NO_BYTES;
  let kind_: string = '';
  let fields_: FieldDifference[] | undefined = undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        path_ = r.bytes();
        break;
      case 18:
        kind_ = r.string();
        break;
      case 26:
        (fields_ ??= []).push(decodeFieldDifference(r, r.block(end)));
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    path: path_,
    kind: kind_,
    fields: fields_ ?? [],
  };
}

export function encodeTreeDifference(m: TreeDifferenceInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.path?.length) {
    w.uint32(10);
    w.bytes(m.path);
  }
  if (m.kind) {
    w.uint32(18);
    w.string(m.kind);
  }
  for (const v of m.fields ?? []) {
    encodeFieldDifference(v, w.open(26));
    w.ldelim();
  }
  return w;
}

export type TreeDifferences = {
  readonly difference: readonly TreeDifference[];
  readonly cut: boolean;
};

/** What {@link encodeTreeDifferences} takes: what is absent is not written. */
export type TreeDifferencesInit = {
  readonly difference?: readonly TreeDifferenceInit[] | undefined;
  readonly cut?: boolean | undefined;
};

/** Field numbers of TreeDifferences. */
export const TreeDifferencesField = {
  difference: 1,
  cut: 2,
} as const;

export function decodeTreeDifferences(r: WireReader, end: number = r.len): TreeDifferences {
  let difference_: TreeDifference[] | undefined = undefined;
  let cut_: boolean = false;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        (difference_ ??= []).push(decodeTreeDifference(r, r.block(end)));
        break;
      case 16:
        cut_ = r.bool();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    difference: difference_ ?? [],
    cut: cut_,
  };
}

export function encodeTreeDifferences(m: TreeDifferencesInit, w: WireWriter = new WireWriter()): WireWriter {
  for (const v of m.difference ?? []) {
    encodeTreeDifference(v, w.open(10));
    w.ldelim();
  }
  if (m.cut) {
    w.uint32(16);
    w.bool(m.cut);
  }
  return w;
}

export type CompareBlocks = {
  readonly a: number;
  readonly b: number;
  readonly limit: number;
};

/** What {@link encodeCompareBlocks} takes: what is absent is not written. */
export type CompareBlocksInit = {
  readonly a?: number | undefined;
  readonly b?: number | undefined;
  readonly limit?: number | undefined;
};

/** Field numbers of CompareBlocks. */
export const CompareBlocksField = {
  a: 1,
  b: 2,
  limit: 3,
} as const;

export function decodeCompareBlocks(r: WireReader, end: number = r.len): CompareBlocks {
  let a_: number = 0;
  let b_: number = 0;
  let limit_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        a_ = r.uint32();
        break;
      case 16:
        b_ = r.uint32();
        break;
      case 24:
        limit_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    a: a_,
    b: b_,
    limit: limit_,
  };
}

export function encodeCompareBlocks(m: CompareBlocksInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.a) {
    w.uint32(8);
    w.uint32(m.a);
  }
  if (m.b) {
    w.uint32(16);
    w.uint32(m.b);
  }
  if (m.limit) {
    w.uint32(24);
    w.uint32(m.limit);
  }
  return w;
}

export type BlockDifference = {
  readonly number: bigint;
  /** First and last differing byte within the block. */
  readonly firstByte: number;
  readonly lastByte: number;
  readonly explainedA: string;
  readonly explainedB: string;
};

/** What {@link encodeBlockDifference} takes: what is absent is not written. */
export type BlockDifferenceInit = {
  readonly number?: bigint | undefined;
  readonly firstByte?: number | undefined;
  readonly lastByte?: number | undefined;
  readonly explainedA?: string | undefined;
  readonly explainedB?: string | undefined;
};

/** Field numbers of BlockDifference. */
export const BlockDifferenceField = {
  number: 1,
  firstByte: 2,
  lastByte: 3,
  explainedA: 4,
  explainedB: 5,
} as const;

export function decodeBlockDifference(r: WireReader, end: number = r.len): BlockDifference {
  let number_: bigint = 0n;
  let firstByte_: number = 0;
  let lastByte_: number = 0;
  let explainedA_: string = '';
  let explainedB_: string = '';
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        number_ = r.u64();
        break;
      case 16:
        firstByte_ = r.uint32();
        break;
      case 24:
        lastByte_ = r.uint32();
        break;
      case 34:
        explainedA_ = r.string();
        break;
      case 42:
        explainedB_ = r.string();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    number: number_,
    firstByte: firstByte_,
    lastByte: lastByte_,
    explainedA: explainedA_,
    explainedB: explainedB_,
  };
}

export function encodeBlockDifference(m: BlockDifferenceInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.number) {
    w.uint32(8);
    w.u64(m.number);
  }
  if (m.firstByte) {
    w.uint32(16);
    w.uint32(m.firstByte);
  }
  if (m.lastByte) {
    w.uint32(24);
    w.uint32(m.lastByte);
  }
  if (m.explainedA) {
    w.uint32(34);
    w.string(m.explainedA);
  }
  if (m.explainedB) {
    w.uint32(42);
    w.string(m.explainedB);
  }
  return w;
}

export type BlockDifferences = {
  readonly difference: readonly BlockDifference[];
  readonly total: bigint;
};

/** What {@link encodeBlockDifferences} takes: what is absent is not written. */
export type BlockDifferencesInit = {
  readonly difference?: readonly BlockDifferenceInit[] | undefined;
  readonly total?: bigint | undefined;
};

/** Field numbers of BlockDifferences. */
export const BlockDifferencesField = {
  difference: 1,
  total: 2,
} as const;

export function decodeBlockDifferences(r: WireReader, end: number = r.len): BlockDifferences {
  let difference_: BlockDifference[] | undefined = undefined;
  let total_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        (difference_ ??= []).push(decodeBlockDifference(r, r.block(end)));
        break;
      case 16:
        total_ = r.u64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    difference: difference_ ?? [],
    total: total_,
  };
}

export function encodeBlockDifferences(m: BlockDifferencesInit, w: WireWriter = new WireWriter()): WireWriter {
  for (const v of m.difference ?? []) {
    encodeBlockDifference(v, w.open(10));
    w.ldelim();
  }
  if (m.total) {
    w.uint32(16);
    w.u64(m.total);
  }
  return w;
}

/** Runs a part of a trace on a reference module to learn the right answers, then on `module`, and says whether they still part. */
export type TestSubset = {
  readonly trace: number;
  readonly reference: string;
  readonly module: string;
  /** Pairs {first, last}: the ops kept. Ops that lost what they need (their inode, their handle) are left out and counted. */
  readonly keep: readonly bigint[];
  readonly deadlineMs: number;
  /** Judge states too, at the end of the part: a device that differs is a divergence of kind "block", a tree that differs one of kind "tree". */
  readonly states: boolean;
};

/** What {@link encodeTestSubset} takes: what is absent is not written. */
export type TestSubsetInit = {
  readonly trace?: number | undefined;
  readonly reference?: string | undefined;
  readonly module?: string | undefined;
  readonly keep?: readonly bigint[] | undefined;
  readonly deadlineMs?: number | undefined;
  readonly states?: boolean | undefined;
};

/** Field numbers of TestSubset. */
export const TestSubsetField = {
  trace: 1,
  reference: 2,
  module: 3,
  keep: 4,
  deadlineMs: 5,
  states: 6,
} as const;

export function decodeTestSubset(r: WireReader, end: number = r.len): TestSubset {
  let trace_: number = 0;
  let reference_: string = '';
  let module_: string = '';
  let keep_: bigint[] | undefined = undefined;
  let deadlineMs_: number = 0;
  let states_: boolean = false;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        trace_ = r.uint32();
        break;
      case 18:
        reference_ = r.string();
        break;
      case 26:
        module_ = r.string();
        break;
      case 32:
        (keep_ ??= []).push(r.u64());
        break;
      case 34:
        {
        keep_ ??= [];
        for (const stop = r.block(end); r.pos < stop; ) keep_.push(r.u64());
        }
        break;
      case 40:
        deadlineMs_ = r.uint32();
        break;
      case 48:
        states_ = r.bool();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    trace: trace_,
    reference: reference_,
    module: module_,
    keep: keep_ ?? [],
    deadlineMs: deadlineMs_,
    states: states_,
  };
}

export function encodeTestSubset(m: TestSubsetInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.trace) {
    w.uint32(8);
    w.uint32(m.trace);
  }
  if (m.reference) {
    w.uint32(18);
    w.string(m.reference);
  }
  if (m.module) {
    w.uint32(26);
    w.string(m.module);
  }
  if (m.keep?.length) {
    w.uint32(34).fork();
    for (const v of m.keep) w.u64(v);
    w.ldelim();
  }
  if (m.deadlineMs) {
    w.uint32(40);
    w.uint32(m.deadlineMs);
  }
  if (m.states) {
    w.uint32(48);
    w.bool(m.states);
  }
  return w;
}

export type SubsetReply = {
  readonly diverged: boolean;
  readonly divergence: Divergence | undefined;
  /** Ops that could be run. */
  readonly ran: bigint;
  /** Pairs {first, last}: the ops that ran, up to and including the divergent one. */
  readonly kept: readonly bigint[];
  readonly panic: trace.Panic | undefined;
};

/** What {@link encodeSubsetReply} takes: what is absent is not written. */
export type SubsetReplyInit = {
  readonly diverged?: boolean | undefined;
  readonly divergence?: DivergenceInit | undefined;
  readonly ran?: bigint | undefined;
  readonly kept?: readonly bigint[] | undefined;
  readonly panic?: trace.PanicInit | undefined;
};

/** Field numbers of SubsetReply. */
export const SubsetReplyField = {
  diverged: 1,
  divergence: 2,
  ran: 3,
  kept: 4,
  panic: 5,
} as const;

export function decodeSubsetReply(r: WireReader, end: number = r.len): SubsetReply {
  let diverged_: boolean = false;
  let divergence_: Divergence | undefined = undefined;
  let ran_: bigint = 0n;
  let kept_: bigint[] | undefined = undefined;
  let panic_: trace.Panic | undefined = undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        diverged_ = r.bool();
        break;
      case 18:
        divergence_ = decodeDivergence(r, r.block(end));
        break;
      case 24:
        ran_ = r.u64();
        break;
      case 32:
        (kept_ ??= []).push(r.u64());
        break;
      case 34:
        {
        kept_ ??= [];
        for (const stop = r.block(end); r.pos < stop; ) kept_.push(r.u64());
        }
        break;
      case 42:
        panic_ = trace.decodePanic(r, r.block(end));
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    diverged: diverged_,
    divergence: divergence_,
    ran: ran_,
    kept: kept_ ?? [],
    panic: panic_,
  };
}

export function encodeSubsetReply(m: SubsetReplyInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.diverged) {
    w.uint32(8);
    w.bool(m.diverged);
  }
  if (m.divergence !== undefined) {
    encodeDivergence(m.divergence, w.open(18));
    w.ldelim();
  }
  if (m.ran) {
    w.uint32(24);
    w.u64(m.ran);
  }
  if (m.kept?.length) {
    w.uint32(34).fork();
    for (const v of m.kept) w.u64(v);
    w.ldelim();
  }
  if (m.panic !== undefined) {
    trace.encodePanic(m.panic, w.open(42));
    w.ldelim();
  }
  return w;
}

/** Writes such a part as a trace of its own, with the reference's answers. */
export type WriteSubset = {
  readonly trace: number;
  readonly reference: string;
  readonly keep: readonly bigint[];
  readonly path: string;
};

/** What {@link encodeWriteSubset} takes: what is absent is not written. */
export type WriteSubsetInit = {
  readonly trace?: number | undefined;
  readonly reference?: string | undefined;
  readonly keep?: readonly bigint[] | undefined;
  readonly path?: string | undefined;
};

/** Field numbers of WriteSubset. */
export const WriteSubsetField = {
  trace: 1,
  reference: 2,
  keep: 3,
  path: 4,
} as const;

export function decodeWriteSubset(r: WireReader, end: number = r.len): WriteSubset {
  let trace_: number = 0;
  let reference_: string = '';
  let keep_: bigint[] | undefined = undefined;
  let path_: string = '';
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        trace_ = r.uint32();
        break;
      case 18:
        reference_ = r.string();
        break;
      case 24:
        (keep_ ??= []).push(r.u64());
        break;
      case 26:
        {
        keep_ ??= [];
        for (const stop = r.block(end); r.pos < stop; ) keep_.push(r.u64());
        }
        break;
      case 34:
        path_ = r.string();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    trace: trace_,
    reference: reference_,
    keep: keep_ ?? [],
    path: path_,
  };
}

export function encodeWriteSubset(m: WriteSubsetInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.trace) {
    w.uint32(8);
    w.uint32(m.trace);
  }
  if (m.reference) {
    w.uint32(18);
    w.string(m.reference);
  }
  if (m.keep?.length) {
    w.uint32(26).fork();
    for (const v of m.keep) w.u64(v);
    w.ldelim();
  }
  if (m.path) {
    w.uint32(34);
    w.string(m.path);
  }
  return w;
}

export type Checkpoints = {
  readonly run: number;
};

/** What {@link encodeCheckpoints} takes: what is absent is not written. */
export type CheckpointsInit = {
  readonly run?: number | undefined;
};

/** Field numbers of Checkpoints. */
export const CheckpointsField = {
  run: 1,
} as const;

export function decodeCheckpoints(r: WireReader, end: number = r.len): Checkpoints {
  let run_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        run_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    run: run_,
  };
}

export function encodeCheckpoints(m: CheckpointsInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.run) {
    w.uint32(8);
    w.uint32(m.run);
  }
  return w;
}

export type CheckpointList = {
  readonly seq: readonly bigint[];
  /** Memory held by checkpoints, bytes, shared blocks counted once. */
  readonly bytes: bigint;
};

/** What {@link encodeCheckpointList} takes: what is absent is not written. */
export type CheckpointListInit = {
  readonly seq?: readonly bigint[] | undefined;
  readonly bytes?: bigint | undefined;
};

/** Field numbers of CheckpointList. */
export const CheckpointListField = {
  seq: 1,
  bytes: 2,
} as const;

export function decodeCheckpointList(r: WireReader, end: number = r.len): CheckpointList {
  let seq_: bigint[] | undefined = undefined;
  let bytes_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        (seq_ ??= []).push(r.u64());
        break;
      case 10:
        {
        seq_ ??= [];
        for (const stop = r.block(end); r.pos < stop; ) seq_.push(r.u64());
        }
        break;
      case 16:
        bytes_ = r.u64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    seq: seq_ ?? [],
    bytes: bytes_,
  };
}

export function encodeCheckpointList(m: CheckpointListInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.seq?.length) {
    w.uint32(10).fork();
    for (const v of m.seq) w.u64(v);
    w.ldelim();
  }
  if (m.bytes) {
    w.uint32(16);
    w.u64(m.bytes);
  }
  return w;
}

export type CloseRun = {
  readonly run: number;
};

/** What {@link encodeCloseRun} takes: what is absent is not written. */
export type CloseRunInit = {
  readonly run?: number | undefined;
};

/** Field numbers of CloseRun. */
export const CloseRunField = {
  run: 1,
} as const;

export function decodeCloseRun(r: WireReader, end: number = r.len): CloseRun {
  let run_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        run_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    run: run_,
  };
}

export function encodeCloseRun(m: CloseRunInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.run) {
    w.uint32(8);
    w.uint32(m.run);
  }
  return w;
}

/** Checks the run's device with the module's fsck. */
export type Fsck = {
  readonly run: number;
};

/** What {@link encodeFsck} takes: what is absent is not written. */
export type FsckInit = {
  readonly run?: number | undefined;
};

/** Field numbers of Fsck. */
export const FsckField = {
  run: 1,
} as const;

export function decodeFsck(r: WireReader, end: number = r.len): Fsck {
  let run_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        run_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    run: run_,
  };
}

export function encodeFsck(m: FsckInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.run) {
    w.uint32(8);
    w.uint32(m.run);
  }
  return w;
}

export type FsckReply = {
  readonly clean: boolean;
  readonly report: string;
};

/** What {@link encodeFsckReply} takes: what is absent is not written. */
export type FsckReplyInit = {
  readonly clean?: boolean | undefined;
  readonly report?: string | undefined;
};

/** Field numbers of FsckReply. */
export const FsckReplyField = {
  clean: 1,
  report: 2,
} as const;

export function decodeFsckReply(r: WireReader, end: number = r.len): FsckReply {
  let clean_: boolean = false;
  let report_: string = '';
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        clean_ = r.bool();
        break;
      case 18:
        report_ = r.string();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    clean: clean_,
    report: report_,
  };
}

export function encodeFsckReply(m: FsckReplyInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.clean) {
    w.uint32(8);
    w.bool(m.clean);
  }
  if (m.report) {
    w.uint32(18);
    w.string(m.report);
  }
  return w;
}
