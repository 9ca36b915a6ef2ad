/** A search's result, as the tools tell it. */
import { z } from 'zod'
import type { SearchRequest } from '../../search/query/request.ts'
import type { SearchResult, SearchRow } from '../../search/query/result.ts'

const Row = z.object({
  id: z.union([z.int(), z.string()]).describe('As the tools of its app take it'),
  doc_type: z.string(),
  title: z.string(),
  category: z.string(),
  path: z.string().optional(),
  excerpt: z.string().describe('The passage that matches'),
  score: z.number().describe('Orders the rows of one search, and means nothing beyond it'),
  rerank_score: z.number().nullable(),
  relevance: z.number().describe('0 to 1; no probability'),
  relevance_source: z.enum(['cosine', 'words', 'rerank']),
  chunk_index: z.int(),
  total_chunks: z.int(),
  chunk_start_offset: z.int().nullable(),
  chunk_end_offset: z.int().nullable(),
  page_number: z.int().nullable(),
  page_end: z.int().nullable(),
  page_count: z.int().nullable(),
  modified_at: z.string().optional().describe('ISO 8601'),
  url: z.string().nullable(),
  has_context_expansion: z.boolean(),
  marked_text: z.string().nullable(),
  before_context: z.string().nullable(),
  after_context: z.string().nullable(),
  has_before_truncation: z.boolean().nullable(),
  has_after_truncation: z.boolean().nullable(),
})

/** What the searching tools answer. */
export const SearchAnswer = z.object({
  results: z.array(Row),
  query: z.string(),
  total_found: z.int(),
  search_method: z
    .enum(['bm25_hybrid_rrf', 'bm25_hybrid_dbsf', 'semantic', 'bm25'])
    .describe('bm25 where the model gave no answer'),
  granularity: z.enum(['chunk', 'document']),
  reranked: z.boolean(),
  rerank_model: z.string().nullable(),
  verified_chunk_count: z.int().describe('Rows that the user may read'),
  dropped_document_count: z.int().describe('Documents that are no longer there for the user'),
  not_searched: z
    .array(z.object({ doc_type: z.string(), needs: z.array(z.string()) }))
    .optional()
    .describe('Not allowed: the scopes it takes'),
  note: z.string().optional().describe('What to know of how the search went'),
})

/** The answer to a search. */
export function answerOf(
  { query }: SearchRequest,
  result: SearchResult,
): z.input<typeof SearchAnswer> {
  const { notSearched, notes } = result
  return {
    results: result.rows.map(rowOf),
    query,
    total_found: result.rows.length,
    search_method: result.method,
    granularity: result.granularity,
    reranked: result.rerankModel !== undefined,
    rerank_model: result.rerankModel ?? null,
    verified_chunk_count: result.verified,
    dropped_document_count: result.dropped,
    ...(notSearched.length === 0
      ? {}
      : {
          not_searched: notSearched.map(({ type, needs }) => ({
            doc_type: type,
            needs: [...needs],
          })),
        }),
    ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
  }
}

function rowOf(row: SearchRow): z.input<typeof Row> {
  const { context } = row
  return {
    id: idOf(row),
    doc_type: row.type,
    title: row.title,
    category: row.category,
    ...(row.path === undefined ? {} : { path: row.path.replace(/^\/+/, '') }),
    excerpt: row.excerpt,
    score: rounded(row.score),
    rerank_score: row.rerankScore === undefined ? null : rounded(row.rerankScore),
    relevance: rounded(row.relevance),
    relevance_source: row.relevanceSource,
    chunk_index: row.chunkIndex,
    total_chunks: row.totalChunks,
    chunk_start_offset: row.start,
    chunk_end_offset: row.end,
    page_number: row.page ?? null,
    page_end: row.pageEnd ?? null,
    page_count: row.pageCount ?? null,
    ...(row.modifiedAt === undefined
      ? {}
      : { modified_at: new Date(row.modifiedAt).toISOString() }),
    url: row.url ?? null,
    has_context_expansion: context !== undefined,
    marked_text: context?.markedText ?? null,
    before_context: context?.before ?? null,
    after_context: context?.after ?? null,
    has_before_truncation: context?.moreBefore ?? null,
    has_after_truncation: context?.moreAfter ?? null,
  }
}

/** Numbers, save the UIDs of events, which may look like some. */
function idOf({ type, id }: SearchRow): number | string {
  const number = Number(id)
  return type !== 'calendar_event' && String(number) === id && Number.isSafeInteger(number)
    ? number
    : id
}

/** Digits enough to tell scores apart. */
function rounded(score: number): number {
  return Number(score.toPrecision(6))
}
