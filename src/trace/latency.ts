// SPDX-License-Identifier: MIT OR Apache-2.0

/** Buckets for each power of two: a value is known to 1 part in 32. */
const SUB_BITS = 5;
const SUB = 1 << SUB_BITS;

/**
 * Latencies by size, in constant memory. A bucket covers 1/32 of its power of two, so a percentile is at most 3.1 % above the
 * true value; count, sum and maximum are exact.
 */
export class LatencyHistogram {
  readonly #buckets = new Float64Array((64 - SUB_BITS + 1) * SUB);
  count = 0;
  #sum = 0;
  #max = 0n;

  add(ns: bigint): void {
    this.count++;
    this.#sum += Number(ns);
    if (ns > this.#max) this.#max = ns;
    const bucket = bucketOf(Number(ns));
    this.#buckets[bucket] = (this.#buckets[bucket] as number) + 1;
  }

  get max(): bigint {
    return this.#max;
  }

  /** Nanoseconds that all of them took; exact below 2^53. */
  get total(): bigint {
    return BigInt(Math.round(this.#sum));
  }

  get mean(): bigint {
    return this.count === 0 ? 0n : this.total / BigInt(this.count);
  }

  /** The value that a share of all (0.99) does not pass. */
  percentile(share: number): bigint {
    const rank = Math.max(1, Math.ceil(share * this.count));
    let seen = 0;
    for (const [bucket, count] of this.#buckets.entries()) {
      seen += count;
      if (seen < rank || count === 0) continue;
      const top = BigInt(Math.floor(topOf(bucket)));
      return top < this.#max ? top : this.#max;
    }
    return this.#max;
  }
}

function bucketOf(ns: number): number {
  if (ns < SUB) return ns;
  const power = Math.min(63, Math.floor(Math.log2(ns)));
  const within = Math.min(SUB - 1, Math.floor((ns / 2 ** power - 1) * SUB));
  return (power - SUB_BITS + 1) * SUB + within;
}

/** Largest value that falls into a bucket. */
function topOf(bucket: number): number {
  if (bucket < SUB) return bucket;
  const power = Math.floor(bucket / SUB) + SUB_BITS - 1;
  return 2 ** power * (1 + ((bucket % SUB) + 1) / SUB) - 1;
}
