/**
 * OpenAI's `POST /embeddings`, and the many servers that speak like it.
 * Source: https://platform.openai.com/docs/api-reference/embeddings/create (2048 texts and 300,000
 * tokens a request, 8,192 tokens a text).
 */
import { z } from 'zod'
import type { Backend, BatchLimits } from './backend.ts'
import { EmbeddingError, type Tier } from './embedder.ts'
import type { ServerHttp } from './http.ts'
import { decodedVector } from './vectors.ts'

/** What distinguishes one server of this kind. */
export interface OpenAIOptions {
  readonly tier: Tier
  readonly http: ServerHttp
  /** As the server knows it; undefined: whatever it serves. */
  readonly model: string | undefined
  /** Length to ask vectors in. */
  readonly dimension: number | undefined
  readonly limits: BatchLimits
  /** See {@link Backend.check}. */
  check(signal?: AbortSignal): Promise<void>
}

const Answer = z.object({
  data: z.array(
    z.object({
      index: z.int().optional(),
      // As asked for, or as some send it whatever is asked for. Checked when it becomes a vector.
      embedding: z.union([z.string(), z.array(z.unknown())]),
    }),
  ),
})

/** A backend that asks one such server. */
export function createOpenAIBackend(options: OpenAIOptions): Backend {
  const { tier, http, model, dimension, limits } = options
  // A quarter of the bytes, and no numbers to parse on the event loop.
  let encoding: 'base64' | 'float' = 'base64'

  async function ask(input: readonly string[], signal: AbortSignal | undefined) {
    const body = { input, encoding_format: encoding, model, dimensions: dimension }
    try {
      return await http.post('/embeddings', body, Answer, signal)
    } catch (error) {
      const isPlain = encoding === 'float' || !(error instanceof EmbeddingError)
      if (isPlain || !/encoding_format|base64/i.test(error.message)) throw error
      encoding = 'float'
      return http.post('/embeddings', { ...body, encoding_format: encoding }, Answer, signal)
    }
  }

  return {
    tier,
    limits,
    dimension,
    async vectors(texts, { signal }) {
      const { data } = await ask(texts, signal)
      return inOrder(data, texts.length).map(({ embedding }) =>
        typeof embedding === 'string' ? decodedVector(embedding) : numbers(embedding),
      )
    },
    check: signal => options.check(signal),
    close: () => http.close(),
  }
}

type Item = z.output<typeof Answer>['data'][number]

/** By `index`, where there is one: some answer as they finish. */
function inOrder(items: readonly Item[], count: number): readonly Item[] {
  if (items.every(({ index }) => index === undefined)) return items
  const places = new Map(items.map(item => [item.index, item]))
  const sorted = Array.from({ length: count }, (_, index) => places.get(index))
  if (items.length === count && sorted.every(item => item !== undefined)) return sorted
  throw new EmbeddingError('BAD_ANSWER', 'The vectors of the answer are not one for each text')
}

/** What is no number becomes NaN, which no vector may hold. */
function numbers(values: readonly unknown[]): number[] {
  return values.map(value => (typeof value === 'number' ? value : Number.NaN))
}
