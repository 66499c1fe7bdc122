// SPDX-License-Identifier: MIT OR Apache-2.0

import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TraceError } from '../../../src/base/errors.js';
import { TraceFile } from '../../../src/trace/trace-file.js';
import { craft, HEADER, openBytes, START, smallLife } from '../../support/craft-trace.js';

const whole = craft(smallLife());
const unfinished = craft(smallLife(), { ending: null });

/** The TraceError that opening gives, or undefined. */
function failure(action: () => unknown): TraceError | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    expect(error, String(error)).toBeInstanceOf(TraceError);
    return error as TraceError;
  }
}

/** Reads everything there is; the ops read. */
function readAll(content: Uint8Array, allowDamage = false): number {
  const trace = openBytes(content, { allowDamage });
  return [...trace.opsFrom()].length;
}

describe('a whole trace', () => {
  it('opens by its index', () => {
    const trace = openBytes(whole);
    expect([trace.ops, trace.chunks.length, trace.complete, trace.warnings]).toEqual([12n, 2, true, []]);
    expect(trace.header.module?.fsName).toBe('memfs');
    expect(trace.index?.account).toEqual({ offered: 14n, recorded: 12n, dropped: 2n, filtered: 0n });
  });

  it('gives any op by its number', () => {
    const trace = openBytes(whole);
    for (let seq = 1n; seq <= 12n; seq++) expect(trace.op(seq).seq).toBe(seq);
    expect(trace.window(5n, 3).map((op) => `${op.seq} ${op.name}`)).toEqual(['5 CREATE', '6 WRITE', '7 READ']);
    expect(trace.window(12n, 9).map((op) => op.name)).toEqual(['FORGET']);
    expect([trace.window(13n, 9), trace.window(1n, 0)]).toEqual([[], []]);
    expect([...trace.opsFrom(4n, 6n)].map((op) => op.seq)).toEqual([4n, 5n, 6n]);
  });

  it('undoes every difference', () => {
    const op = openBytes(whole).op(5n);
    expect(op.begin).toBe(START + 3_000_000n);
    expect([op.caller.uid, op.caller.gid, op.caller.pid]).toEqual([1000, 100, 77]);
    expect(op.reply).toMatchObject({ kind: 'created', value: { entry: { nodeid: 3n, ttlNs: 1_000_000_000n } } });
    const attr = op.reply?.kind === 'created' ? op.reply.value.entry?.attr : undefined;
    expect(attr).toMatchObject({
      ino: 3n,
      nlink: 1,
      blocks: 0n,
      blksize: 4096,
      mtimeNs: op.begin - 5n,
      ctimeNs: op.begin - 5n,
    });
    const listing = openBytes(whole).op(10n).reply;
    expect(listing?.kind === 'listing' ? listing.value.map((name) => name.cookie) : []).toEqual([1n, 2n]);
    expect(openBytes(whole).op(6n).locks).toEqual([
      { acquisition: 0n, lockClass: 1n, key: 3n, writes: 4n, reads: 0n },
      { acquisition: 2n, lockClass: 0n, key: 3n, writes: 5n, reads: 1n },
    ]);
  });

  it('says which ops it holds when asked for another', () => {
    const error = failure(() => openBytes(whole).op(13n));
    expect([error?.code, error?.exitCode, error?.why]).toEqual(['E_TRACE_NO_OP', 3, 'it holds 1 to 12']);
    expect(failure(() => openBytes(whole).op(0n))?.code).toBe('E_TRACE_NO_OP');
  });

  it('holds nothing more than the limit in memory', () => {
    const trace = openBytes(whole, { cacheBytes: 1 });
    expect([...trace.opsFrom(), ...trace.opsFrom()]).toHaveLength(24);
  });

  it('may hold no op at all', () => {
    const trace = openBytes(craft([]));
    expect([trace.ops, trace.firstSeq, trace.lastSeq, [...trace.opsFrom()]]).toEqual([0n, 1n, 0n, []]);
    expect(failure(() => trace.op(1n))?.why).toBe('it holds none');
  });
});

