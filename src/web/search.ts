/** The search page: what is found in one's own Nextcloud, how far the index is, what failed. */
import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import { createRateLimit } from '../authorization/rate-limit.ts'
import { type CodedError, hasCode, isCodedError } from '../nextcloud/errors.ts'
import { DOCUMENT_TYPES, type DocumentKey } from '../search/document.ts'
import { EmbeddingError } from '../search/embed/embedder.ts'
import { ofIndex } from '../search/query/find.ts'
import { MODES, PLAIN_SEARCH } from '../search/query/request.ts'
import type { SearchResult, SearchRow } from '../search/query/result.ts'
import type { PageRequest } from './browser.ts'
import { securityHeaders } from './headers.ts'
import { fault, go, type Pages, type SearchPages } from './pages.ts'
import { passageOf } from './passage.ts'
import { forSignedIn, type SignedIn } from './signed-in.ts'
import {
  type Found,
  type IndexStatus,
  type Question,
  SEARCH_FIELDS,
  type SearchProblem,
  searchPage,
} from './views/index.ts'

/** Path of the page. */
export const SEARCH_PATH = '/app/search'

const RETRY_PATH = `${SEARCH_PATH}/retry`
const LONGEST_QUERY = 500
const PAGE_SIZE = 10
const MOST_PAGES = 10
const MOST_FAILURES = 50
const LONGEST_SEARCH_MS = 30_000
/** Each search makes a vector, and asks Nextcloud about every document that it finds. */
const LIMIT = { max: 600, maxOfOne: 30, windowMs: 60_000 }

const STATUS: Partial<Record<SearchProblem, 400 | 429 | 503>> = {
  'too-long': 400,
  'too-many': 429,
  'model-down': 503,
  'search-down': 503,
}

/** Adds the page, where there is search. */
export function addSearchPages(app: Hono<{ Bindings: HttpBindings }>, pages: Pages): void {
  const { base, search } = pages
  if (search === undefined) return
  const { signedIn, submitted } = forSignedIn(pages)
  const limit = createRateLimit(LIMIT)

  app.get(SEARCH_PATH, c =>
    signedIn(c, async visitor => {
      const question = questionIn(c)
      const index = await indexOf(pages, search, visitor.user.id)
      const answer = await answered(c, pages, search, visitor, {
        question,
        isAllowed: index.access === 'allowed',
        isLimited: () => limit.take(visitor.user.id) > 0,
      })
      const html = searchPage(visitor.page, {
        action: base + SEARCH_PATH,
        longestQuery: LONGEST_QUERY,
        types: search.types,
        question,
        ...answer,
        index: answer.problem === 'not-allowed' ? { ...index, access: 'not-allowed' } : index,
        retryAction: base + RETRY_PATH,
        isRetried: c.req.query('done') === 'retried',
      })
      const status = answer.problem === undefined ? 200 : (STATUS[answer.problem] ?? 200)
      return c.html(html, status, securityHeaders())
    }),
  )

  app.post(RETRY_PATH, c =>
    submitted(c, async (visitor, form) => {
      const document = documentIn(form)
      if (document === 'unknown') return fault(c, visitor, 'not-found')
      await search.retry(visitor.user.id, document)
      return go(c, `${base}${SEARCH_PATH}?done=retried`)
    }),
  )
}

function questionIn(c: PageRequest): Question {
  const asked = new Set(c.req.queries(SEARCH_FIELDS.types))
  const mode = MODES.find(each => each === c.req.query(SEARCH_FIELDS.mode))
  const page = Number(c.req.query(SEARCH_FIELDS.page) ?? 1)
  return {
    query: (c.req.query(SEARCH_FIELDS.query) ?? '').trim(),
    types: DOCUMENT_TYPES.filter(type => asked.has(type)),
    mode: mode ?? PLAIN_SEARCH.mode,
    page: Number.isInteger(page) ? Math.min(MOST_PAGES, Math.max(1, page)) : 1,
  }
}

/** The document that is to be tried again; undefined: all of them. */
function documentIn(form: FormData): DocumentKey | undefined | 'unknown' {
  const [type, id] = [form.get('type'), form.get('id')]
  if (type === null && id === null) return undefined
  const known = DOCUMENT_TYPES.find(each => each === type)
  return known === undefined || typeof id !== 'string' ? 'unknown' : { type: known, id }
}

interface Answer {
  readonly found?: Found
  readonly problem?: SearchProblem
}

