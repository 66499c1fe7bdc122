// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * Runs two variants in turn: A B, B A, A B, ... so that a machine that drifts (heat, neighbours, caches) drifts for
 * both, and neither always has the second place. Gives what each measured, round by round.
 */
export async function interleave<T>(
  rounds: number,
  a: (round: number) => Promise<T>,
  b: (round: number) => Promise<T>,
): Promise<readonly { readonly a: T; readonly b: T }[]> {
  const pairs: { readonly a: T; readonly b: T }[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) {
      const first = await a(round);
      pairs.push({ a: first, b: await b(round) });
    } else {
      const first = await b(round);
      pairs.push({ a: await a(round), b: first });
    }
  }
  return pairs;
}
