/** How good the search is, as users have it: the built-in model, the index in SQLite, the defaults. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../src/config/config.ts'
import type { Session } from '../../src/nextcloud/session.ts'
import { createChunker } from '../../src/search/chunk/chunker.ts'
import type { IndexedDocument } from '../../src/search/document.ts'
import { withQueryCache } from '../../src/search/embed/cache.ts'
import { createEmbedder } from '../../src/search/embed/create.ts'
import type { Embedder } from '../../src/search/embed/embedder.ts'
import type { SearchIndex } from '../../src/search/index/search-index.ts'
import { PLAIN_SEARCH, type SearchRequest } from '../../src/search/query/request.ts'
import { createSearch, type Search } from '../../src/search/query/search.ts'
import type { DocumentSource } from '../../src/search/source.ts'
import { searchDatabase } from '../../src/search/sqlite/client.ts'
import { sqliteIndex } from '../../src/search/sqlite/index.ts'
import { textToEmbed } from '../../src/search/sync/prepare.ts'
import { STATUS, session } from '../unit/search/query/support.ts'
import { ndcg } from './ndcg.ts'
import { type QualityDocument, readDocuments, readQuestions } from './set.ts'

const USER = 'reader'
const DEPTH = 10

/** Ways to search that are compared, by the name they have in the table. */
const WAYS: readonly (readonly [name: string, Partial<SearchRequest>])[] = [
  ['keyword', { mode: 'keyword' }],
  ['semantic', { mode: 'semantic' }],
  ['hybrid', { mode: 'hybrid' }],
  ['hybrid, dbsf', { mode: 'hybrid', fusion: 'dbsf' }],
]

/** What one way of searching achieves. */
export interface Quality {
  readonly way: string
  /** nDCG@10, the mean of all questions. */
  readonly ndcg: number
  /** Share of the questions whose first row answers in full. */
  readonly firstIsRight: number
}

/** Measures all ways; takes as long as embedding the set does. */
export async function measure(): Promise<Quality[]> {
  const folder = await mkdtemp(join(tmpdir(), 'search-quality-'))
  const index = sqliteIndex(searchDatabase({ path: join(folder, 'search.db') }))
  const config = loadConfig({
    NEXTCLOUD_HOST: 'https://cloud.example',
    NEXTCLOUD_USERNAME: USER,
    NEXTCLOUD_PASSWORD: 'unused',
    ENABLE_SEMANTIC_SEARCH: 'true',
  })
  if (config.search === undefined) throw new Error('search is off')
  const embedder = withQueryCache(createEmbedder(config.search.embedding))
  try {
    const documents = readDocuments()
    await fill(index, embedder, documents)
    const search = createSearch({
      index,
      embedder,
      sources: documents.map(({ type }) => readable(type)),
      status: { status: async () => STATUS },
      fusion: config.search.query.fusion,
    })
    const results: Quality[] = []
    for (const [way, request] of WAYS) results.push(await qualityOf(way, search, request))
    return results
  } finally {
    await embedder.close()
    await index.close()
    await rm(folder, { recursive: true })
  }
}

/** As the sync does it. */
async function fill(
  index: SearchIndex,
  embedder: Embedder,
  documents: readonly QualityDocument[],
): Promise<void> {
  const chunker = createChunker({ size: 1_000, overlap: 100 })
  const dimension = await embedder.dimension()
  const spec = { model: embedder.model, dimension, chunker: chunker.version }
  const { id: generation } = await index.open(spec)
  const cut = await Promise.all(
    documents.map(async ({ id, type, title, text }) => {
      const document: IndexedDocument = { ...EMPTY, id, type, title }
      const passages = await chunker.chunk({ text, format: 'markdown', pages: [] })
      return { document, passages }
    }),
  )
  const texts = cut.flatMap(({ document, passages }) =>
    passages.map(passage => textToEmbed(document, passage)),
  )
  const vectors = (await embedder.embed(texts, { kind: 'passage' })).values()
  for (const { document, passages } of cut) {
    const chunks = passages.flatMap(passage => {
      const vector = vectors.next().value
      return vector === undefined ? [] : [{ ...passage, vector }]
    })
    await index.put(generation, USER, document, chunks)
  }
}

const EMPTY = {
  ref: undefined,
  category: '',
  path: undefined,
  url: undefined,
  modifiedAt: undefined,
  pageCount: undefined,
}

/** A source whose documents are all there. */
function readable(type: DocumentSource['type']): DocumentSource {
  const unused = () => Promise.reject(new Error('nothing is listed or read'))
  return {
    type,
    title: type,
    scope: 'notes:read',
    list: unused,
    read: unused,
    verify: async (_session, documents) =>
      new Map(documents.map(({ id }) => [id, { state: 'readable' as const }])),
  }
}

async function qualityOf(
  way: string,
  search: Search,
  request: Partial<SearchRequest>,
): Promise<Quality> {
  const reader: Session = session(USER)
  let gained = 0
  let right = 0
  const questions = readQuestions()
  for (const { question, grades } of questions) {
    const { rows } = await search(
      { user: USER, session: reader, granted: undefined },
      {
        ...PLAIN_SEARCH,
        ...request,
        query: question,
        limit: DEPTH,
        granularity: 'document',
      },
    )
    const ids = rows.map(({ id }) => id)
    gained += ndcg(ids, grades, DEPTH)
    if (grades.get(ids[0] ?? '') === 2) right++
  }
  return { way, ndcg: gained / questions.length, firstIsRight: right / questions.length }
}