describe('what is no trace', () => {
  const dir = mkdtempSync(join(tmpdir(), 'bento-rr-trace-'));
  beforeAll(() => {
    mkdirSync(join(dir, 'folder'));
    writeFileSync(join(dir, 'empty.btr'), '');
    writeFileSync(join(dir, 'text'), 'hello, this is no trace at all\n');
    writeFileSync(join(dir, 'like'), Uint8Array.of(0x0a, 0x02, 0x01, 0x02, 0x03));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it.each([
    ['nothing', 'E_TRACE_NOT_FOUND'],
    ['folder', 'E_TRACE_IS_DIRECTORY'],
    ['empty.btr', 'E_TRACE_EMPTY'],
    ['text', 'E_TRACE_NOT_A_TRACE'],
    ['like', 'E_TRACE_NOT_A_TRACE'],
    ['text/under', 'E_TRACE_NOT_FOUND'],
  ])('%s gives %s', (name, code) => {
    const error = failure(() => TraceFile.open(join(dir, name)));
    expect([error?.code, error?.exitCode]).toEqual([code, 3]);
    expect(error?.hint).toBeTypeOf('string');
    expect(error?.message).toContain(join(dir, name));
  });

  it('a device gives E_TRACE_NOT_A_FILE, without reading from it', () => {
    expect(failure(() => TraceFile.open('/dev/zero'))?.code).toBe('E_TRACE_NOT_A_FILE');
  });

  it('random bytes give a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (noise) => {
        expect(failure(() => openBytes(noise))?.code).toMatch(/^E_TRACE_/);
      }),
      { numRuns: 500 },
    );
  });

  it('random bytes after a good header are a lost tail or damage', () => {
    const header = craft([], { ending: null });
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (noise) => {
        const error = failure(() => expect(openBytes(Buffer.concat([header, noise])).warnings).not.toEqual([]));
        expect(error?.code ?? 'E_TRACE_').toMatch(/^E_TRACE_/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('versions', () => {
  it('refuses a future major and says what to do', () => {
    const error = failure(() => openBytes(craft(smallLife(), { header: { formatMajor: 2, formatMinor: 7 } })));
    expect([error?.code, error?.exitCode, error?.message]).toEqual([
      'E_TRACE_VERSION',
      3,
      'test.btr: has format version 2.7',
    ]);
    expect(error?.hint).toContain('newer bento-rr');
  });

  it('reads a future minor, with a warning', () => {
    const trace = openBytes(craft(smallLife(), { header: { formatMinor: 9 } }));
    expect([trace.ops, trace.warnings[0]?.code]).toEqual([12n, 'W_NEWER_MINOR']);
  });
});

describe('a trace that lost its end', () => {
  it('opens up to its last whole chunk, at every length', () => {
    const full = readAll(unfinished);
    expect(full).toBe(12);
    for (let length = 0; length < unfinished.byteLength; length++) {
      const cut = unfinished.subarray(0, length);
      const error = failure(() => {
        const trace = openBytes(cut);
        expect(trace.complete).toBe(false);
        expect(trace.warnings.map((warning) => warning.code)).toHaveLength(1);
        const ops = [...trace.opsFrom()];
        expect([0, 5]).toContain(ops.length);
      });
      expect(['E_TRACE_EMPTY', 'E_TRACE_TRUNCATED', 'E_TRACE_NOT_A_TRACE', undefined]).toContain(error?.code);
    }
  });

  it('keeps every op when only its index or trailer is cut', () => {
    for (let length = unfinished.byteLength; length < whole.byteLength; length++) {
      const trace = openBytes(whole.subarray(0, length));
      expect([[...trace.opsFrom()].length, trace.complete]).toEqual([12, false]);
      expect(trace.warnings).toHaveLength(1);
    }
  });

  it('says how much is lost and where', () => {
    const trace = openBytes(unfinished.subarray(0, unfinished.byteLength - 3));
    expect(trace.warnings[0]).toMatchObject({ code: 'W_TRUNCATED' });
    expect(trace.warnings[0]?.message).toMatch(/^the last \d+ bytes \(from byte \d+\) are not a whole chunk/);
  });

  it('takes zeros that a power cut left for a lost end', () => {
    const trace = openBytes(Buffer.concat([unfinished, new Uint8Array(5000)]));
    expect([[...trace.opsFrom()].length, trace.warnings[0]?.code]).toEqual([12, 'W_TRUNCATED']);
    const torn = Buffer.from(unfinished);
    torn.fill(0, torn.byteLength - 60);
    expect([...openBytes(torn).opsFrom()]).toHaveLength(5);
  });
});

describe('damage', () => {
  it('at any byte is a typed error or a warning', () => {
    for (let at = 0; at < whole.byteLength; at++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const bad = Buffer.from(whole);
        bad[at] = (bad[at] ?? 0) ^ flip;
        let warnings = 0;
        const error = failure(() => {
          const trace = openBytes(bad);
          expect([...trace.opsFrom()].length).toBeLessThanOrEqual(12);
          warnings = trace.warnings.length;
        });
        expect(error !== undefined || warnings > 0, `byte ${at} ^ ${flip} went unseen`).toBe(true);
      }
    }
  });

  it('in the middle of a file without index is refused, with its place, unless allowed', () => {
    const first = openBytes(unfinished).chunks[0];
    const bad = Buffer.from(unfinished);
    const at = first?.offset ?? 0;
    bad[at] = 0x77;
    const error = failure(() => openBytes(bad));
    expect([error?.code, error?.exitCode]).toEqual(['E_TRACE_DAMAGED', 3]);
    expect(error?.message).toContain(`at byte ${at}`);
    const trace = openBytes(bad, { allowDamage: true });
    expect([...trace.opsFrom()].map((op) => op.seq)).toEqual([6n, 7n, 8n, 9n, 10n, 11n, 12n]);
    expect(trace.damage[0]?.offset).toBe(at);
  });

  it('inside a chunk names the chunk, its ops and its byte; the others still read', () => {
    const trace = openBytes(whole);
    const bad = Buffer.from(whole);
    const at = (trace.chunks[0]?.offset ?? 0) + 60;
    bad[at] = (bad[at] ?? 0) ^ 0x10;
    const damaged = openBytes(bad);
    const error = failure(() => damaged.op(3n));
    expect([error?.code, error?.message]).toEqual([
      'E_TRACE_CRC',
      `test.btr: chunk 0 (ops 1 to 5, byte ${trace.chunks[0]?.offset}) is damaged`,
    ]);
    expect(damaged.op(6n).name).toBe('WRITE');
    expect(readAll(bad, true)).toBe(7);
  });

  it('never makes the reader hang or throw raw, even many bytes at once', () => {
    const flips = fc.array(fc.tuple(fc.nat({ max: whole.byteLength - 1 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(flips, fc.boolean(), (changes, allowDamage) => {
        const bad = Buffer.from(whole);
        for (const [at, value] of changes) bad[at] = value;
        failure(() => readAll(bad, allowDamage));
      }),
      { numRuns: 400 },
    );
  });
});

describe('a file that grows', () => {
  it('shows each chunk when it is whole, and no warning meanwhile', () => {
    const dir = mkdtempSync(join(tmpdir(), 'bento-rr-grow-'));
    const path = join(dir, 'grow.btr');
    const header = craft([], { ending: null });
    writeFileSync(path, header);
    const trace = TraceFile.open(path, { growing: true });
    expect([trace.ops, trace.refresh()]).toEqual([0n, false]);
    const seen: bigint[] = [];
    for (let at = header.byteLength; at < unfinished.byteLength; at += 7) {
      appendFileSync(path, unfinished.subarray(at, at + 7));
      if (trace.refresh()) seen.push(trace.ops);
    }
    expect(seen).toEqual([5n, 12n]);
    expect(trace.warnings).toEqual([]);
    expect(trace.op(12n).name).toBe('FORGET');
    trace.close();
    rmSync(dir, { recursive: true });
  });
});

describe('limits', () => {
  it('a header with no index of chunks keeps its own fields', () => {
    expect(openBytes(craft([])).header.command.map((word) => Buffer.from(word).toString())).toEqual(
      (HEADER.command ?? []).map((word) => Buffer.from(word).toString()),
    );
  });
});
