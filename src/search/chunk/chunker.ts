/** Passages of documents, made by their structure, without holding up the rest of the process. */
import { setImmediate as breathe } from 'node:timers/promises'
import { type Chunkable, type ChunkSize, type Passage, passagesOf } from './passages.ts'

export type { Chunkable, ChunkSize, Passage } from './passages.ts'

/** Cuts documents into passages. */
export interface Chunker {
  /** Names what it does and its settings: passages of two that differ are not mixed. */
  readonly version: string
  /** @throws the signal's reason */
  chunk(document: Chunkable, signal?: AbortSignal): Promise<Passage[]>
}

/** Goes up whenever the same text would be cut in other places. */
const ALGORITHM = 'structure-1'
/** Less leaves no room for a character of two units. */
const SMALLEST = 8
/** How long other work waits at most; a single step takes microseconds. */
const SLICE_MS = 4

/**
 * A chunker.
 * @throws RangeError where passages would repeat more than they add
 */
export function createChunker({ size, overlap }: ChunkSize): Chunker {
  if (!(size >= SMALLEST && overlap >= 0 && overlap * 2 <= size)) {
    throw new RangeError(`passages of ${size} cannot overlap by ${overlap}`)
  }
  return {
    version: `${ALGORITHM}/${size}/${overlap}`,
    async chunk(document, signal) {
      const passages: Passage[] = []
      let sliceEnd = performance.now() + SLICE_MS
      for (const passage of passagesOf(document, { size, overlap })) {
        if (passage !== undefined) passages.push(passage)
        if (performance.now() < sliceEnd) continue
        await breathe()
        signal?.throwIfAborted()
        sliceEnd = performance.now() + SLICE_MS
      }
      return passages
    },
  }
}
