/**
 * Fills an index of its own and searches it: `search-process.ts SPREAD CHUNKS USERS`. Prints what it
 * measured as JSON. A process of its own, so that memory is that of the index.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { getLoadablePath } from 'sqlite-vec'
import type { Session } from '../src/nextcloud/session.ts'
import { DOCUMENT_TYPES } from '../src/search/document.ts'
import type { SearchIndex } from '../src/search/index/search-index.ts'
import { PLAIN_SEARCH } from '../src/search/query/request.ts'
import { createSearch, type Search } from '../src/search/query/search.ts'
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
/** Passages that a query of recall gives. */
const CANDIDATES = 50

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
  let asking: Float32Array = new Float32Array(DIMENSION)
  const search = searchOn(index, () => asking)
  let most = memory()
  for (let at = -WARMING; at < QUERIES; at++) {
    const asked = question(Math.abs(at))
    const began = performance.now()
    const user = userOf(below(userCount))
    asking = asked.vector
    const { types, modifiedAfter, pathPrefixes = [] } = asked.filter
    const { rows } = await search(
      { user, session: sessionOf(user), granted: undefined },
      { ...PLAIN_SEARCH, query: asked.text, types, modifiedAfter, pathPrefixes },
    )
    if (at >= 0) times.push(performance.now() - began)
    if (rows.length === 0) throw new Error('a question found nothing')
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

/** Searching as the tools do, with a Nextcloud that lets everything be read and takes no time. */
function searchOn(index: SearchIndex, vectorOf: () => Float32Array): Search {
  const unused = () => Promise.reject(new Error('a search asks for nothing of the kind'))
  return createSearch({
    index,
    embedder: { model: 'bench', embed: async () => [vectorOf()] },
    sources: DOCUMENT_TYPES.map(type => ({
      type,
      title: type,
      scope: 'semantic:read',
      list: unused,
      read: unused,
      verify: async (_, documents) =>
        new Map(documents.map(({ id }) => [id, { state: 'readable' }])),
    })),
    status: { status: unused },
  })
}

function sessionOf(user: string): Session {
  const unused = () => Promise.reject(new Error('a search makes no requests of its own'))
  const session: Session = {
    baseUrl: 'https://cloud.example',
    basePath: '',
    account: {
      key: user,
      state: (_key, make) => make(),
      cached: (_key, _ttl, load) => load(),
      forget() {},
      serialised: (_key, task) => task(),
    },
    signal: undefined,
    send: unused,
    stream: unused,
    detached: () => session,
  }
  return session
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
