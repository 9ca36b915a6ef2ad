/** A search index in memory: exact, slow, and without anything that a test does not need. */
import type {
  Chunk,
  DocumentKey,
  EmbeddedChunk,
  IndexedDocument,
} from '../../src/search/document.ts'
import type {
  Generation,
  IndexHit,
  SearchFilter,
  SearchIndex,
} from '../../src/search/index/search-index.ts'

interface Stored {
  generation: number
  user: string
  document: IndexedDocument
  chunks: readonly EmbeddedChunk[]
}

/** An index with nothing in it. */
export function memoryIndex(): SearchIndex {
  let generations: Generation[] = []
  let stored: Stored[] = []
  let made = 0
  const isThat = (user: string, key: DocumentKey) => (entry: Stored) =>
    entry.user === user && entry.document.type === key.type && entry.document.id === key.id
  const hitsOf = (
    entries: readonly Stored[],
    limit: number,
    scoreOf: (chunk: EmbeddedChunk) => number | undefined,
  ): IndexHit[] =>
    entries
      .flatMap(({ document, chunks }) =>
        chunks.flatMap(({ vector, ...chunk }): IndexHit[] => {
          const score = scoreOf({ ...chunk, vector })
          return score === undefined ? [] : [{ document, chunk, chunkCount: chunks.length, score }]
        }),
      )
      .toSorted((one, other) => other.score - one.score)
      .slice(0, limit)
  return {
    identity: async () => 'memory',
    generations: async () => generations,
    async open(spec) {
      const same = (other: Generation) =>
        other.model === spec.model &&
        other.dimension === spec.dimension &&
        other.chunker === spec.chunker
      const found = generations.find(same)
      if (found !== undefined) return found
      const generation = { ...spec, id: ++made, active: generations.length === 0 }
      generations.push(generation)
      return generation
    },
    async activate(id) {
      generations = generations
        .filter(generation => generation.id === id)
        .map(generation => ({ ...generation, active: true }))
      stored = stored.filter(({ generation }) => generation === id)
    },
    async put(generation, user, document, chunks) {
      const isIt = isThat(user, document)
      stored = stored.filter(entry => entry.generation !== generation || !isIt(entry))
      stored.push({ generation, user, document, chunks })
    },
    async remove(user, documents) {
      const before = new Set(stored.map(({ document }) => document))
      stored = stored.filter(entry => !documents.some(key => isThat(user, key)(entry)))
      return before.size - new Set(stored.map(({ document }) => document)).size
    },
    async forget(user) {
      stored = stored.filter(entry => entry.user !== user)
    },
    async query(user, { generation, vector, text, limit, filter }) {
      const entries = stored.filter(
        entry =>
          entry.user === user && entry.generation === generation && counts(entry.document, filter),
      )
      const words = wordsOf(text ?? '')
      return {
        dense: vector ? hitsOf(entries, limit, chunk => dot(vector, chunk.vector)) : [],
        sparse: hitsOf(entries, limit, chunk => weightOf(words, chunk)),
      }
    },
    async passages(generation, user, key, from, to) {
      const isIt = isThat(user, key)
      const found = stored.find(entry => entry.generation === generation && isIt(entry))
      return (found?.chunks ?? [])
        .filter(({ index }) => index >= from && index <= to)
        .map(
          ({ index, text, start, end, page, pageEnd }): Chunk => ({
            index,
            text,
            start,
            end,
            page,
            pageEnd,
          }),
        )
    },
    async stats(user) {
      const entries = stored.filter(entry => user === undefined || entry.user === user)
      const chunks = entries.reduce((sum, entry) => sum + entry.chunks.length, 0)
      return { documents: entries.length, chunks, documentsByType: {}, vectorBytes: 0 }
    },
    health: async () => undefined,
    close: async () => {},
  }
}

function counts({ type, modifiedAt, path }: IndexedDocument, filter: SearchFilter): boolean {
  const { types, modifiedAfter, modifiedBefore, pathPrefixes } = filter
  if (types !== undefined && !types.includes(type)) return false
  if (modifiedAfter !== undefined && !((modifiedAt ?? Number.NaN) >= modifiedAfter)) return false
  if (modifiedBefore !== undefined && !((modifiedAt ?? Number.NaN) <= modifiedBefore)) return false
  return (
    pathPrefixes === undefined ||
    pathPrefixes.some(folder => path === folder || path?.startsWith(`${folder}/`))
  )
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}

function weightOf(words: readonly string[], { text }: EmbeddedChunk): number | undefined {
  const there = wordsOf(text)
  const count = there.filter(word => words.includes(word)).length
  return count === 0 ? undefined : (10 * count) / there.length
}

function dot(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0)
}
