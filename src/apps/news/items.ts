/** Which items a list has, and what it tells of each. */

import { htmlToMarkdown } from '../../documents/html.ts'
import { badInput } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { excerptOf } from '../../text/excerpt.ts'
import { type Item, type ItemQuery, news } from './api.ts'

/** What a caller may ask for; everything that is given must hold. */
export interface ItemFilter {
  type?: ItemQuery['type'] | undefined
  feed_id?: number | undefined
  folder_id?: number | undefined
  starred_only: boolean
  unread_only: boolean
  limit: number
  offset: number
}

/** One page of items, the latest first. */
export interface ItemPage {
  items: Item[]
  hasMore: boolean
  /** Lowest id that was looked at: where the next page begins. */
  oldestId: number | null
}

/** Characters of the text that a list shows. */
const EXCERPT = 200
/** Characters of the text of one item that is read. */
const TEXT = 6_000
/** Where the API cannot filter, pages of this many are looked through ... */
const BATCH = 200
/** ... and no more than so many in one call. */
const BATCHES = 10

/**
 * The items that a filter asks for; one request, and more only for starred items of one feed or
 * folder, or unread ones, which the API cannot list.
 */
export async function listItems(session: Session, filter: ItemFilter): Promise<ItemPage> {
  const { query, isMeant } = await plan(session, filter)
  const { limit, offset } = filter
  if (isMeant === undefined) {
    // One more than asked for tells whether there are more.
    const found = await news(session).items({ ...query, limit: limit + 1, offset })
    return pageOf(found, limit)
  }
  const kept: Item[] = []
  let from = offset
  for (let batch = 0; batch < BATCHES; batch++) {
    const found = await news(session).items({ ...query, limit: BATCH, offset: from })
    kept.push(...found.filter(isMeant))
    if (kept.length > limit || found.length < BATCH) return pageOf(kept, limit)
    from = found.at(-1)?.id ?? 0
  }
  return { items: kept, hasMore: true, oldestId: from }
}

/** What a list tells of an item. */
export function summaryOf({
  id,
  title,
  feedId,
  unread,
  starred,
  pubDate,
  url,
  author,
  body,
}: Item) {
  const excerpt = excerptOf(htmlToMarkdown(body ?? '', { links: false }), EXCERPT)
  return { id, title, feedId, unread, starred, pubDate, url, author, excerpt }
}

/** An item to read: its text, or its HTML as News keeps it. */
export function readable(item: Item, html: boolean): Item & { body_truncated?: true } {
  if (html || item.body === null) return item
  const body = htmlToMarkdown(item.body)
  const mediaDescription = item.mediaDescription && htmlToMarkdown(item.mediaDescription)
  if (body.length <= TEXT) return { ...item, body, mediaDescription }
  return {
    ...item,
    body: `${body.slice(0, TEXT).toWellFormed()}…`,
    mediaDescription,
    body_truncated: true,
  }
}

/** What to ask the API for, and what is left to filter here. */
async function plan(
  session: Session,
  filter: ItemFilter,
): Promise<{
  query: Pick<ItemQuery, 'type' | 'id' | 'unreadOnly'>
  isMeant?: (item: Item) => boolean
}> {
  const { feed_id, folder_id, type } = filter
  if (feed_id !== undefined && folder_id !== undefined) {
    throw badInput('Give feed_id or folder_id, not both')
  }
  if (type === 'feed' && feed_id === undefined) throw badInput('feed_id: needed for this type')
  if (type === 'folder' && folder_id === undefined)
    throw badInput('folder_id: needed for this type')
  const unreadOnly = filter.unread_only || type === 'unread'
  if (!filter.starred_only && type !== 'starred') {
    if (feed_id !== undefined) return { query: { type: 'feed', id: feed_id, unreadOnly } }
    if (folder_id !== undefined) return { query: { type: 'folder', id: folder_id, unreadOnly } }
    return { query: { type: 'all', unreadOnly } }
  }
  const query = { type: 'starred' } as const
  if (feed_id === undefined && folder_id === undefined && !unreadOnly) return { query }
  const feeds = folder_id === undefined ? undefined : await feedsIn(session, folder_id)
  const isMeant = (item: Item) =>
    (!unreadOnly || item.unread) &&
    (feed_id === undefined || item.feedId === feed_id) &&
    (feeds === undefined || feeds.has(item.feedId))
  return { query, isMeant }
}

async function feedsIn(session: Session, folderId: number): Promise<ReadonlySet<number>> {
  const { feeds } = await news(session).feeds()
  return new Set(feeds.filter(feed => feed.folderId === folderId).map(({ id }) => id))
}

function pageOf(found: readonly Item[], limit: number): ItemPage {
  const items = found.slice(0, limit)
  return { items, hasMore: found.length > limit, oldestId: items.at(-1)?.id ?? null }
}
