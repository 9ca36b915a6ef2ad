/**
 * Words as sparse vectors, so that their products are BM25 weights: a document's side holds the
 * saturated counts, and Qdrant multiplies with the inverse document frequency (`modifier: idf`).
 * @see https://qdrant.tech/documentation/concepts/indexing/#idf-modifier
 */
import { createHash } from 'node:crypto'
import { isPair, queryWordsOf, wordsOf } from '../index/words.ts'

/** Dimensions that are not zero, and what they are; indices are unique. */
export interface SparseVector {
  readonly indices: number[]
  readonly values: number[]
}

/** How fast further occurrences of a word stop counting, and how much length matters. */
const K1 = 1.2
const B = 0.75
/** Words of a usual passage. The true mean would change with each document. */
const USUAL_LENGTH = 120
/** A word of the title counts as often as this in the text. */
const TITLE_WEIGHT = 5

/**
 * The vector of a passage.
 * @param title of its document, for the first passage only: it is not to name all of them
 */
export function sparsePassage(title: string, text: string): SparseVector {
  const words = wordsOf(text)
  const counts = countsOf([...words, ...charactersIn(words)])
  for (const word of wordsOf(title)) counts.set(word, (counts.get(word) ?? 0) + TITLE_WEIGHT)
  const norm = K1 * (1 - B + (B * words.length) / USUAL_LENGTH)
  return vectorOf(counts, count => (count * (K1 + 1)) / (count + norm))
}

/**
 * The vector of a query; undefined where it has no words. Parts of words find nothing: a sparse
 * vector knows whole words only.
 */
export function sparseQuery(text: string): SparseVector | undefined {
  const counts = countsOf(queryWordsOf(text).map(word => word.text))
  return counts.size === 0 ? undefined : vectorOf(counts, () => 1)
}

/** Where pairs of characters are words, one alone is asked for as well. */
function charactersIn(words: readonly string[]): string[] {
  return words.flatMap(word => (isPair(word) ? [...word].slice(0, 1) : []))
}

function countsOf(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

/** Two words rarely share an index of 32 bits; then they count together. */
function vectorOf(
  counts: ReadonlyMap<string, number>,
  weigh: (count: number) => number,
): SparseVector {
  const byIndex = new Map<number, number>()
  for (const [word, count] of counts) {
    const index = indexOf(word)
    byIndex.set(index, (byIndex.get(index) ?? 0) + weigh(count))
  }
  const sorted = [...byIndex].toSorted(([a], [b]) => a - b)
  return { indices: sorted.map(([index]) => index), values: sorted.map(([, value]) => value) }
}

function indexOf(word: string): number {
  return createHash('md5').update(word).digest().readUInt32LE(0)
}
