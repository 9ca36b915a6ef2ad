/**
 * Passages on their way to another thread: a text and one array of numbers, as thousands of small
 * objects and vectors would hold up the thread that sends them for a third of a second.
 */
import type { Chunk, EmbeddedChunk } from '../document.ts'

/** Passages as they are sent. */
export interface PackedChunks {
  /** JSON of the passages without their vectors. */
  readonly passages: string
  /** The vectors, one after another. */
  readonly vectors: Float32Array
  /** How many numbers each of them has. */
  readonly lengths: readonly number[]
}

/** Passages made ready to be sent. */
export function packChunks(chunks: readonly EmbeddedChunk[]): PackedChunks {
  const lengths = chunks.map(({ vector }) => vector.length)
  const vectors = new Float32Array(lengths.reduce((sum, length) => sum + length, 0))
  let at = 0
  for (const { vector } of chunks) {
    vectors.set(vector, at)
    at += vector.length
  }
  const passages = JSON.stringify(
    chunks.map(({ index, text, start, end, page, pageEnd }) => [
      index,
      text,
      start,
      end,
      page,
      pageEnd,
    ]),
  )
  return { passages, vectors, lengths }
}

type Row = [number, string, number, number, number | null, number | null]

/** The passages that were sent. */
export function unpackChunks({ passages, vectors, lengths }: PackedChunks): EmbeddedChunk[] {
  const rows: Row[] = JSON.parse(passages)
  let at = 0
  return rows.map(([index, text, start, end, page, pageEnd], row) => {
    const length = lengths[row] ?? 0
    const vector = vectors.subarray(at, at + length)
    at += length
    const chunk: Chunk = {
      index,
      text,
      start,
      end,
      page: page ?? undefined,
      pageEnd: pageEnd ?? undefined,
    }
    return { ...chunk, vector }
  })
}
