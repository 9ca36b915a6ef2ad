/** The index in SQLite, as the main thread sees it. */
import { isIndexError } from '../index/errors.ts'
import type { SearchIndex } from '../index/search-index.ts'
import type { SearchDatabase, SearchServices } from './client.ts'
import { packChunks } from './packed.ts'

/** {@link SearchIndex} on a search database, which {@link SearchIndex.close} closes. */
export function sqliteIndex(database: SearchDatabase<SearchServices>): SearchIndex {
  const writing = database.writing.index
  const reading = database.reading.index
  return {
    identity: reading.identity,
    generations: reading.generations,
    open: writing.open,
    activate: writing.activate,
    put: (generation, user, document, chunks) =>
      writing.put(generation, user, document, packChunks(chunks)),
    remove: writing.remove,
    forget: writing.forget,
    query: reading.query,
    passages: reading.passages,
    stats: reading.stats,
    async health() {
      try {
        await writing.check()
        await reading.generations()
        return undefined
      } catch (error) {
        if (isIndexError(error)) return error.message
        throw error
      }
    },
    close: database.close,
  }
}
