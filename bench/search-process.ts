/**
 * Fills an index of its own and searches it: `search-process.ts SPREAD CHUNKS USERS`. Prints what it
 * measured as JSON. A process of its own, so that memory is that of the index.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { getLoadablePath } from 'sqlite-vec'
import type { IndexHit, IndexHits, SearchIndex } from '../src/search/index/search-index.ts'
import { searchDatabase } from '../src/search/sqlite/client.ts'
import { sqliteIndex } from '../src/search/sqlite/index.ts'
import { residentMegabytes } from './processes.ts'
import { CHUNKS_OF_A_DOCUMENT, DIMENSION, type Spread, samples } from './search-data.ts'

/** What one process measured; times in milliseconds. */
export interface SearchMeasurement {
  readonly queryTimes: readonly number[]
  readonly chunksPerSecond: number
  /** Of the ten nearest. */
  readonly recall: number
  readonly megabytesAboveIdle: number
  readonly fileMegabytes: number
}

const QUERIES = 300
const WARMING = 30
const RECALL_QUERIES = 60
const NEAREST = 10
/** Passages that each search gives before they are fused. */
const CANDIDATES = 50
const EXCERPT = 300
/** The usual constant of reciprocal rank fusion. */
const RANK_OFFSET = 60

const [spread = 'clustered', chunks = '10000', users = '1'] = process.argv.slice(2)
const userCount = Number(users)
const { document, chunks: chunksOf, question, below } = samples(7, spread as Spread)
const folder = mkdtempSync(join(tmpdir(), 'search-bench-'))
const path = join(folder, 'search.db')
try {
  process.stdout.write(`${JSON.stringify(await measure())}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function measure(): Promise<SearchMeasurement> {
  const idle = memory()
  const index = sqliteIndex(searchDatabase({ path }))
  const { id } = await index.open({ model: 'bench', dimension: DIMENSION, chunker: 'bench' })
  const chunksPerSecond = await fill(index, id)
  const times: number[] = []
  let most = memory()
  for (let at = -WARMING; at < QUERIES; at++) {
    const asked = question(Math.abs(at))
    const began = performance.now()
    const hits = await index.query(userOf(below(userCount)), {
      generation: id,
      limit: CANDIDATES,
      ...asked,
    })
    const found = fuse(hits).map(excerptOf)
    if (at >= 0) times.push(performance.now() - began)
    if (found.length === 0) throw new Error('a question found nothing')
    most = Math.max(most, memory())
  }
  const megabytesAboveIdle = most - idle
  const recall = await recallOf(index, id)
  await index.close()
  const { statSync } = await import('node:fs')
  const fileMegabytes = statSync(path).size / 2 ** 20
  return { queryTimes: times, chunksPerSecond, recall, megabytesAboveIdle, fileMegabytes }
}

/** Puts documents as fast as they are taken; making them is not counted. */
async function fill(index: SearchIndex, generation: number): Promise<number> {
  const documents = Number(chunks) / CHUNKS_OF_A_DOCUMENT
  let spent = 0
  for (let at = 0; at < documents; at++) {
    const made = [document(at), chunksOf()] as const
    const began = performance.now()
    await index.put(generation, userOf(at % userCount), ...made)
    spent += performance.now() - began
  }
  return (Number(chunks) / spent) * 1_000
}

/** Reciprocal rank fusion of passages. */
function fuse({ dense, sparse }: IndexHits): IndexHit[] {
  const fused = new Map<string, { hit: IndexHit; score: number }>()
  for (const ranking of [dense, sparse]) {
    for (const [rank, hit] of ranking.entries()) {
      const name = `${hit.document.type} ${hit.document.id} ${hit.chunk.index}`
      const score = (fused.get(name)?.score ?? 0) + 1 / (RANK_OFFSET + rank + 1)
      fused.set(name, { hit, score })
    }
  }
  const ranked = [...fused.values()].toSorted((a, b) => b.score - a.score)
  return ranked.slice(0, NEAREST).map(({ hit }) => hit)
}

function excerptOf({ document: { title }, chunk: { text } }: IndexHit): string {
  return `${title}: ${text.slice(0, EXCERPT)}`
}

/** How many of the nearest are found, compared with measuring the distance to all of them. */
async function recallOf(index: SearchIndex, generation: number): Promise<number> {
  const db = new DatabaseSync(path, { readOnly: true, allowExtension: true })
  db.loadExtension(getLoadablePath())
  const partition = db.prepare('SELECT id FROM index_partition WHERE user = ?')
  let found = 0
  for (let at = 0; at < RECALL_QUERIES; at++) {
    const { vector } = question(0)
    const user = userOf(at % userCount)
    const exact = db
      .prepare(
        `SELECT d.key, v.id % 1048576 AS position
         FROM index_vector_${partition.get(user)?.id} v JOIN index_document d ON d.id = v.id >> 20
         ORDER BY vec_distance_cosine(v.vector, ?) LIMIT ${NEAREST}`,
      )
      .all(new Uint8Array(vector.buffer))
      .map(({ key, position }) => `${key} ${position}`)
    const query = { generation, vector, text: undefined, limit: CANDIDATES, filter: {} }
    const { dense } = await index.query(user, query)
    const nearest = dense.slice(0, NEAREST).map(hit => `${hit.document.id} ${hit.chunk.index}`)
    found += exact.filter(name => nearest.includes(name)).length
  }
  db.close()
  return found / (RECALL_QUERIES * NEAREST)
}

function userOf(number: number): string {
  return `user${number}`
}

function memory(): number {
  return residentMegabytes(process.pid) ?? Number.NaN
}
