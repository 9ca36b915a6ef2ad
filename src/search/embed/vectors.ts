/** Vectors as the index may rely on them: numbers, of one length each, pointing somewhere. */
import { EmbeddingError } from './embedder.ts'

/** Below this a vector points nowhere: dividing by its length would make noise of it. */
const SHORTEST = 1e-6

/**
 * The vector at length 1.
 * @throws EmbeddingError `BAD_ANSWER` for one that is empty, not of numbers, or zero
 */
export function unitVector(values: ArrayLike<number>): Float32Array {
  let sum = 0
  for (let at = 0; at < values.length; at++) {
    const value = values[at]
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw badVector('holds something else than numbers')
    }
    sum += value * value
  }
  const length = Math.sqrt(sum)
  if (values.length === 0) throw badVector('is empty')
  if (!(length > SHORTEST && Number.isFinite(length))) throw badVector('points nowhere')
  return Float32Array.from(values, value => value / length)
}

function badVector(what: string): EmbeddingError {
  return new EmbeddingError('BAD_ANSWER', `A vector of the answer ${what}`, {
    hint: 'The server or the model is broken, or it is no embedding model.',
  })
}

/** The numbers of `encoding_format: base64`: float32, least significant byte first. */
export function decodedVector(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64')
  return Float32Array.from({ length: Math.floor(bytes.length / 4) }, (_, at) =>
    bytes.readFloatLE(at * 4),
  )
}
