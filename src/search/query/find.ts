/** Candidates and their verification, until there are rows enough. */
import { CodedError } from '../../nextcloud/errors.ts'
import { isIndexError } from '../index/errors.ts'
import type { SearchIndex } from '../index/search-index.ts'
import { type Candidate, type CandidateQuery, candidates, isSuperseded } from './candidates.ts'
import { relevanceOf } from './relevance.ts'
import type { SearchRequest } from './request.ts'
import { select, type Verified } from './select.ts'
import type { Verifier } from './verify.ts'
import { tellingWords } from './words.ts'

/** Passages of each kind to start with, for each row wanted. */
const DEPTH_PER_ROW = 3
const LEAST_DEPTH = 50
const MOST_DEPTH = 1_000
/** Where much is dropped it is looked for this many times as deep. */
const DEEPER_BY = 4
/** Rows to choose from where a reranker decides. */
const RERANK_ROWS = 30

/**
 * Verified passages, the best first; looks deeper as long as what was dropped leaves too few.
 * @throws IndexError
 */
export async function find(
  index: SearchIndex,
  query: CandidateQuery,
  request: SearchRequest,
  verifier: Verifier,
): Promise<Verified[]> {
  const rows = request.rerank ? Math.max(request.limit, RERANK_ROWS) : request.limit
  const words = tellingWords(request.query)
  // What a reranker will say is not known yet.
  const isAnyRelevance = request.rerank || request.minRelevance === 0
  const counts = (candidate: Candidate) =>
    candidate.score >= request.scoreThreshold &&
    (isAnyRelevance || relevanceOf(candidate, words).relevance >= request.minRelevance)
  const generations = await index.generations()
  let depth = Math.min(MOST_DEPTH, Math.max(LEAST_DEPTH, rows * DEPTH_PER_ROW))
  for (;;) {
    const proposed = await candidates(index, generations, query, depth)
    const counting = proposed.hits.filter(counts)
    const chosen = await select(counting, verifier, {
      rows,
      granularity: request.granularity,
      folders: request.pathPrefixes,
      isSuperseded: candidate => isSuperseded(index, generations, query.user, candidate),
    })
    // What did not count is followed by what counts even less.
    const isAll = !proposed.more || counting.length < proposed.hits.length
    if (chosen.length >= rows || isAll || depth === MOST_DEPTH) return chosen
    depth = Math.min(MOST_DEPTH, depth * DEEPER_BY)
  }
}

/** Failures that may be over the next time. */
const PASSING: ReadonlySet<string> = new Set([
  'UNREACHABLE',
  'LOCKED',
  'OUTCOME_UNKNOWN',
  'WORKER_DIED',
])

/**
 * What is asked of the index. A generation that was dropped just then has a successor, so that it
 * is asked once more; another failure tells the caller no more than that there is one.
 * @throws CodedError `UNREACHABLE` where it may work later, else `INTERNAL`
 */
export async function ofIndex<T>(
  ask: () => Promise<T>,
  hint = 'nc_get_vector_sync_status may say why.',
): Promise<T> {
  try {
    return await ask().catch((error: unknown) => {
      if (isIndexError(error, 'NO_GENERATION')) return ask()
      throw error
    })
  } catch (cause) {
    if (!isIndexError(cause)) throw cause
    throw new CodedError(
      PASSING.has(cause.code) ? 'UNREACHABLE' : 'INTERNAL',
      'The search index does not answer',
      { hint, cause },
    )
  }
}
