/** Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002), with gains 2^grade - 1. */

/**
 * How good an order is, 0 to 1: 1 where the best come first.
 * @param found ids, the best first
 * @param grades of what is relevant at all
 * @param depth ranks that count
 */
export function ndcg(
  found: readonly string[],
  grades: ReadonlyMap<string, number>,
  depth: number,
): number {
  const gained = sum(found.slice(0, depth).map(id => grades.get(id) ?? 0))
  const ideal = [...grades.values()].toSorted((one, other) => other - one)
  return gained / sum(ideal.slice(0, depth))
}

function sum(grades: readonly number[]): number {
  return grades.reduce((total, grade, at) => total + (2 ** grade - 1) / Math.log2(at + 2), 0)
}
