/** The tools of search by meaning: what they understand and what they tell. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createSearchApp } from '../../../src/apps/search/index.ts'
import { parseArguments } from '../../../src/mcp/arguments.ts'
import { createCatalog } from '../../../src/mcp/catalog.ts'
import type { ToolContext } from '../../../src/mcp/tool.ts'
import { IndexError } from '../../../src/search/index/errors.ts'
import { PLAIN_SEARCH, type SearchRequest } from '../../../src/search/query/request.ts'
import type { SearchResult, SearchRow } from '../../../src/search/query/result.ts'
import type { Searcher } from '../../../src/search/query/search.ts'
import type { SyncStatus } from '../../../src/search/status.ts'
import { STATUS, session } from './query/support.ts'

const ROW: SearchRow = {
  type: 'note',
  id: '12',
  title: 'T',
  category: 'C',
  path: undefined,
  excerpt: 'E',
  score: 1 / 61,
  rerankScore: undefined,
  relevance: 0.123456789,
  relevanceSource: 'cosine',
  chunkIndex: 0,
  totalChunks: 1,
  start: 0,
  end: 1,
  page: undefined,
  pageEnd: undefined,
  pageCount: undefined,
  modifiedAt: undefined,
  url: undefined,
  context: undefined,
}
const RESULT: SearchResult = {
  rows: [ROW],
  method: 'bm25_hybrid_rrf',
  granularity: 'chunk',
  rerankModel: undefined,
  verified: 3,
  dropped: 2,
  unchecked: 0,
  notSearched: [],
  notes: [],
}

/** The tools over a search that finds just this. */
function tools({
  result = RESULT,
  status = STATUS,
}: {
  result?: SearchResult
  status?: SyncStatus | IndexError
}) {
  const calls: { searcher: Searcher; request: SearchRequest }[] = []
  const asked: (string | undefined)[] = []
  const app = createSearchApp({
    search: async (searcher, request) => {
      calls.push({ searcher, request })
      return result
    },
    status: {
      async status(user) {
        asked.push(user)
        if (status instanceof IndexError) throw status
        return status
      },
    },
    userOf: async user => user?.userId,
  })
  const catalog = createCatalog([app])
  const granted = new Set(['notes:read'] as const)
  const context: ToolContext = {
    user: { issuer: 'i', userId: 'alice', clientId: undefined, scopes: granted },
    granted: async () => granted,
    session: session('alice'),
    signal: new AbortController().signal,
    progress() {},
    tools: async () => [],
  }
  return {
    calls,
    asked,
    // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every shape
    async call(name: string, sent: Record<string, unknown>): Promise<any> {
      const found = catalog.tools.get(name)
      if (found === undefined) throw new Error(`${name} is no tool`)
      const { tool, schema } = found
      const outcome = await tool.run(context, parseArguments(tool.input, schema, sent))
      return tool.output.parse(outcome)
    },
  }
}

const search = async (sent: Record<string, unknown>) => {
  const t = tools({})
  await t.call('nc_semantic_search', { query: 'q', ...sent })
  return t.calls[0]?.request
}

