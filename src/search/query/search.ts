/**
 * Searching: the index proposes, Nextcloud decides what the caller may see, and only then is
 * anything ordered anew, cut or shown.
 */
import { covers } from '../../identity/caller.ts'
import type { Scope } from '../../identity/scopes.ts'
import { enabledApps } from '../../nextcloud/capabilities.ts'
import type { Session } from '../../nextcloud/session.ts'
import { DOCUMENT_TYPES, type DocumentKey, type DocumentType } from '../document.ts'
import type { Embedder } from '../embed/embedder.ts'
import type { SearchFilter, SearchIndex } from '../index/search-index.ts'
import type { DocumentSource } from '../source.ts'
import type { SyncStatusSource } from '../status.ts'
import type { CandidateQuery, QueryVector } from './candidates.ts'
import { find, ofIndex } from './find.ts'
import { DEFAULT_FUSION, type FusionSettings } from './fusion.ts'
import { endIfAborted, queryVector } from './query-vector.ts'
import type { SearchRequest } from './request.ts'
import type { SafeReranker } from './rerank.ts'
import type { SearchMethod, SearchResult } from './result.ts'
import { orderedAnew, type RankedRow, rowsOf } from './rows.ts'
import { createVerifier, uncheckable } from './verify.ts'

/** What searches work on. */
export interface SearchOptions {
  readonly index: SearchIndex
  readonly embedder: Pick<Embedder, 'model' | 'embed'>
  /** One for each type that there is. */
  readonly sources: readonly DocumentSource[]
  /** Says why there is nothing to be found. */
  readonly status: SyncStatusSource
  readonly fusion?: FusionSettings
  readonly reranker?: SafeReranker | undefined
  /** Told of documents that are no longer there for a user, after the index has let go of them. */
  readonly onGone?: (user: string, documents: readonly DocumentKey[]) => Promise<void>
  /** Told of what went wrong without the search failing; for the log. */
  readonly report?: (error: unknown) => void
}

/** On whose behalf. */
export interface Searcher {
  /** The user as the index knows them; undefined: nobody indexes their documents. */
  readonly user: string | undefined
  readonly session: Session
  /** What the caller may do; undefined: everything. */
  readonly granted: ReadonlySet<Scope> | undefined
}

/**
 * Searches for a caller.
 * @throws CodedError `CANCELLED`; `UNREACHABLE` or `INTERNAL` when the index, or for `semantic` the
 *   model, does not answer, or when nothing that was found could be checked; what Nextcloud says of
 *   the caller
 */
export type Search = (searcher: Searcher, request: SearchRequest) => Promise<SearchResult>

