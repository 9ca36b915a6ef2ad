/**
 * The tables of one partition: passages, vectors, bit codes and words of one user in one generation.
 *
 * They are tables of their own, so that a search reads nothing of anybody else's, a word is as rare
 * as it is for this user, and forgetting somebody drops whole tables. Vectors are in an ordinary
 * table and compared by sqlite-vec's functions: that is as fast as its virtual table (7.4 ms for
 * 10,000 of 384 dimensions against 5.9), and filters by whatever else is known of a document.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { EmbeddedChunk } from '../document.ts'
import { MAX_CHUNKS } from '../index/checks.ts'
import { WORDS_VERSION, wordsOf } from '../index/words.ts'
import { bitCodeOf, bytesOf } from './codes.ts'

/** A passage's number: its document's, then its position. The order of the numbers is theirs. */
export const POSITION_BITS = Math.log2(MAX_CHUNKS)

/** The numbers of a document's passages, or of some of them: both inclusive. */
export function passageRange(document: number, from = 0, to = MAX_CHUNKS - 1): [number, number] {
  const first = document * MAX_CHUNKS
  return [first + from, first + to]
}

/** Names of the tables of a partition. */
export function tablesOf(partition: number) {
  return {
    chunk: `index_chunk_${partition}`,
    vector: `index_vector_${partition}`,
    code: `index_code_${partition}`,
    words: `index_words_${partition}`,
  }
}

/** Creates the tables of a partition. */
export function createPartitionTables(db: DatabaseSync, partition: number): void {
  const { chunk, vector, code, words } = tablesOf(partition)
  db.exec(`
    CREATE TABLE ${chunk} (
      id INTEGER PRIMARY KEY,
      text TEXT NOT NULL,
      start INTEGER NOT NULL,
      "end" INTEGER NOT NULL,
      page INTEGER,
      page_end INTEGER
    ) STRICT;
    CREATE TABLE ${vector} (id INTEGER PRIMARY KEY, vector BLOB NOT NULL) STRICT;
    CREATE TABLE ${code} (id INTEGER PRIMARY KEY, code BLOB NOT NULL) STRICT;
  `)
  createWordsTable(db, words)
}

/**
 * Words come folded and separated by spaces; the text itself is kept once, with the passage. What is
 * deleted is told to FTS5, which keeps no text here; with `contentless_delete` it would go on counting
 * the passage, and rank by that. Its `secure-delete` makes replacing seven times slower and is left out.
 */
function createWordsTable(db: DatabaseSync, words: string): void {
  db.exec(`
    CREATE VIRTUAL TABLE ${words} USING fts5(title, text, content = '', tokenize = 'ascii');
  `)
}

/**
 * Makes the words anew where another version of Node made others of the same texts: FTS5 is told what
 * it has to forget, and would be told wrongly.
 */
export function renewWords(db: DatabaseSync, partition: number): void {
  const stored = db.prepare('SELECT words FROM index_partition WHERE id = ?').get(partition)
  if (stored?.words === WORDS_VERSION) return
  const { chunk, words } = tablesOf(partition)
  db.exec(`DROP TABLE ${words}`)
  createWordsTable(db, words)
  const insert = db.prepare(`INSERT INTO ${words} (rowid, title, text) VALUES (?, ?, ?)`)
  const passages = db.prepare(
    `SELECT c.id, d.title, c.text FROM ${chunk} c JOIN index_document d
     ON d.id = c.id >> ${POSITION_BITS} ORDER BY c.id`,
  )
  for (const row of passages.iterate()) {
    const id = Number(row.id)
    insert.run(BigInt(id), ...wordColumns(id, String(row.title), String(row.text)))
  }
  db.prepare('UPDATE index_partition SET words = ? WHERE id = ?').run(WORDS_VERSION, partition)
}

/** Drops them; the pages are overwritten, as secure_delete is on. */
export function dropPartitionTables(db: DatabaseSync, partition: number): void {
  for (const table of Object.values(tablesOf(partition))) db.exec(`DROP TABLE IF EXISTS ${table}`)
}

/** Stores and removes passages of one partition. */
export interface PassageWriter {
  insert(document: number, title: string, chunks: readonly EmbeddedChunk[]): void
  /** @param title that the document had when its passages were inserted */
  remove(document: number, title: string): void
}

/** A writer with its statements prepared. */
export function passageWriter(db: DatabaseSync, partition: number): PassageWriter {
  const { chunk, vector, code, words } = tablesOf(partition)
  const insertChunk = db.prepare(`INSERT INTO ${chunk} VALUES (?, ?, ?, ?, ?, ?)`)
  const insertVector = db.prepare(`INSERT INTO ${vector} VALUES (?, ?)`)
  const insertCode = db.prepare(`INSERT INTO ${code} VALUES (?, ?)`)
  const insertWords = db.prepare(`INSERT INTO ${words} (rowid, title, text) VALUES (?, ?, ?)`)
  const deleteWords = db.prepare(
    `INSERT INTO ${words} (${words}, rowid, title, text) VALUES ('delete', ?, ?, ?)`,
  )
  const storedTexts = db.prepare(
    `SELECT id, text FROM ${chunk} WHERE id BETWEEN ? AND ? ORDER BY id`,
  )
  const deleteRanges: StatementSync[] = [chunk, vector, code].map(table =>
    db.prepare(`DELETE FROM ${table} WHERE id BETWEEN ? AND ?`),
  )
  return {
    insert(document, title, chunks) {
      for (const { index, text, start, end, page, pageEnd, vector } of chunks) {
        const [id] = passageRange(document, index)
        insertChunk.run(id, text, start, end, page ?? null, pageEnd ?? null)
        insertVector.run(id, bytesOf(vector))
        insertCode.run(id, bitCodeOf(vector))
        insertWords.run(BigInt(id), ...wordColumns(id, title, text))
      }
    },
    remove(document, title) {
      const range = passageRange(document)
      for (const row of storedTexts.all(...range)) {
        const id = Number(row.id)
        deleteWords.run(BigInt(id), ...wordColumns(id, title, String(row.text)))
      }
      for (const statement of deleteRanges) statement.run(...range)
    },
  }
}

/** The title with the first passage alone: a long document does not push out others by its title. */
function wordColumns(id: number, title: string, text: string): [string, string] {
  const titleWords = id % MAX_CHUNKS === 0 ? wordsOf(title) : []
  return [titleWords.join(' '), wordsOf(text).join(' ')]
}