describe('arguments', () => {
  const plain = { ...PLAIN_SEARCH, query: 'q' }
  test.each([
    [{}, {}],
    [{ query: '  two words ' }, { query: 'two words' }],
    [
      { mode: 'keyword', limit: '7' },
      { mode: 'keyword', limit: 7 },
    ],
    [{ doc_types: '["notes","mail"]' }, { types: ['note', 'mail_message'] }],
    [{ doc_types: null, path_prefix: null, modified_after: null }, {}],
    [
      { score_threshold: 0.01, min_relevance: 0.5 },
      { scoreThreshold: 0.01, minRelevance: 0.5 },
    ],
    [
      { fusion: 'dbsf', granularity: 'document' },
      { fusion: 'dbsf', granularity: 'document' },
    ],
    [{ rerank: true }, { rerank: true }],
    [{ context_chars: 50 }, {}],
    [{ include_context: true }, { contextChars: 300 }],
    [{ include_context: true, context_chars: 50 }, { contextChars: 50 }],
    [{ modified_after: '2026-01-01' }, { modifiedAfter: Date.UTC(2026, 0, 1) }],
    [{ modified_before: 1_767_225_600 }, { modifiedBefore: Date.UTC(2026, 0, 1) }],
    [{ path_prefix: 'Work/' }, { pathPrefixes: ['/Work'] }],
    [{ path_prefix: '/a', path_prefixes: ['b', '/a'] }, { pathPrefixes: ['/a', '/b'] }],
  ])('%j', async (sent, request) => expect(await search(sent)).toEqual({ ...plain, ...request }))

  test.each([
    [{ query: ' ' }],
    [{ limit: 0 }],
    [{ limit: 101 }],
    [{ mode: 'magic' }],
    [{ fusion: 'sum' }],
    [{ min_relevance: 1.1 }],
    [{ score_threshold: -1 }],
    [{ context_chars: -1 }],
    [{ doc_types: ['chat'] }],
    [{ modified_after: 'soon' }],
    [{ path_prefix: 'a/../b' }],
    [{ path_prefixes: ['..'] }],
  ])('%j is refused without a search', async sent => {
    const t = tools({})
    const call = t.call('nc_semantic_search', { query: 'q', ...sent })
    await expect(call).rejects.toMatchObject({ code: 'BAD_INPUT' })
    expect(t.calls).toEqual([])
  })

  test('of the notes', async () => {
    const t = tools({})
    await t.call('nc_notes_semantic_search', { query: 'q', limit: 3, score_threshold: 0.2 })
    expect(t.calls[0]?.request).toEqual({
      ...plain,
      mode: 'semantic',
      limit: 3,
      types: ['note'],
      granularity: 'document',
      scoreThreshold: 0.2,
    })
  })

  test('on behalf of the caller, with what the caller may do', async () => {
    const t = tools({})
    await t.call('nc_semantic_search', { query: 'q' })
    expect(t.calls[0]?.searcher).toMatchObject({ user: 'alice', granted: new Set(['notes:read']) })
    expect(t.calls[0]?.searcher.session.account.key).toBe('alice')
  })
})

