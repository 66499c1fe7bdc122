// SPDX-License-Identifier: MIT OR Apache-2.0

import { expect, it } from 'vitest';
import { assert, assertNever } from '../../../src/base/assert.js';
import {
  EnvironmentError,
  HostError,
  isAbort,
  messageOf,
  systemCodeOf,
  TraceError,
  UsageError,
} from '../../../src/base/errors.js';
import { err, ok, unwrap } from '../../../src/base/result.js';

it('each kind has the exit code of the table', () => {
  const errors = [
    new UsageError('a'),
    new TraceError('E_TRACE_X', 'b'),
    new EnvironmentError('E_ENV_X', 'c'),
    new HostError('E_HOST_X', 'd'),
  ];
  expect(errors.map((error) => error.exitCode)).toEqual([2, 3, 4, 5]);
});

it('the reason is stated, or that of the error underneath', () => {
  expect(new TraceError('E_TRACE_X', 'cannot open', { why: 'it ends early' }).why).toBe('it ends early');
  expect(new TraceError('E_TRACE_X', 'cannot open', { cause: new Error('EIO') }).why).toBe('EIO');
  expect(new TraceError('E_TRACE_X', 'cannot open').why).toBeUndefined();
});

it('reads whatever was thrown', () => {
  expect([messageOf(new Error('x')), messageOf('y'), messageOf(undefined)]).toEqual(['x', 'y', 'undefined']);
  expect(systemCodeOf(Object.assign(new Error(), { code: 'EPIPE' }))).toBe('EPIPE');
  expect(systemCodeOf('EPIPE')).toBeUndefined();
  expect(isAbort(AbortSignal.abort().reason)).toBe(true);
  expect(isAbort(new Error('abort'))).toBe(false);
});

it('a result gives its value or throws its error', () => {
  expect(unwrap(ok(7))).toBe(7);
  expect(() => unwrap(err(new Error('no')))).toThrow('no');
  expect(() => unwrap(err('text'))).toThrow('text');
});

it('says what should not be', () => {
  expect(() => assertNever({ kind: 'new' } as never, 'verdict')).toThrow('unexpected verdict: object of kind "new"');
  expect(() => assert(false, 'sorted')).toThrow('internal: sorted');
});
