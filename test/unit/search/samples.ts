/** Documents and vectors for tests of indexes. */
import type { EmbeddedChunk, IndexedDocument } from '../../../src/search/document.ts'

/** Dimensions of the vectors here. */
export const DIMENSION = 16

/** A note with what a test cares about. */
export function documentOf(id: string, more: Partial<IndexedDocument> = {}): IndexedDocument {
  return {
    type: 'note',
    id,
    ref: undefined,
    title: '',
    category: '',
    path: undefined,
    url: undefined,
    modifiedAt: undefined,
    pageCount: undefined,
    ...more,
  }
}

/** Passages of the given texts; vectors as given, otherwise all the same. */
export function chunksOf(
  texts: readonly string[],
  vectors: readonly Float32Array[] = [],
): EmbeddedChunk[] {
  return texts.map((text, index) => ({
    index,
    text,
    start: index * 100,
    end: index * 100 + text.length,
    page: undefined,
    pageEnd: undefined,
    vector: vectors[index] ?? axis(0),
  }))
}

/** The unit vector along one dimension. */
export function axis(dimension: number): Float32Array {
  return Float32Array.from({ length: DIMENSION }, (_, at) => (at === dimension ? 1 : 0))
}

/** A vector of unit length whose every product with another such one is exact in float32. */
export function signs(bits: number): Float32Array {
  const value = 1 / Math.sqrt(DIMENSION)
  return Float32Array.from({ length: DIMENSION }, (_, at) => (bits & (1 << at) ? value : -value))
}
