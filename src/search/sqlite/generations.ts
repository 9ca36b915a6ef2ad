/** Generations and partitions: which there are, made and dropped. */
import type { DatabaseSync } from 'node:sqlite'
import { IndexError } from '../index/errors.ts'
import type { Generation, GenerationSpec } from '../index/search-index.ts'
import { WORDS_VERSION } from '../index/words.ts'
import { createPartitionTables, dropPartitionTables } from './partition.ts'

/** All generations that can be searched, the oldest first. */
export function listGenerations(db: DatabaseSync): Generation[] {
  const rows = db
    .prepare("SELECT * FROM index_generation WHERE state <> 'dropped' ORDER BY id")
    .all()
  return rows.map(row => ({
    id: Number(row.id),
    model: String(row.model),
    dimension: Number(row.dimension),
    chunker: String(row.chunker),
    active: row.state === 'active',
  }))
}

/** @throws IndexError `NO_GENERATION` */
export function generationOf(db: DatabaseSync, id: number): Generation {
  const found = listGenerations(db).find(generation => generation.id === id)
  if (found !== undefined) return found
  throw new IndexError('NO_GENERATION', `The index has no generation ${id}`, {
    fix: 'It was replaced by another one: ask for the generations anew.',
  })
}

/** The generation of this kind, made where there is none. */
export function openGeneration(db: DatabaseSync, spec: GenerationSpec): Generation {
  const known = listGenerations(db)
  const found = known.find(
    ({ model, dimension, chunker }) =>
      model === spec.model && dimension === spec.dimension && chunker === spec.chunker,
  )
  if (found !== undefined) return found
  const active = known.length === 0
  const { lastInsertRowid } = db
    .prepare('INSERT INTO index_generation (model, dimension, chunker, state) VALUES (?, ?, ?, ?)')
    .run(spec.model, spec.dimension, spec.chunker, active ? 'active' : 'building')
  const { model, dimension, chunker } = spec
  return { id: Number(lastInsertRowid), model, dimension, chunker, active }
}

/** Makes one generation the active one, and all others such that they go. */
export function activateGeneration(db: DatabaseSync, id: number): void {
  generationOf(db, id)
  db.prepare(
    "UPDATE index_generation SET state = CASE id WHEN ? THEN 'active' ELSE 'dropped' END",
  ).run(id)
}

/** Partitions that belong to no generation any more. */
export function droppedPartitions(db: DatabaseSync): number[] {
  const rows = db
    .prepare(
      `SELECT p.id FROM index_partition p JOIN index_generation g ON g.id = p.generation
       WHERE g.state = 'dropped' ORDER BY p.id`,
    )
    .all()
  return rows.map(({ id }) => Number(id))
}

/** Removes the generations of which nothing is left. */
export function clearGenerations(db: DatabaseSync): void {
  db.exec(
    `DELETE FROM index_generation
     WHERE state = 'dropped' AND id NOT IN (SELECT generation FROM index_partition)`,
  )
}

/** A user's partition in a generation. */
export function findPartition(
  db: DatabaseSync,
  generation: number,
  user: string,
): number | undefined {
  const row = db
    .prepare('SELECT id FROM index_partition WHERE generation = ? AND user = ?')
    .get(generation, user)
  return row && Number(row.id)
}

/** A user's partitions in all generations. */
export function partitionsOf(db: DatabaseSync, user: string): number[] {
  const rows = db.prepare('SELECT id FROM index_partition WHERE user = ? ORDER BY id').all(user)
  return rows.map(({ id }) => Number(id))
}

/** Makes a partition with its tables. */
export function createPartition(db: DatabaseSync, generation: number, user: string): number {
  const { lastInsertRowid } = db
    .prepare('INSERT INTO index_partition (generation, user, words) VALUES (?, ?, ?)')
    .run(generation, user, WORDS_VERSION)
  const partition = Number(lastInsertRowid)
  createPartitionTables(db, partition)
  return partition
}

/** Removes a partition with all that is in it. */
export function dropPartition(db: DatabaseSync, partition: number): void {
  dropPartitionTables(db, partition)
  db.prepare('DELETE FROM index_document WHERE partition = ?').run(partition)
  db.prepare('DELETE FROM index_partition WHERE id = ?').run(partition)
}
