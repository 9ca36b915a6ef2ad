/** A search over an index in memory, with documents whose meaning is one of a few colours. */
import type { Scope } from '../../../../src/identity/scopes.ts'
import { Reply } from '../../../../src/nextcloud/reply.ts'
import type { Session } from '../../../../src/nextcloud/session.ts'
import type {
  DocumentType,
  EmbeddedChunk,
  IndexedDocument,
} from '../../../../src/search/document.ts'
import type { Embedder } from '../../../../src/search/embed/embedder.ts'
import type { SearchIndex } from '../../../../src/search/index/search-index.ts'
import { PLAIN_SEARCH, type SearchRequest } from '../../../../src/search/query/request.ts'
import type { SearchResult } from '../../../../src/search/query/result.ts'
import {
  createSearch,
  type Searcher,
  type SearchOptions,
} from '../../../../src/search/query/search.ts'
import type { DocumentSource, Verdict } from '../../../../src/search/source.ts'
import type { SyncStatus, SyncStatusSource } from '../../../../src/search/status.ts'
import { memoryIndex } from '../../../support/memory-index.ts'

const SPEC = { model: 'colours', dimension: 4, chunker: '1' }

/** Words that mean the same share a direction; others have none. */
const MEANINGS = [
  ['red', 'crimson', 'scarlet'],
  ['blue', 'azure', 'navy'],
  ['green', 'emerald'],
]

/** The sum of its words' directions, and a bit of the last one for what means nothing. */
export function meaning(text: string): Float32Array {
  const vector = new Float32Array(SPEC.dimension)
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
    const at = MEANINGS.findIndex(words => words.includes(word))
    const direction = at < 0 ? SPEC.dimension - 1 : at
    vector[direction] = (vector[direction] ?? 0) + (at < 0 ? 0.1 : 1)
  }
  const length = Math.hypot(...vector)
  return length === 0 ? vector : vector.map(value => value / length)
}

export const embedder: Pick<Embedder, 'model' | 'embed'> = {
  model: SPEC.model,
  embed: async texts => texts.map(meaning),
}

/** A document as a test writes it. */
export interface Given extends Partial<IndexedDocument> {
  id: string
  /** One passage each. */
  texts: readonly string[]
}

/** Where passages of `texts` are when they are joined by a space. */
export function chunksOf(texts: readonly string[], page?: number): EmbeddedChunk[] {
  let start = 0
  return texts.map((text, index) => {
    const chunk = { index, text, start, end: start + text.length, page, pageEnd: page }
    start = chunk.end + 1
    return { ...chunk, vector: meaning(text) }
  })
}

const SCOPES: Record<DocumentType, Scope> = {
  note: 'notes:read',
  file: 'files:read',
  calendar_event: 'calendar:read',
  deck_card: 'deck:read',
  news_item: 'news:read',
  mail_message: 'mail:read',
}

/** What a user may read, by `type:id`; what it does not name is gone. */
export type Rights = Map<string, Verdict | Error>

/** Everything around a search. */
export interface World {
  index: SearchIndex
  /** The ids that each verification asked about, as `user type id id`. */
  asked: string[]
  rights: Record<string, Rights>
  status: Partial<SyncStatus>
  /** Stores documents for a user who may read them. */
  give(user: string, ...documents: Given[]): Promise<void>
  searcher(user: string, more?: Partial<Searcher>): Searcher
  search(
    user: string,
    request: Partial<SearchRequest>,
    more?: Partial<Searcher>,
  ): Promise<SearchResult>
}

/** An index, sources and a search on them. */
export async function world(options: Partial<SearchOptions> = {}): Promise<World> {
  const index = options.index ?? memoryIndex()
  const generation = await index.open(SPEC)
  const asked: string[] = []
  const rights: Record<string, Rights> = {}
  const made: Pick<World, 'status'> = { status: {} }
  const sources = (Object.keys(SCOPES) as DocumentType[]).map(type => source(type, rights, asked))
  const status: SyncStatusSource = {
    async status(user) {
      const { documents, chunks } = await index.stats(user ?? '')
      return { ...STATUS, documents, chunks, ...made.status }
    },
  }
  const search = createSearch({ index, embedder, sources, status, ...options })
  const searcher = (user: string, more: Partial<Searcher> = {}): Searcher => ({
    user,
    session: session(user),
    granted: undefined,
    ...more,
  })
  return Object.assign(made, {
    index,
    asked,
    rights,
    async give(user: string, ...documents: Given[]) {
      const own = rights[user] ?? new Map()
      rights[user] = own
      for (const { texts, ...given } of documents) {
        const document = { ...DOCUMENT, ...given }
        await index.put(generation.id, user, document, chunksOf(texts, given.pageCount))
        own.set(`${document.type}:${document.id}`, { state: 'readable' })
      }
    },
    searcher,
    search: (user: string, request: Partial<SearchRequest>, more?: Partial<Searcher>) =>
      search(searcher(user, more), { ...PLAIN_SEARCH, query: 'red', ...request }),
  })
}

export const STATUS: SyncStatus = {
  enabled: true,
  activity: 'idle',
  documents: 0,
  chunks: 0,
  vectorBytes: 0,
  jobs: { waiting: 0, running: 0, failed: 0 },
  jobsByType: {},
  queue: 'sqlite',
  syncedAt: undefined,
  problem: undefined,
}

const DOCUMENT: Omit<IndexedDocument, 'id'> = {
  type: 'note',
  ref: undefined,
  title: 'A title',
  category: 'Colours',
  path: undefined,
  url: undefined,
  modifiedAt: undefined,
  pageCount: undefined,
}

function source(type: DocumentType, rights: World['rights'], asked: string[]): DocumentSource {
  const unused = () => Promise.reject(new Error('a search lists and reads nothing'))
  return {
    type,
    title: type,
    scope: SCOPES[type],
    ...(type === 'note' ? { requires: 'notes' } : {}),
    list: unused,
    read: unused,
    async verify({ account }, documents) {
      asked.push([account.key, type, ...documents.map(({ id }) => id)].join(' '))
      const verdicts = documents.map(({ id }): [string, Verdict] => {
        const verdict = rights[account.key]?.get(`${type}:${id}`) ?? { state: 'gone' }
        if (verdict instanceof Error) throw verdict
        return [id, verdict]
      })
      return new Map(verdicts)
    },
  }
}

const JSON_HEADERS = { 'content-type': 'application/json' }

/** A session whose user is its account's key; its Nextcloud tells which apps there are, if anything. */
export function session(user: string, signal?: AbortSignal, apps?: readonly string[]): Session {
  const unused = () => Promise.reject(new Error('a search makes no requests of its own'))
  const made: Session = {
    baseUrl: 'https://cloud.example',
    basePath: '',
    account: {
      key: user,
      state: (_key, make) => make(),
      cached: (_key, _ttl, load) => load(),
      forget() {},
      serialised: (_key, task) => task(),
    },
    signal,
    async send({ path }) {
      if (apps === undefined) return unused()
      const data = path.endsWith('/navigation/apps') ? apps.map(id => ({ id })) : {}
      return new Reply(
        200,
        JSON_HEADERS,
        Buffer.from(JSON.stringify({ ocs: { meta: { statuscode: 200 }, data } })),
      )
    },
    stream: unused,
    detached: () => made,
  }
  return made
}

/** The ids of the rows, in order. */
export const idsOf = ({ rows }: SearchResult) => rows.map(({ id }) => id)
