// SPDX-License-Identifier: MIT OR Apache-2.0

import { describe, expect, it } from 'vitest';
import { checkConfiguration } from '../../../src/gate/configuration.js';
import { handOverPoints } from '../../../src/gate/hand-over.js';
import type { ModuleInfo, TraceInfo } from '../../../src/proto/gen/host.js';
import { decodeModuleInfo, decodeTraceInfo, encodeModuleInfo, encodeTraceInfo } from '../../../src/proto/gen/host.js';
import { WireReader } from '../../../src/proto/wire.js';

type TraceChange = Parameters<typeof encodeTraceInfo>[0];

const MODULE = { fsName: 'tiffinfs', abiMajor: 1, stateSchema: 3 };

function trace(change: TraceChange = {}): TraceInfo {
  const whole = {
    header: { module: MODULE, device: { blockSize: 4096, blocks: 100n }, fsOptions: 'a,b=1' },
    ops: 10n,
    complete: true,
    ...change,
  };
  return decodeTraceInfo(new WireReader(encodeTraceInfo(whole).finish()));
}

function module(change: Parameters<typeof encodeModuleInfo>[0] = {}): ModuleInfo {
  const whole = { module: MODULE, stateSchemaMin: 2, stateSchemaMax: 4, ...change };
  return decodeModuleInfo(new WireReader(encodeModuleInfo(whole).finish()));
}

describe('checkConfiguration', () => {
  it('passes what fits', () => {
    const expected = { fsOptions: 'b=1,a', blockSize: 4096 };
    expect(checkConfiguration(trace(), module(), module(), expected).verdict).toBe('pass');
  });

  it.each<[string, TraceInfo, ModuleInfo, ModuleInfo, object]>([
    ['gaps', trace({ gaps: 1n, dropped: 5n }), module(), module(), {}],
    ['truncated', trace({ complete: false }), module(), module(), {}],
    ['no ops', trace({ ops: 0n }), module(), module(), {}],
    ['memfs', trace(), module({ module: { ...MODULE, fsName: 'memfs' } }), module(), {}],
    ['ABI 2', trace(), module(), module({ module: { ...MODULE, abiMajor: 2 } }), {}],
    ['schemas 4 to 5', trace(), module(), module({ stateSchemaMin: 4, stateSchemaMax: 5 }), {}],
    ['options', trace(), module(), module(), { fsOptions: 'a' }],
    ['512', trace(), module(), module(), { blockSize: 512 }],
    ['left out', trace({ warnings: ['the last 211 bytes were left out'] }), module(), module(), {}],
  ])('refuses: %s', (words, ...given) => {
    const found = checkConfiguration(...given);
    expect(found.verdict).toBe('refused');
    expect(found.detail).toContain(words);
  });
});

describe('handOverPoints', () => {
  it('are inside the trace, spread and different', () => {
    expect(handOverPoints(1000n, 4)).toEqual([200n, 400n, 600n, 800n]);
    expect(handOverPoints(3n, 10)).toEqual([2n]);
    expect(handOverPoints(0n, 4)).toEqual([]);
  });
});
