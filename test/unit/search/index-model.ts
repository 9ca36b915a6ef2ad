/** An index so simple that it is right: what others are compared with. */
import type { DocumentKey, EmbeddedChunk, IndexedDocument } from '../../../src/search/document.ts'
import { comparablePath } from '../../../src/search/index/path.ts'
import type { SearchFilter } from '../../../src/search/index/search-index.ts'
import { wordsOf } from '../../../src/search/index/words.ts'

/** A passage that matched, named. */
export interface ModelHit {
  readonly name: string
  readonly score: number
}

interface Stored {
  readonly document: IndexedDocument
  readonly chunks: readonly EmbeddedChunk[]
}

/** Names a passage. */
export const nameOf = ({ type, id }: DocumentKey, index: number) => `${type} ${id} ${index}`

/** One generation. Documents keep the place in which they first came. */
export function createModel() {
  const users = new Map<string, Map<string, Stored>>()
  const of = (user: string) => users.get(user) ?? new Map<string, Stored>()
  const keyOf = ({ type, id }: DocumentKey) => `${type} ${id}`
  const passages = (user: string, filter: SearchFilter = {}) =>
    [...of(user).values()]
      .filter(({ document }) => counts(document, filter))
      .flatMap(({ document, chunks }) => chunks.map(chunk => ({ document, chunk })))

  return {
    put(user: string, document: IndexedDocument, chunks: readonly EmbeddedChunk[]): void {
      users.set(user, of(user).set(keyOf(document), { document, chunks }))
    },
    remove(user: string, keys: readonly DocumentKey[]): number {
      return keys.filter(key => of(user).delete(keyOf(key))).length
    },
    forget(user: string): void {
      users.delete(user)
    },
    /** All passages by cosine similarity, the best first. */
    dense(user: string, vector: Float32Array, filter: SearchFilter): ModelHit[] {
      const scored = passages(user, filter).map(({ document, chunk }) => ({
        name: nameOf(document, chunk.index),
        score: dot(chunk.vector, vector),
      }))
      return scored.toSorted((a, b) => b.score - a.score)
    },
    /** All passages with any of the words by BM25 as FTS5 defines it, the best first. */
    sparse(user: string, words: readonly string[], filter: SearchFilter): ModelHit[] {
      const rows = passages(user).map(({ document, chunk }) => ({
        document,
        name: nameOf(document, chunk.index),
        title: chunk.index === 0 ? wordsOf(document.title) : [],
        text: wordsOf(chunk.text),
      }))
      const lengths = rows.map(({ title, text }) => title.length + text.length)
      const average = lengths.reduce((sum, length) => sum + length, 0) / rows.length
      const score = ({ title, text }: (typeof rows)[number]): number => {
        const parts = [...new Set(words)].map(word => {
          const among = rows.filter(row => row.title.includes(word) || row.text.includes(word))
          const rarity = Math.log((rows.length - among.length + 0.5) / (among.length + 0.5))
          const often = 5 * occurrences(title, word) + occurrences(text, word)
          const length = (title.length + text.length) / average
          const weight = (often * 2.2) / (often + 1.2 * (0.25 + 0.75 * length))
          return (rarity <= 0 ? 1e-6 : rarity) * weight
        })
        return parts.reduce((sum, part) => sum + part, 0)
      }
      return rows
        .filter(({ title, text }) =>
          words.some(word => title.includes(word) || text.includes(word)),
        )
        .filter(({ document }) => counts(document, filter))
        .map(row => ({ name: row.name, score: score(row) }))
        .toSorted((a, b) => b.score - a.score)
    },
    documents: (user: string) => [...of(user).values()],
  }
}

function counts(document: IndexedDocument, filter: SearchFilter): boolean {
  const { types, modifiedAfter, modifiedBefore, pathPrefixes } = filter
  const { type, modifiedAt, path } = document
  const isBelow = (folder: string) =>
    path !== undefined && `${comparablePath(path)}/`.startsWith(`${comparablePath(folder)}/`)
  return (
    (types === undefined || types.includes(type)) &&
    (modifiedAfter === undefined || (modifiedAt !== undefined && modifiedAt >= modifiedAfter)) &&
    (modifiedBefore === undefined || (modifiedAt !== undefined && modifiedAt <= modifiedBefore)) &&
    (pathPrefixes === undefined || pathPrefixes.some(isBelow))
  )
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)
}

function occurrences(words: readonly string[], wanted: string): number {
  return words.filter(word => word === wanted).length
}
