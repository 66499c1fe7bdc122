// SPDX-License-Identifier: MIT OR Apache-2.0

/** Every mutant applies to the sources as they are, and builds. */

import { beforeAll, describe, expect, it } from 'vitest';
import { readMutants, Workshop } from '../support/mutants.js';
import { readSources } from '../support/sources.js';

const mutants = readMutants();
let workshop: Workshop;

beforeAll(async () => {
  workshop = await Workshop.open();
});

describe('mutants', () => {
  it('are at least 16, each with a name of its own', () => {
    expect(mutants.length).toBeGreaterThanOrEqual(16);
    expect(new Set(mutants.map((mutant) => mutant.name.replace(/^\d+-/, ''))).size).toBe(mutants.length);
  });

  it('are nothing that the sources know of', () => {
    const knowing = readSources().filter(({ content }) => /mutant/i.test(content.toString('utf8')));
    expect(knowing.map((source) => source.path)).toEqual([]);
  });

  it.each(mutants)('$name builds', async (mutant) => {
    const [clean, mutated] = [await workshop.build(mutant.fs), await workshop.build(mutant.fs, mutant)];
    expect(mutated).not.toBe(clean);
  });
});
