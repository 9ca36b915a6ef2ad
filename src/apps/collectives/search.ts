/** Finding pages by what they are called and by what they say. */

import { hasCode } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { fold } from '../../text/fold.ts'
import { type ApiPage, collectives } from './api.ts'

/** A page and what of it was found. */
export interface FoundPage {
  page: ApiPage
  matched: 'title' | 'content'
}

/** What was found, and why there may be more. */
export interface Findings {
  found: FoundPage[]
  note: string | undefined
}

const NOTHING = 'Nothing found in texts; new ones are indexed by a background job only.'
const BROKEN =
  'Found by titles only: the index of texts is out of date, which a background job of Nextcloud mends.'

/**
 * Pages whose titles have all words of the query, and those that the full-text index has. The
 * index is made by a background job, so it may lack what is new, or all. Two requests.
 */
export async function searchPages(
  session: Session,
  collectiveId: number,
  query: string,
): Promise<Findings> {
  const api = collectives(session)
  const [pages, inContent] = await Promise.all([
    api.pages(collectiveId),
    api.search(collectiveId, query).catch((error: unknown) => {
      // An index that is broken says as little as one that is empty. One with a page that has been
      // deleted since makes Nextcloud say that there is nothing at all.
      if (hasCode(error, 'UPSTREAM_ERROR') || hasCode(error, 'NOT_FOUND')) return undefined
      throw error
    }),
  ])
  const words = fold(query).split(/\s+/).filter(Boolean)
  const inTitle = pages.filter(({ title }) => words.every(word => fold(title).includes(word)))
  const known = new Set(inTitle.map(({ id }) => id))
  return {
    found: [
      ...inTitle.map(page => ({ page, matched: 'title' as const })),
      ...(inContent ?? [])
        .filter(({ id }) => !known.has(id))
        .map(page => ({ page, matched: 'content' as const })),
    ],
    note: inContent === undefined ? BROKEN : inContent.length === 0 ? NOTHING : undefined,
  }
}
