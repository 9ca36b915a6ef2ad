/** The index on the thread that writes. */
import type { DatabaseSync } from 'node:sqlite'
import { LRUCache } from 'lru-cache'
import type { DocumentKey, IndexedDocument } from '../document.ts'
import { checkChunks, checkSpec } from '../index/checks.ts'
import { comparablePath } from '../index/path.ts'
import type { Generation, GenerationSpec } from '../index/search-index.ts'
import { write } from './database.ts'
import {
  activateGeneration,
  clearGenerations,
  createPartition,
  dropPartition,
  droppedPartitions,
  findPartition,
  generationOf,
  openGeneration,
  partitionsOf,
} from './generations.ts'
import { type PackedChunks, unpackChunks } from './packed.ts'
import { type PassageWriter, passageWriter, renewWords } from './partition.ts'

/** Partitions whose statements are kept prepared. */
const PREPARED_PARTITIONS = 32

/** The service; each function is one transaction, save where it says otherwise. */
export function indexWriter(db: DatabaseSync) {
  const writers = new LRUCache<number, PassageWriter>({ max: PREPARED_PARTITIONS })
  /** Within a transaction. */
  const writerOf = (partition: number): PassageWriter => {
    const known = writers.get(partition)
    if (known !== undefined) return known
    renewWords(db, partition)
    const fresh = passageWriter(db, partition)
    writers.set(partition, fresh)
    return fresh
  }
  const documents = documentRows(db)

  function removeDocument(partition: number, key: DocumentKey): boolean {
    const stored = documents.find(partition, key)
    if (stored === undefined) return false
    writerOf(partition).remove(stored.id, stored.title)
    documents.delete(stored.id)
    return true
  }

  /** In a transaction for each: each may be large, and what is left goes the next time. */
  function dropAll(partitions: readonly number[]): void {
    for (const partition of partitions) {
      writers.delete(partition)
      write(db, () => dropPartition(db, partition))
    }
    // What was overwritten is still in the journal; another process that reads may keep it there.
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  }

  function clearDropped(): void {
    const partitions = droppedPartitions(db)
    if (partitions.length > 0) dropAll(partitions)
    write(db, () => clearGenerations(db))
  }

  return {
    /** Whether writing is possible at all; changes nothing. */
    check: (): void => write(db, () => {}),

    open(spec: GenerationSpec): Generation {
      checkSpec(spec)
      return write(db, () => openGeneration(db, spec))
    },

    /** Several transactions: what is to go has gone from sight with the first. */
    activate(generation: number): void {
      write(db, () => activateGeneration(db, generation))
      clearDropped()
    },

    put(generation: number, user: string, document: IndexedDocument, packed: PackedChunks): void {
      const chunks = unpackChunks(packed)
      write(db, () => {
        checkChunks(chunks, generationOf(db, generation).dimension)
        const partition =
          findPartition(db, generation, user) ?? createPartition(db, generation, user)
        const stored = documents.find(partition, document)
        const writer = writerOf(partition)
        if (stored !== undefined) writer.remove(stored.id, stored.title)
        const id = documents.put(partition, document, chunks.length)
        writer.insert(id, document.title, chunks)
      })
    },

    remove(user: string, keys: readonly DocumentKey[]): number {
      return write(db, () => {
        const partitions = partitionsOf(db, user)
        const removed = keys.filter(
          key => partitions.filter(partition => removeDocument(partition, key)).length > 0,
        )
        return removed.length
      })
    },

    /** A transaction for each generation. */
    forget(user: string): void {
      dropAll(partitionsOf(db, user))
    },
  }
}

interface StoredDocument {
  readonly id: number
  readonly title: string
}

function documentRows(db: DatabaseSync) {
  const find = db.prepare(
    'SELECT id, title FROM index_document WHERE partition = ? AND type = ? AND key = ?',
  )
  const put = db.prepare(
    `INSERT INTO index_document (partition, type, key, ref, title, category, path, folded_path, url,
       modified_at, page_count, chunks)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (partition, type, key) DO UPDATE SET ref = excluded.ref, title = excluded.title,
       category = excluded.category, path = excluded.path, folded_path = excluded.folded_path,
       url = excluded.url, modified_at = excluded.modified_at, page_count = excluded.page_count,
       chunks = excluded.chunks
     RETURNING id`,
  )
  const remove = db.prepare('DELETE FROM index_document WHERE id = ?')
  return {
    find(partition: number, { type, id }: DocumentKey): StoredDocument | undefined {
      const row = find.get(partition, type, id)
      return row && { id: Number(row.id), title: String(row.title) }
    },
    /** Keeps the number of a document that is there, and so its place among equals. */
    put(partition: number, document: IndexedDocument, chunks: number): number {
      const row = put.get(
        partition,
        document.type,
        document.id,
        document.ref ?? null,
        document.title,
        document.category,
        document.path ?? null,
        document.path === undefined ? null : comparablePath(document.path),
        document.url ?? null,
        document.modifiedAt ?? null,
        document.pageCount ?? null,
        chunks,
      )
      return Number(row?.id)
    },
    delete(id: number): void {
      remove.run(id)
    },
  }
}
