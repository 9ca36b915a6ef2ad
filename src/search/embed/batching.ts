/** The embedder over any backend: batches, prefixes, retries, splitting, checked vectors. */
import { type Backend, OverLimitError } from './backend.ts'
import { batchesOf, inParallel } from './batches.ts'
import {
  type Embedder,
  EmbeddingError,
  type EmbeddingHooks,
  type EmbedOptions,
  sentence,
} from './embedder.ts'
import type { Prefixes } from './prefixes.ts'
import { PATIENCE, type Patience, withRetries } from './retry.ts'
import { isBlank, truncated } from './text.ts'
import { unitVector } from './vectors.ts'

/** Part of a text that is kept when it was refused for its length. */
const KEPT_PART = 0.7
/** A model that refuses this is refusing something else. */
const SHORTEST_TEXT = 64
const PROBE = 'What is the weather like today?'

/** What an embedder is made of. */
export interface EmbedderParts {
  /** See {@link Embedder.model}. */
  readonly model: string
  readonly backend: Backend
  readonly prefixes: Prefixes
  /** Length that vectors were asked in. */
  readonly dimension: number | undefined
  readonly hooks: EmbeddingHooks
  readonly patience?: Patience
}

/** Makes an embedder of one backend; there is no other that it could turn to. */
export function createBatchingEmbedder(parts: EmbedderParts): Embedder {
  const { model, backend, prefixes, hooks, patience = PATIENCE } = parts
  const { tier, limits } = backend
  let dimension = parts.dimension ?? backend.dimension
  // Shrinks to what the server is found to take.
  let mostTexts = limits.texts

  /** One request with its retries. */
  async function request(texts: readonly string[], options: EmbedOptions): Promise<Float32Array[]> {
    const began = performance.now()
    const prefix = prefixes[options.kind]
    const sent = texts.map(text => prefix + text.toWellFormed())
    const vectors = await withRetries(
      async () => checked(await backend.vectors(sent, options), texts.length),
      (error, retried) => {
        // A refusal for size is answered by asking otherwise; it is a failure only in the end.
        if (!(error instanceof OverLimitError)) hooks.onError?.({ tier, code: error.code, retried })
      },
      options.signal,
      patience,
    )
    const characters = sent.reduce((sum, text) => sum + text.length, 0)
    hooks.onBatch?.({ tier, texts: texts.length, characters, ms: performance.now() - began })
    return vectors
  }

  function checked(answer: readonly ArrayLike<number>[], count: number): Float32Array[] {
    if (answer.length !== count) {
      throw new EmbeddingError('BAD_ANSWER', `${answer.length} vectors came for ${count} texts`)
    }
    return answer.map(values => {
      const vector = unitVector(values)
      dimension ??= vector.length
      if (vector.length !== dimension) throw wrongDimension(vector.length, dimension)
      return vector
    })
  }

  function wrongDimension(found: number, expected: number): EmbeddingError {
    const asked = parts.dimension !== undefined
    return new EmbeddingError(
      'WRONG_DIMENSION',
      `The model gives vectors of ${found} numbers, not of ${expected}`,
      {
        hint: asked
          ? 'It cannot shorten them; remove EMBEDDING_DIMENSIONS.'
          : 'Another model has taken its name; restart this server, which then indexes everything again.',
      },
    )
  }

  /** A batch, in smaller parts where it is refused for its size. */
  async function embedBatch(
    texts: readonly string[],
    options: EmbedOptions,
  ): Promise<Float32Array[]> {
    try {
      return await request(texts, options)
    } catch (error) {
      if (!(error instanceof OverLimitError)) throw error
      const half = Math.ceil(texts.length / 2)
      if (texts.length > 1) {
        if (error.tooMuch === 'texts') mostTexts = Math.min(mostTexts, half)
        const first = await embedBatch(texts.slice(0, half), options)
        return [...first, ...(await embedBatch(texts.slice(half), options))]
      }
      const [text = ''] = texts
      return [await embedBeginning(text, options, error)]
    }
  }

  /** The vector of as much of a text as is accepted. */
  async function embedBeginning(
    text: string,
    options: EmbedOptions,
    refusal: OverLimitError,
  ): Promise<Float32Array> {
    let shorter = text.trim()
    let last = refusal
    while (shorter.length > SHORTEST_TEXT) {
      shorter = truncated(shorter, Math.floor(shorter.length * KEPT_PART)).trimEnd()
      try {
        const [vector] = await request([shorter], options)
        hooks.onTruncated?.({ tier, characters: text.length, kept: shorter.length })
        if (vector !== undefined) return vector
      } catch (error) {
        if (!(error instanceof OverLimitError)) throw error
        last = error
      }
    }
    hooks.onError?.({ tier, code: last.code, retried: false })
    throw last
  }

  const embed: Embedder['embed'] = async (texts, { kind, signal }) => {
    signal?.throwIfAborted()
    const blank = texts.findIndex(isBlank)
    if (blank >= 0) {
      throw new EmbeddingError('REFUSED', `Text ${blank + 1} of ${texts.length} is empty`, {
        hint: 'Leave out what has no words.',
      })
    }
    const batches = batchesOf(texts, { texts: mostTexts, characters: limits.characters })
    const answers = await inParallel(batches, limits.parallel, signal, (batch, stop) =>
      embedBatch(batch, { kind, signal: stop }),
    )
    return answers.flat()
  }

  const probe = (signal: AbortSignal | undefined) => embed([PROBE], { kind: 'query', signal })

  return {
    model,
    embed,
    async dimension(signal) {
      if (dimension !== undefined) return dimension
      const [vector] = await probe(signal)
      return vector?.length ?? 0
    },
    async health(signal) {
      try {
        await backend.check(signal)
        await probe(signal)
        return undefined
      } catch (error) {
        if (error instanceof EmbeddingError) return sentence(error)
        throw error
      }
    },
    close: () => backend.close(),
  }
}