/** @see Search */
export function createSearch(options: SearchOptions): Search {
  const { index, embedder, status, reranker, report } = options
  const sources = new Map(options.sources.map(source => [source.type, source]))

  async function vectorFor(
    { query, mode }: SearchRequest,
    { signal }: Session,
  ): Promise<QueryVector | undefined> {
    if (mode === 'keyword') return undefined
    try {
      return await queryVector(embedder, query, signal)
    } catch (error) {
      if (mode === 'semantic' || signal?.aborted) throw error
      report?.(error)
      return undefined
    }
  }

  async function evict(user: string, documents: readonly DocumentKey[]): Promise<void> {
    if (documents.length === 0) return
    try {
      await index.remove(user, documents)
      await options.onGone?.(user, documents)
    } catch (error) {
      report?.(error)
    }
  }

  return async ({ user, session, granted }, request) => {
    const { types, notSearched } = searchable(sources, request.types, granted)
    const notes: string[] = []
    const result = {
      method: methodOf(request, true),
      granularity: request.granularity,
      rerankModel: undefined,
      notSearched,
      notes,
      rows: [],
      verified: 0,
      dropped: 0,
      unchecked: 0,
    }
    if (types.length === 0) return result
    if (user === undefined) {
      notes.push(...(await whyNothing(status, user)))
      return result
    }
    const [vector, apps] = await Promise.all([vectorFor(request, session), enabledApps(session)])
    if (vector === undefined && request.mode === 'hybrid') notes.push(WORDS_ONLY)
    const isFused = request.mode === 'hybrid' && vector !== undefined
    const verifier = createVerifier(session, sources)
    const query: CandidateQuery = {
      user,
      vector,
      text: request.mode === 'semantic' ? undefined : request.query,
      method: isFused ? request.fusion : 'none',
      fusion: options.fusion ?? DEFAULT_FUSION,
      // An app that is switched off finds nothing, which is not to say that what it had is gone.
      filter: filterOf(
        request,
        types.filter(type => isEnabled(sources.get(type), apps)),
      ),
    }
    const chosen = await ofIndex(() => find(index, query, request, verifier))
    await evict(user, verifier.gone())
    endIfAborted(session)
    if (chosen.length === 0 && verifier.unknown > 0) throw uncheckable(verifier.failure)
    if (verifier.unknown > 0) notes.push(unchecked(verifier.unknown))
    if (chosen.length === 0) notes.push(...(await ofIndex(() => whyNothing(status, user))))
    const ranked = request.rerank
      ? await orderedAnew(chosen, request, reranker, session.signal)
      : undefined
    endIfAborted(session)
    if (ranked?.note !== undefined) notes.push(ranked.note)
    const rows: readonly RankedRow[] = ranked?.rows ?? chosen
    return {
      ...result,
      method: methodOf(request, vector !== undefined),
      rerankModel: ranked?.model,
      verified: chosen.length,
      dropped: verifier.gone().length,
      unchecked: verifier.unknown,
      rows: await ofIndex(() => rowsOf(rows, request, { index, user, baseUrl: session.baseUrl })),
    }
  }
}

const WORDS_ONLY =
  'The embedding model gave no answer: this was found by words alone, and what says the same in others is missing.'

function unchecked(count: number): string {
  return `${count} of the documents found could not be checked with Nextcloud just now, and are left out.`
}

/** The types to search, and those that the caller may not see. */
function searchable(
  sources: ReadonlyMap<DocumentType, DocumentSource>,
  asked: readonly DocumentType[] | undefined,
  granted: ReadonlySet<Scope> | undefined,
): { types: DocumentType[]; notSearched: SearchResult['notSearched'] } {
  const there = DOCUMENT_TYPES.flatMap(type => {
    const source = asked?.includes(type) === false ? undefined : sources.get(type)
    return source === undefined ? [] : [source]
  })
  return {
    types: there.filter(({ scope }) => covers(granted, [scope])).map(({ type }) => type),
    notSearched: there
      .filter(({ scope }) => !covers(granted, [scope]))
      .map(({ type, scope }) => ({ type, needs: [scope] })),
  }
}

/** Unknown apps are as good as enabled. */
function isEnabled(
  source: DocumentSource | undefined,
  apps: ReadonlySet<string> | undefined,
): boolean {
  return source?.requires === undefined || (apps?.has(source.requires) ?? true)
}

function filterOf(request: SearchRequest, types: readonly DocumentType[]): SearchFilter {
  const { modifiedAfter, modifiedBefore, pathPrefixes } = request
  return {
    types,
    ...(modifiedAfter === undefined ? {} : { modifiedAfter }),
    ...(modifiedBefore === undefined ? {} : { modifiedBefore }),
    ...(pathPrefixes.length === 0 ? {} : { pathPrefixes }),
  }
}

function methodOf({ mode, fusion }: SearchRequest, byMeaning: boolean): SearchMethod {
  if (mode === 'semantic') return 'semantic'
  return mode === 'keyword' || !byMeaning ? 'bm25' : `bm25_hybrid_${fusion}`
}

async function whyNothing(status: SyncStatusSource, user: string | undefined): Promise<string[]> {
  const { problem, documents, activity } = await status.status(user)
  if (problem !== undefined) return [problem]
  if (documents > 0) return []
  return [activity === 'syncing' ? 'The index is being built.' : 'Nothing is indexed yet.']
}
