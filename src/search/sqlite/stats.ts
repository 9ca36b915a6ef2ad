/** What there is in the generation that is searched. */
import type { DatabaseSync } from 'node:sqlite'
import type { IndexStats } from '../index/search-index.ts'
import { typeOf } from './passage-reader.ts'

const BYTES_OF_A_NUMBER = 4

/** @param user undefined: of everybody */
export function statsOf(db: DatabaseSync, user: string | undefined): IndexStats {
  const rows = db
    .prepare(
      `SELECT d.type, count(*) AS documents, sum(d.chunks) AS chunks,
         sum(d.chunks * g.dimension) AS numbers
       FROM index_generation g
       JOIN index_partition p ON p.generation = g.id AND p.user = coalesce(?, p.user)
       JOIN index_document d ON d.partition = p.id
       WHERE g.state = 'active' GROUP BY d.type ORDER BY d.type`,
    )
    .all(user ?? null)
  const total = (column: string) => rows.reduce((sum, row) => sum + Number(row[column]), 0)
  return {
    documents: total('documents'),
    chunks: total('chunks'),
    documentsByType: Object.fromEntries(
      rows.map(({ type, documents }) => [typeOf(type), Number(documents)]),
    ),
    vectorBytes: total('numbers') * BYTES_OF_A_NUMBER,
  }
}
