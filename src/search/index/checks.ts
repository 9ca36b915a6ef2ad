/** What an index refuses before anything is stored or searched. */
import type { EmbeddedChunk } from '../document.ts'
import { IndexError } from './errors.ts'
import type { GenerationSpec } from './search-index.ts'

/** The most passages that one document may have. */
export const MAX_CHUNKS = 2 ** 20
/** The most passages that one query gives. */
export const MAX_LIMIT = 1_000
const MAX_DIMENSION = 8_192
/** How far a length may be from 1; what rounding to float32 makes is far less. */
const TOLERANCE = 0.01

/** @throws IndexError `BAD_INPUT` */
export function checkSpec({ model, dimension, chunker }: GenerationSpec): void {
  if (model === '' || chunker === '') refuse('A generation needs the names of model and chunker')
  if (!Number.isInteger(dimension) || dimension < 1 || dimension > MAX_DIMENSION) {
    refuse(`A vector cannot have ${dimension} dimensions; 1 to ${MAX_DIMENSION} are possible`)
  }
}

/** @throws IndexError `BAD_INPUT` for passages out of order, or with vectors that cannot be compared */
export function checkChunks(chunks: readonly EmbeddedChunk[], dimension: number): void {
  if (chunks.length > MAX_CHUNKS) refuse(`A document has ${chunks.length} passages`)
  for (const [at, chunk] of chunks.entries()) {
    if (chunk.index !== at) refuse(`Passage ${at} says that it is passage ${chunk.index}`)
    checkVector(chunk.vector, dimension)
  }
}

/** @throws IndexError `BAD_INPUT` for another dimension or length, or what is no number */
export function checkVector(vector: Float32Array, dimension: number): void {
  if (vector.length !== dimension) {
    refuse(`A vector has ${vector.length} dimensions, but this generation has ${dimension}`)
  }
  let squares = 0
  for (const value of vector) squares += value * value
  // Also true of NaN and infinity.
  if (!(Math.abs(Math.sqrt(squares) - 1) <= TOLERANCE)) {
    refuse(`A vector has the length ${Math.sqrt(squares)} instead of 1`)
  }
}

/** @throws IndexError `BAD_INPUT` */
export function checkLimit(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    refuse(`limit must be a whole number from 1 to ${MAX_LIMIT}`)
  }
}

function refuse(problem: string): never {
  throw new IndexError('BAD_INPUT', problem)
}
