/** An index in memory that knows what it was told; it does not search. */
import type { EmbeddedChunk, IndexedDocument } from '../../src/search/document.ts'
import type { Generation, SearchIndex } from '../../src/search/index/search-index.ts'

interface Entry {
  readonly document: IndexedDocument
  readonly chunks: readonly EmbeddedChunk[]
}

export interface RecordingIndex extends SearchIndex {
  /** Texts by title of what there is of a user. @param generation default: the active one */
  texts(user: string, generation?: number): Record<string, string>
  /** Every put so far, as `alice note 1`. */
  readonly puts: string[]
  /** Thrown by the next puts. */
  failPut: ((document: IndexedDocument) => void) | undefined
}

/** An empty one. */
export function recordingIndex(): RecordingIndex {
  const generations: Generation[] = []
  const entries = new Map<number, Map<string, Map<string, Entry>>>()
  const keyOf = ({ type, id }: { type: string; id: string }) => `${type} ${id}`
  const ofUser = (generation: number, user: string) => entries.get(generation)?.get(user)
  const self: RecordingIndex = {
    puts: [],
    failPut: undefined,
    identity: async () => 'recorded',
    generations: async () => generations,
    async open(spec) {
      const known = generations.find(
        each =>
          each.model === spec.model &&
          each.dimension === spec.dimension &&
          each.chunker === spec.chunker,
      )
      if (known !== undefined) return known
      const id = 1 + Math.max(0, ...entries.keys())
      const made = { ...spec, id, active: generations.length === 0 }
      generations.push(made)
      entries.set(id, new Map())
      return made
    },
    async activate(generation) {
      const kept = generations.filter(({ id }) => id === generation)
      for (const { id } of generations) if (id !== generation) entries.delete(id)
      generations.splice(0, generations.length, ...kept.map(each => ({ ...each, active: true })))
    },
    async put(generation, user, document, chunks) {
      self.failPut?.(document)
      const users = entries.get(generation)
      if (users === undefined) throw new Error('no such generation')
      for (const { vector } of chunks) if (vector.length !== 4) throw new Error('wrong vector')
      if (!users.has(user)) users.set(user, new Map())
      self.puts.push(`${user} ${keyOf(document)}`)
      users.get(user)?.set(keyOf(document), { document, chunks })
    },
    async remove(user, documents) {
      let removed = 0
      for (const users of entries.values()) {
        for (const document of documents) if (users.get(user)?.delete(keyOf(document))) removed++
      }
      return removed
    },
    async forget(user) {
      for (const users of entries.values()) users.delete(user)
    },
    query: async () => ({ dense: [], sparse: [] }),
    async passages(generation, user, document, from, to) {
      const chunks = ofUser(generation, user)?.get(keyOf(document))?.chunks ?? []
      return chunks.slice(from, to + 1).map(embedded => {
        const { vector: _, ...chunk } = embedded
        return chunk
      })
    },
    async stats(user) {
      const active = generations.find(each => each.active)?.id ?? 0
      const all = [...(entries.get(active) ?? [])]
        .filter(([name]) => user === undefined || name === user)
        .flatMap(([, documents]) => [...documents.values()])
      const chunks = all.reduce((sum, entry) => sum + entry.chunks.length, 0)
      return { documents: all.length, chunks, documentsByType: {}, vectorBytes: chunks * 16 }
    },
    health: async () => undefined,
    close: async () => {},
    texts(user, generation = generations.find(each => each.active)?.id ?? 0) {
      const found = [...(ofUser(generation, user)?.values() ?? [])]
      return Object.fromEntries(
        found
          .map(({ document, chunks }) => [document.title, chunks.map(({ text }) => text).join('|')])
          .toSorted(),
      )
    },
  }
  return self
}
