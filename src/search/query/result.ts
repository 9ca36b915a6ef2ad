/** What a search found. */
import type { Scope } from '../../identity/scopes.ts'
import type { DocumentType } from '../document.ts'
import type { Context } from './context.ts'
import type { RelevanceSource } from './relevance.ts'
import type { Granularity } from './request.ts'

/** A passage, or a document by its best one. */
export interface SearchRow {
  readonly type: DocumentType
  readonly id: string
  readonly title: string
  readonly category: string
  readonly path: string | undefined
  /** The passage that matched. */
  readonly excerpt: string
  /** What the search orders by; see {@link SearchResult.method} for its scale. */
  readonly score: number
  /** What the reranker orders by, where it did. */
  readonly rerankScore: number | undefined
  /** 0 to 1, comparable between searches as far as its source is. */
  readonly relevance: number
  readonly relevanceSource: RelevanceSource
  /** From zero. */
  readonly chunkIndex: number
  readonly totalChunks: number
  /** UTF-16 units in the document's text; the end is exclusive. */
  readonly start: number
  readonly end: number
  /** Counted from one. */
  readonly page: number | undefined
  readonly pageEnd: number | undefined
  readonly pageCount: number | undefined
  /** Milliseconds since 1970. */
  readonly modifiedAt: number | undefined
  /** For a browser. */
  readonly url: string | undefined
  readonly context: Context | undefined
}

/** How the passages were found: by both, ordered by fused scores; by cosine; by BM25 weight. */
export type SearchMethod = 'bm25_hybrid_rrf' | 'bm25_hybrid_dbsf' | 'semantic' | 'bm25'

/** What a search found, the best first. */
export interface SearchResult {
  readonly rows: readonly SearchRow[]
  readonly method: SearchMethod
  readonly granularity: Granularity
  /** The model that ordered the rows; undefined: none did. */
  readonly rerankModel: string | undefined
  /** Rows that the caller may read, before they were cut to the limit. */
  readonly verified: number
  /** Documents that were found, and that the caller can no longer read. */
  readonly dropped: number
  /** Documents that were found, and about which Nextcloud could not tell just now. */
  readonly unchecked: number
  /** Types that were not searched, and the scopes for want of which. */
  readonly notSearched: readonly { readonly type: DocumentType; readonly needs: readonly Scope[] }[]
  /** What the caller should know of how the search went, in whole sentences. */
  readonly notes: readonly string[]
}
