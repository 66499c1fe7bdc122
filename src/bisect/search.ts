// SPDX-License-Identifier: MIT OR Apache-2.0

/** What is known of one version. `skip`: it cannot be judged (it does not build, or the command says so). */
export type Verdict = 'good' | 'bad' | 'skip';

export type SearchSteps = {
  /** Judges the version at a place; the places asked for lie strictly between the ends. */
  readonly judge: (index: number) => Promise<Verdict>;
  /** Places that may be asked for after `index`, the likelier first: their builds may begin now. */
  readonly expect?: (indexes: readonly number[]) => void;
};

export type SearchResult = {
  /** Place of the first version known to be bad. */
  readonly firstBad: number;
  /** Place of the last version known to be good. */
  readonly lastGood: number;
  /** Versions judged besides the two ends, skips included. */
  readonly verdicts: number;
  readonly skipped: readonly number[];
};

/**
 * Binary search for the first bad one of `count` versions, of which the first is good and the last is bad. It ends when no
 * version between the two can be judged any more: firstBad - lastGood is 1 unless the ones between were all skipped.
 */
export async function searchFirstBad(count: number, steps: SearchSteps): Promise<SearchResult> {
  let [lastGood, firstBad, verdicts] = [0, count - 1, 0];
  const skipped = new Set<number>();
  for (;;) {
    const next = middle(lastGood, firstBad, skipped);
    if (next === undefined) break;
    steps.expect?.(likelyAfter(next, lastGood, firstBad, skipped));
    const verdict = await steps.judge(next);
    verdicts += 1;
    if (verdict === 'good') lastGood = next;
    else if (verdict === 'bad') firstBad = next;
    else skipped.add(next);
  }
  return { firstBad, lastGood, verdicts, skipped: [...skipped].sort((a, b) => a - b) };
}

/** The place nearest to the middle that was not skipped. */
function middle(low: number, high: number, skipped: ReadonlySet<number>): number | undefined {
  const centre = (low + high) >>> 1;
  for (let away = 0; away <= high - low; away += 1) {
    for (const place of away === 0 ? [centre] : [centre - away, centre + away]) {
      if (place > low && place < high && !skipped.has(place)) return place;
    }
  }
  return undefined;
}

function likelyAfter(next: number, low: number, high: number, skipped: ReadonlySet<number>): readonly number[] {
  const places = [middle(low, next, skipped), middle(next, high, skipped)];
  return places.filter((place) => place !== undefined);
}