describe('answers', () => {
  const answer = (result: Partial<SearchResult>) =>
    tools({ result: { ...RESULT, ...result } }).call('nc_semantic_search', { query: 'q' })
  const row = async (row: Partial<SearchRow>) =>
    (await answer({ rows: [{ ...ROW, ...row }] })).results[0]

  test('have every key of the contract, also where there is nothing to say', async () => {
    const file = join(import.meta.dirname, '../../contract/tools/semantic.json')
    const contract: { name: string; result: { results: object[] } }[] = JSON.parse(
      readFileSync(file, 'utf8'),
    )
    const { results, ...rest } = contract.find(({ name }) => name === 'nc_semantic_search')
      ?.result ?? { results: [] }
    const told = await answer({})
    const keys = Object.keys(rest).filter(key => !['success', 'timestamp'].includes(key))
    expect(Object.keys(told)).toEqual(expect.arrayContaining(keys))
    expect(Object.keys(told.results[0])).toEqual(
      expect.arrayContaining(Object.keys(results[0] ?? {})),
    )
  })

  test('say what was found', async () => {
    expect(await answer({})).toEqual({
      results: [
        {
          id: 12,
          doc_type: 'note',
          title: 'T',
          category: 'C',
          excerpt: 'E',
          score: 0.0163934,
          rerank_score: null,
          relevance: 0.123457,
          relevance_source: 'cosine',
          chunk_index: 0,
          total_chunks: 1,
          chunk_start_offset: 0,
          chunk_end_offset: 1,
          page_number: null,
          page_end: null,
          page_count: null,
          url: null,
          has_context_expansion: false,
          marked_text: null,
          before_context: null,
          after_context: null,
          has_before_truncation: null,
          has_after_truncation: null,
        },
      ],
      query: 'q',
      total_found: 1,
      search_method: 'bm25_hybrid_rrf',
      granularity: 'chunk',
      reranked: false,
      rerank_model: null,
      verified_chunk_count: 3,
      dropped_document_count: 2,
    })
  })

  test('and all there is to say', async () => {
    const context = { before: 'b', after: 'a', moreBefore: true, moreAfter: false, markedText: 'm' }
    const full = { page: 2, pageEnd: 3, pageCount: 9, url: 'https://x/f/1', path: '/a.pdf' }
    expect(await row({ ...full, context, rerankScore: 0.25, modifiedAt: 0 })).toMatchObject({
      page_number: 2,
      page_end: 3,
      page_count: 9,
      url: 'https://x/f/1',
      path: 'a.pdf',
      rerank_score: 0.25,
      modified_at: '1970-01-01T00:00:00.000Z',
      has_context_expansion: true,
      before_context: 'b',
      after_context: 'a',
      marked_text: 'm',
      has_before_truncation: true,
      has_after_truncation: false,
    })
    const told = await answer({
      rerankModel: 'r',
      notes: ['One.', 'Two.'],
      notSearched: [{ type: 'mail_message', needs: ['mail:read'] }],
    })
    expect(told).toMatchObject({
      reranked: true,
      rerank_model: 'r',
      note: 'One. Two.',
      not_searched: [{ doc_type: 'mail_message', needs: ['mail:read'] }],
    })
  })

  test.each([
    ['file', '12', 12],
    ['file', '012', '012'],
    ['mail_message', '99999999999999999999', '99999999999999999999'],
    ['calendar_event', '12', '12'],
    ['calendar_event', 'a@b', 'a@b'],
  ] as const)('the id of a %s, %s', async (type, id, told) => {
    expect((await row({ type, id })).id).toBe(told)
  })
})

describe('the state of the index', () => {
  test('in the words of the contract', async () => {
    const status: SyncStatus = {
      ...STATUS,
      activity: 'syncing',
      documents: 3,
      chunks: 7,
      vectorBytes: 99,
      jobs: { waiting: 4, running: 1, failed: 2 },
      jobsByType: { note: { waiting: 4, running: 1, failed: 2 } },
      syncedAt: 0,
    }
    const t = tools({ status })
    expect(await t.call('nc_get_vector_sync_status', {})).toEqual({
      enabled: true,
      status: 'syncing',
      indexed_documents: 3,
      indexed_chunks: 7,
      indexed_count: 7,
      hybrid_chunks: 7,
      pending_count: 5,
      last_sync: '1970-01-01T00:00:00.000Z',
      ingest_queue: 'sqlite',
      job_counts: { todo: 4, doing: 1, failed: 2 },
      job_counts_by_queue: { note: { todo: 4, doing: 1, failed: 2 } },
      estimated_vector_bytes: 99,
    })
    expect(t.asked).toEqual(['alice'])
  })

  test.each([
    ['UNREACHABLE', 'UNREACHABLE'],
    ['OTHER_INDEX', 'INTERNAL'],
  ] as const)('where the ledger says %s: in words without its address', async (code, told) => {
    const status = new IndexError(code, 'The database 10.1.2.3/mcp does not answer')
    await expect(tools({ status }).call('nc_get_vector_sync_status', {})).rejects.toMatchObject({
      code: told,
      message: expect.not.stringContaining('10.1.2.3'),
      details: { hint: expect.not.stringContaining('nc_get_vector_sync_status') },
    })
  })

  test('where nothing is indexed', async () => {
    const status: SyncStatus = { ...STATUS, enabled: false, problem: 'Switch it on.' }
    expect(await tools({ status }).call('nc_get_vector_sync_status', {})).toMatchObject({
      enabled: false,
      status: 'disabled',
      problem: 'Switch it on.',
      ingest_queue: null,
      job_counts: null,
      job_counts_by_queue: null,
      last_sync: null,
    })
  })
})