/** What a question came to; none where nothing was asked. */
async function answered(
  c: PageRequest,
  pages: Pages,
  { search, searcher }: SearchPages,
  { user }: SignedIn,
  asked: { question: Question; isAllowed: boolean; isLimited: () => boolean },
): Promise<Answer> {
  const { query, types, mode, page } = asked.question
  if (query === '' || !asked.isAllowed) return {}
  if (query.length > LONGEST_QUERY) return { problem: 'too-long' }
  if (asked.isLimited()) return { problem: 'too-many' }
  try {
    const signal = AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(LONGEST_SEARCH_MS)])
    const whose = await searcher(user.id, signal)
    const result = await search(whose, {
      ...PLAIN_SEARCH,
      query,
      mode,
      types: types.length === 0 ? undefined : types,
      granularity: 'document',
      // One more tells whether there is a next page.
      limit: page * PAGE_SIZE + 1,
    })
    return { found: foundIn(result, asked.question, [whose.session.baseUrl, pages.nextcloudUrl]) }
  } catch (error) {
    if (!isCodedError(error)) throw error
    pages.log.warn({ code: error.code }, `a search on the page failed: ${error.message}`)
    return { problem: problemOf(error) }
  }
}

function problemOf(error: CodedError): SearchProblem {
  if (error.cause instanceof EmbeddingError) return 'model-down'
  if (hasCode(error, 'NOT_PROVISIONED') || hasCode(error, 'UNAUTHORIZED')) return 'not-allowed'
  if (hasCode(error, 'RATE_LIMITED')) return 'too-many'
  return 'search-down'
}

/** The rows of one page of a result. */
function foundIn(result: SearchResult, question: Question, [here, outside]: readonly string[]) {
  const before = (question.page - 1) * PAGE_SIZE
  return {
    from: before + 1,
    rows: result.rows.slice(before, before + PAGE_SIZE).map(row => ({
      type: row.type,
      title: row.title,
      place: placeOf(row),
      modifiedAt: row.modifiedAt,
      page: row.page,
      href: linkTo(row.url, here, outside),
      passage: passageOf(row.excerpt, question.query),
    })),
    hasMore: question.page < MOST_PAGES && result.rows.length > before + PAGE_SIZE,
    isByWordsOnly: question.mode === 'hybrid' && result.method === 'bm25',
    unchecked: result.unchecked,
    notSearched: result.notSearched.map(({ type }) => type),
  }
}

/** The folder of a file, which may have moved since it was indexed; what others are filed under. */
function placeOf({ type, path, category }: SearchRow): string {
  if (type !== 'file' || path === undefined) return category
  return path.slice(0, Math.max(0, path.lastIndexOf('/'))).replace(/^\/+/, '')
}

/**
 * An address in this Nextcloud, as browsers reach it; undefined for any other.
 * @param here as this server reaches it
 */
function linkTo(url: string | undefined, here = '', outside = here): string | undefined {
  if (url === undefined) return undefined
  const place = url.startsWith(`${here}/`)
    ? outside.replace(/\/+$/, '') + url.slice(here.length)
    : url
  const [link, home] = [URL.parse(place), URL.parse(`${outside.replace(/\/+$/, '')}/`)]
  if (link === null || home === null || !/^https?:$/.test(link.protocol)) return undefined
  const isOurs = link.origin === home.origin && link.pathname.startsWith(home.pathname)
  return isOurs && link.username === '' ? link.href : undefined
}

/** How far the index is, and why it is no further. */
async function indexOf(pages: Pages, search: SearchPages, userId: string): Promise<IndexStatus> {
  const { background } = pages
  const granted = await background?.status(userId)
  const access =
    granted !== undefined ? 'allowed' : background?.path ? 'not-allowed' : 'unavailable'
  const none = { access, allowHref: `${pages.base}/app#background` } as const
  if (access !== 'allowed') return none
  try {
    const report = await ofIndex(() => search.report(userId, MOST_FAILURES))
    return {
      ...none,
      isHeldUp: search.isHeldUp(),
      isRebuilt: report.generations.length > 1,
      why: report.users[0]?.why?.code,
      apps: report.users[0]?.types.map(({ why, ...app }) => ({ ...app, why: why?.code })) ?? [],
      failures: report.failures.map(({ type, id, name, reason }) => ({
        type,
        id,
        name,
        why: reason.code,
      })),
    }
  } catch (error) {
    if (!isCodedError(error)) throw error
    pages.log.warn({ code: error.code }, `the search index does not tell: ${error.message}`)
    return none
  }
}
