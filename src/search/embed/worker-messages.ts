/** What passes between this process and the threads in which models work. */
import { z } from 'zod'
import { OverLimitError } from './backend.ts'
import { EmbeddingError } from './embedder.ts'

const Failure = z.object({
  code: z.enum(['UNREACHABLE', 'REFUSED', 'MODEL_MISSING', 'WRONG_DIMENSION', 'BAD_ANSWER']),
  message: z.string(),
  hint: z.string().optional(),
  retryable: z.boolean(),
  overLimit: z.boolean(),
})

/** The texts of a job; a thread has one at a time. */
export const Question = z.object({ texts: z.array(z.string()) })
export type Question = z.output<typeof Question>

/** Vectors in the order of the texts, or why there are none. */
export const Answer = z.union([
  z.object({ vectors: z.array(z.custom<Float32Array>(value => value instanceof Float32Array)) }),
  z.object({ failure: Failure }),
])
export type Answer = z.output<typeof Answer>

/** An error as it can pass. */
export function failureOf(error: unknown): z.output<typeof Failure> {
  const known =
    error instanceof EmbeddingError
      ? error
      : new EmbeddingError('BAD_ANSWER', `The model failed: ${reasonOf(error)}`)
  const { code, message, hint, retryable } = known
  return { code, message, hint, retryable, overLimit: known instanceof OverLimitError }
}

/** The error that has passed. */
export function errorOfFailure(failure: z.output<typeof Failure>): EmbeddingError {
  const { code, message, hint, retryable, overLimit } = failure
  return overLimit
    ? new OverLimitError('characters', message)
    : new EmbeddingError(code, message, { hint, retryable })
}

/** The first line of what a library says. */
export function reasonOf(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  return line.slice(0, 200)
}
