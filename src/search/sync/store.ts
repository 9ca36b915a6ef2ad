/** Embeds documents together and puts each into the index once it is whole. */
import type { EmbeddedChunk } from '../document.ts'
import { EmbeddingError } from '../embed/embedder.ts'
import type { SyncContext } from './context.ts'
import { type Failure, failureToEmbed } from './failures.ts'
import { type Prepared, textToEmbed } from './prepare.ts'

/** Passages that are embedded in one call, and how much text at most. */
const MOST_PASSAGES = 64
const MOST_CHARACTERS = 64_000

/** What came of one document. */
export type Stored =
  | { readonly kind: 'stored'; readonly chunks: number }
  | { readonly kind: 'failed'; readonly failure: Failure }

type Report = (document: Prepared, stored: Stored) => Promise<void>

/**
 * Embeds and stores.
 * @param report told of each document, in any order; of none of the rest when everybody must wait
 * @returns the failure for which everybody must wait
 */
export async function storeAll(
  context: SyncContext,
  generation: number,
  documents: readonly Prepared[],
  report: Report,
): Promise<Failure | undefined> {
  const vectors = new Map<Prepared, Float32Array[]>(documents.map(each => [each, []]))
  for (const slice of slicesOf(documents)) {
    context.signal.throwIfAborted()
    await context.calm()
    let made: readonly Float32Array[]
    try {
      made = await vectorsOf(context, slice)
    } catch (error) {
      const rest = documents.filter(document => vectors.has(document))
      return afterFailure(context, generation, rest, error, report)
    }
    for (const [at, { of }] of slice.entries()) vectors.get(of)?.push(...made.slice(at, at + 1))
    for (const document of new Set(slice.map(({ of }) => of))) {
      const all = vectors.get(document) ?? []
      if (all.length < document.passages.length) continue
      vectors.delete(document)
      await report(document, await put(context, generation, document, all))
    }
  }
  return undefined
}

async function vectorsOf(
  { embedder, signal }: SyncContext,
  slice: readonly Place[],
): Promise<readonly Float32Array[]> {
  const texts = slice.map(({ of, at }) => textOf(of, at))
  const vectors = await embedder.embed(texts, { kind: 'passage', signal })
  if (vectors.length === texts.length) return vectors
  throw new EmbeddingError('BAD_ANSWER', `${texts.length} texts gave ${vectors.length} vectors`)
}

/** Finds out whose fault it was, if need be by trying each document alone. */
async function afterFailure(
  context: SyncContext,
  generation: number,
  rest: readonly Prepared[],
  error: unknown,
  report: Report,
): Promise<Failure | undefined> {
  if (context.signal.aborted) throw error
  const failure = failureToEmbed(error, rest.length === 1)
  if (failure === 'one-by-one') {
    for (const document of rest) {
      const stop = await storeAll(context, generation, [document], report)
      if (stop !== undefined) return stop
    }
    return undefined
  }
  if (failure.whose === 'service') {
    context.hooks.onTrouble?.('making vectors', error)
    return failure
  }
  for (const document of rest) await report(document, { kind: 'failed', failure })
  return undefined
}

async function put(
  context: SyncContext,
  generation: number,
  { job, document, passages }: Prepared,
  vectors: readonly Float32Array[],
): Promise<Stored> {
  const chunks = passages.flatMap((passage, at): EmbeddedChunk[] => {
    const vector = vectors[at]
    const { index, text, start, end, page, pageEnd } = passage
    return vector === undefined ? [] : [{ index, text, start, end, page, pageEnd, vector }]
  })
  try {
    await context.index.put(generation, job.user, document, chunks)
    return { kind: 'stored', chunks: chunks.length }
  } catch (error) {
    context.hooks.onTrouble?.('storing in the index', error)
    const reason = {
      code: 'INDEX_FAILED',
      message: 'The index did not take it; the log tells more',
    }
    return {
      kind: 'failed',
      failure: { whose: 'document', reason, permanent: false, name: undefined },
    }
  }
}

interface Place {
  readonly of: Prepared
  readonly at: number
}

/** Passages of all documents in order, in parts that are bounded by number and by characters. */
function* slicesOf(documents: readonly Prepared[]): Generator<Place[]> {
  let slice: Place[] = []
  let characters = 0
  for (const of of documents) {
    for (const [at, { text }] of of.passages.entries()) {
      if (slice.length >= MOST_PASSAGES || characters + text.length > MOST_CHARACTERS) {
        if (slice.length > 0) yield slice
        ;[slice, characters] = [[], 0]
      }
      slice.push({ of, at })
      characters += text.length
    }
  }
  if (slice.length > 0) yield slice
}

function textOf(of: Prepared, at: number): string {
  const passage = of.passages[at]
  return passage === undefined ? '' : textToEmbed(of.document, passage)
}
