/** What the tests of embedders share. */
import { expect } from 'vitest'
import type { EmbeddingConfig, EmbeddingSource } from '../../../../src/config/search.ts'
import { createEmbedder } from '../../../../src/search/embed/create.ts'
import {
  type Embedder,
  EmbeddingError,
  type EmbeddingHooks,
} from '../../../../src/search/embed/embedder.ts'
import { unitVectorOf } from '../../../support/embedding-servers.ts'

type Told<K extends keyof EmbeddingHooks> = Parameters<NonNullable<EmbeddingHooks[K]>>[0]

/** What the hooks were told. */
export interface ToldHooks {
  batches: Told<'onBatch'>[]
  errors: Told<'onError'>[]
  truncated: Told<'onTruncated'>[]
}

/** An embedder that tries again at once, and what its hooks are told. */
export function embedderOf(
  source: EmbeddingSource,
  more: Partial<Pick<EmbeddingConfig, 'dimension' | 'queryPrefix' | 'passagePrefix'>> = {},
): { embedder: Embedder; told: ToldHooks } {
  const told: ToldHooks = { batches: [], errors: [], truncated: [] }
  const config: EmbeddingConfig = {
    dimension: undefined,
    queryPrefix: undefined,
    passagePrefix: undefined,
    ...source,
    ...more,
  }
  const embedder = createEmbedder(
    config,
    {
      onBatch: batch => told.batches.push(batch),
      onError: failure => told.errors.push(failure),
      onTruncated: text => told.truncated.push(text),
    },
    { waitsMs: [1, 1], random: () => 0.5 },
  )
  return { embedder, told }
}

/** The error that something fails with. */
export async function failureOf(work: Promise<unknown>): Promise<EmbeddingError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof EmbeddingError) return error
  throw new Error('it did not fail with an EmbeddingError', { cause: error })
}

/** Holds that the vectors are those of the texts, as the servers of the tests have them, at length 1. */
export function expectVectorsOf(
  texts: readonly string[],
  vectors: readonly (Float32Array | undefined)[],
): void {
  expect(vectors).toHaveLength(texts.length)
  for (const [at, text] of texts.entries()) {
    const expected = unitVectorOf(text, vectors[at]?.length ?? 0)
    expect(expected).not.toEqual([])
    const apart = expected.map((value, of) => Math.abs(value - (vectors[at]?.[of] ?? Number.NaN)))
    expect(Math.max(...apart), `vector of ${JSON.stringify(text.slice(0, 40))}`).toBeLessThan(1e-5)
  }
}

/** How alike two vectors of length 1 are. */
export function similarity(a: Float32Array = NONE, b: Float32Array = NONE): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)
}

const NONE = new Float32Array()
