/** From verified passages to the rows of a result. */
import type { SearchIndex } from '../index/search-index.ts'
import { contextOf } from './context.ts'
import { relevanceOf, rerankedRelevance } from './relevance.ts'
import type { SearchRequest } from './request.ts'
import { inOrderOf, type SafeReranker } from './rerank.ts'
import type { SearchRow } from './result.ts'
import type { Verified } from './select.ts'
import { tellingWords } from './words.ts'

/** A verified passage, with what the reranker says of it. */
export interface RankedRow extends Verified {
  readonly rerankScore?: number | undefined
}

/** What came of reranking. */
export interface Reranked {
  readonly rows: readonly RankedRow[]
  /** Undefined: the order is as it was. */
  readonly model: string | undefined
  /** Why, where that is no matter of course. */
  readonly note: string | undefined
}

/** Orders verified passages by the reranker, if there is one and it answers. */
export async function orderedAnew(
  rows: readonly Verified[],
  { query }: SearchRequest,
  reranker: SafeReranker | undefined,
  signal: AbortSignal | undefined,
): Promise<Reranked> {
  if (reranker === undefined) return { rows, model: undefined, note: 'There is no reranker.' }
  if (rows.length === 0) return { rows, model: undefined, note: undefined }
  const texts = rows.map(({ candidate }) => candidate.hit.chunk.text)
  const scores = await reranker.score(query, texts, signal)
  if (scores === undefined) {
    const note = 'The reranker gave no answer: the order is that of the search.'
    return { rows, model: undefined, note }
  }
  const ordered = inOrderOf(rows, scores)
  return {
    rows: ordered.map(({ item, score }) => ({ ...item, rerankScore: score })),
    model: reranker.model,
    note: undefined,
  }
}

/** What rows are completed with. */
export interface RowOptions {
  readonly index: Pick<SearchIndex, 'passages'>
  readonly user: string
  /** Of Nextcloud, for links that are below it. */
  readonly baseUrl: string
}

/** The rows that the request asks for, cut to its limit. */
export function rowsOf(
  ranked: readonly RankedRow[],
  request: SearchRequest,
  { index, user, baseUrl }: RowOptions,
): Promise<SearchRow[]> {
  const words = tellingWords(request.query)
  const { contextChars } = request
  const relevant = ranked
    .map(row => ({
      row,
      relevance:
        row.rerankScore === undefined
          ? relevanceOf(row.candidate, words)
          : rerankedRelevance(row.rerankScore),
    }))
    .filter(({ relevance }) => relevance.relevance >= request.minRelevance)
    .slice(0, request.limit)
  return Promise.all(
    relevant.map(async ({ row: { candidate, verdict, rerankScore }, relevance }) => {
      const { hit, generation, score } = candidate
      const { document, chunk, chunkCount } = hit
      return {
        type: document.type,
        id: document.id,
        title: verdict.title ?? document.title,
        category: document.category,
        path: verdict.path ?? document.path,
        excerpt: chunk.text,
        score,
        rerankScore,
        relevance: relevance.relevance,
        relevanceSource: relevance.source,
        chunkIndex: chunk.index,
        totalChunks: chunkCount,
        start: chunk.start,
        end: chunk.end,
        page: chunk.page,
        pageEnd: chunk.pageEnd,
        pageCount: document.pageCount,
        modifiedAt: document.modifiedAt,
        url: linkTo(document.url, baseUrl),
        context:
          contextChars === undefined
            ? undefined
            : await contextOf(hit, { index, generation, user, chars: contextChars, words }),
      }
    }),
  )
}

/** The whole address of a page in Nextcloud; undefined for what is no web address. */
function linkTo(url: string | undefined, baseUrl: string): string | undefined {
  if (url === undefined) return undefined
  return /^https?:\/\//.test(url) ? url : `${baseUrl}/${url.replace(/^\/+/, '')}`
}
