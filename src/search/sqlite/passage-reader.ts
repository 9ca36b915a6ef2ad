/** Passages of one partition, with the documents they are of. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { type Chunk, DOCUMENT_TYPES, type DocumentKey, type DocumentType } from '../document.ts'
import { MAX_CHUNKS } from '../index/checks.ts'
import type { IndexHit } from '../index/search-index.ts'
import { POSITION_BITS, passageRange, tablesOf } from './partition.ts'

/** Reads passages by number or by document. */
export interface PassageReader {
  passage(id: number): Omit<IndexHit, 'score'>
  /** Those from one position to another, inclusive, as far as there are any. */
  between(document: DocumentKey, from: number, to: number): Chunk[]
}

/** A reader with its statements prepared. */
export function passageReader(db: DatabaseSync, partition: number): PassageReader {
  const { chunk } = tablesOf(partition)
  const one = db.prepare(
    `SELECT c.text, c.start, c."end", c.page, c.page_end, d.type, d.key, d.ref, d.title, d.category,
       d.path, d.url, d.modified_at, d.page_count, d.chunks
     FROM ${chunk} c JOIN index_document d ON d.id = c.id >> ${POSITION_BITS}
     WHERE c.id = ?`,
  )
  const several = db.prepare(`SELECT * FROM ${chunk} WHERE id BETWEEN ? AND ? ORDER BY id`)
  const numberOf = db.prepare(
    'SELECT id FROM index_document WHERE partition = ? AND type = ? AND key = ?',
  )
  return {
    passage(id) {
      const row = one.get(id)
      // What is searched and what is read here is written together.
      if (row === undefined) throw new Error(`The index of partition ${partition} lacks a passage`)
      return {
        document: {
          type: typeOf(row.type),
          id: String(row.key),
          ref: text(row.ref),
          title: String(row.title),
          category: String(row.category),
          path: text(row.path),
          url: text(row.url),
          modifiedAt: integer(row.modified_at),
          pageCount: integer(row.page_count),
        },
        chunk: chunkOf(id, row),
        chunkCount: Number(row.chunks),
      }
    },
    between({ type, id }, from, to) {
      const row = numberOf.get(partition, type, id)
      if (row === undefined) return []
      const last = Math.min(to, MAX_CHUNKS - 1)
      const range = passageRange(Number(row.id), Math.max(from, 0), last)
      return several.all(...range).map(found => chunkOf(Number(found.id), found))
    },
  }
}

type Row = Record<string, SQLOutputValue>

function chunkOf(id: number, row: Row): Chunk {
  return {
    index: id % MAX_CHUNKS,
    text: String(row.text),
    start: Number(row.start),
    end: Number(row.end),
    page: integer(row.page),
    pageEnd: integer(row.page_end),
  }
}

/** The type that a row names. */
export function typeOf(value: SQLOutputValue | undefined): DocumentType {
  const type = DOCUMENT_TYPES.find(known => known === value)
  if (type === undefined) throw new Error(`The index holds a document of the type ${value}`)
  return type
}

function text(value: SQLOutputValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function integer(value: SQLOutputValue | undefined): number | undefined {
  return value === null || value === undefined ? undefined : Number(value)
}
