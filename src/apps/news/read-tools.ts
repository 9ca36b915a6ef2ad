/** The tools of the News app that only read. */
import { z } from 'zod'
import { defineTool } from '../../mcp/tool.ts'
import type { Session } from '../../nextcloud/session.ts'
import { type Feed, feedOf, ITEM_TYPES, news } from './api.ts'
import { type ItemFilter, listItems, readable, summaryOf } from './items.ts'

const id = z.int().min(1)

const paging = {
  limit: z.int().min(1).max(1_000).default(50),
  offset: z.int().min(0).default(0).describe('Lower ids only: next_offset of the last page'),
}

const ItemList = z.object({
  results: z.array(
    z.object({
      id: z.int(),
      title: z.string(),
      feedId: z.int(),
      unread: z.boolean(),
      starred: z.boolean(),
      pubDate: z.int().nullable().describe('Seconds since 1970'),
      url: z.string().nullable(),
      author: z.string().nullable(),
      excerpt: z.string().describe('The beginning of the text'),
    }),
  ),
  total_count: z.int().describe('On this page'),
  has_more: z.boolean(),
  oldest_id: z.int().nullable(),
  next_offset: z.int().optional().describe('Only where there is more'),
})

/** A feed as tools give it. */
export const FeedSummary = z.object({
  id: z.int(),
  url: z.string(),
  title: z.string(),
  faviconLink: z.string().nullable(),
  link: z.string().nullable(),
  added: z.int().describe('Seconds since 1970'),
  folderId: z.int().nullable(),
  unreadCount: z.int(),
  ordering: z.int(),
  pinned: z.boolean(),
  updateErrorCount: z.int(),
  lastUpdateError: z.string().nullable(),
})

/** News's own numbers are taken as well as names. */
const itemType = z
  .union([z.string(), z.int()])
  .transform((value, context) => {
    const entry = Object.entries(ITEM_TYPES).find(([name, type]) =>
      [name, String(type)].includes(String(value).trim().toLowerCase()),
    )
    if (entry) return entry[0] as keyof typeof ITEM_TYPES
    context.addIssue(`one of ${Object.keys(ITEM_TYPES).join(', ')}`)
    return z.NEVER
  })
  .describe('feed, folder, starred, all or unread')

export const listFolders = defineTool({
  name: 'nc_news_list_folders',
  title: 'List folders of feeds',
  description: 'Lists the folders that feeds are in.',
  scopes: ['news:read'],
  effect: 'read',
  input: z.object({}),
  output: z.object({
    results: z.array(z.object({ id: z.int(), name: z.string() })),
    total_count: z.int(),
  }),
  async run({ session }) {
    const results = await news(session).folders()
    return { results, total_count: results.length }
  },
})

export const listFeeds = defineTool({
  name: 'nc_news_list_feeds',
  title: 'List feeds',
  description: 'Lists subscribed feeds with unread counts and errors.',
  scopes: ['news:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    limit: z.int().min(1).max(1_000).default(200),
    offset: z.int().min(0).default(0),
  }),
  output: z.object({
    results: z.array(FeedSummary),
    starred_count: z.int(),
    newest_item_id: z.int().nullable(),
    total_count: z.int(),
    next_offset: z.int().optional().describe('Only where there is more'),
  }),
  async run({ session }, { limit, offset }) {
    const { feeds, starredCount, newestItemId } = await news(session).feeds()
    const end = offset + limit
    return {
      results: feeds.slice(offset, end).map(feedSummary),
      starred_count: starredCount,
      newest_item_id: newestItemId ?? null,
      total_count: feeds.length,
      ...(end < feeds.length ? { next_offset: end } : {}),
    }
  },
})

export const listNewsItems = defineTool({
  name: 'nc_news_list_items',
  title: 'List news items',
  description:
    'Lists the articles (items) of feeds, the latest first, with the beginning of their text.',
  scopes: ['news:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    feed_id: id.optional(),
    folder_id: id.optional(),
    starred_only: z.boolean().default(false),
    unread_only: z.boolean().default(false),
    type: itemType.optional(),
    ...paging,
  }),
  output: ItemList,
  run: ({ session }, filter) => list(session, filter),
})

export const getStarredItems = defineTool({
  name: 'nc_news_get_starred_items',
  title: 'List starred items',
  description: 'Lists starred items, the latest first.',
  scopes: ['news:read'],
  effect: 'read',
  untrusted: true,
  input: z.object(paging),
  output: ItemList,
  run: ({ session }, page) => list(session, { ...page, starred_only: true, unread_only: false }),
})

export const getUnreadItems = defineTool({
  name: 'nc_news_get_unread_items',
  title: 'List unread items',
  description: 'Lists unread items, the latest first.',
  scopes: ['news:read'],
  effect: 'read',
  untrusted: true,
  input: z.object(paging),
  output: ItemList,
  run: ({ session }, page) => list(session, { ...page, starred_only: false, unread_only: true }),
})

const NewsItem = z.object({
  id: z.int(),
  guid: z.string(),
  guidHash: z.string(),
  url: z.string().nullable(),
  title: z.string(),
  author: z.string().nullable(),
  pubDate: z.int().nullable().describe('Seconds since 1970'),
  body: z.string().nullable().describe('Text, or HTML where asked for'),
  body_truncated: z.boolean().optional(),
  enclosureMime: z.string().nullable(),
  enclosureLink: z.string().nullable(),
  mediaThumbnail: z.string().nullable(),
  mediaDescription: z.string().nullable(),
  feedId: z.int(),
  unread: z.boolean(),
  starred: z.boolean(),
  rtl: z.boolean(),
  lastModified: z.int(),
  fingerprint: z.string().nullable(),
  contentHash: z.string().nullable(),
})

export const getNewsItem = defineTool({
  name: 'nc_news_get_item',
  title: 'Read a news item',
  description: 'Reads one item. It stays unread.',
  scopes: ['news:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    item_id: id,
    html: z.boolean().default(false).describe('The whole body as HTML instead of text'),
  }),
  output: z.object({ item: NewsItem }),
  run: async ({ session }, { item_id, html }) => ({
    item: readable(await news(session).item(item_id), html),
  }),
})

export const getFeedHealth = defineTool({
  name: 'nc_news_get_feed_health',
  title: 'Check a feed',
  description: 'Tells whether a feed can be fetched, and when its latest item is from.',
  scopes: ['news:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({ feed_id: id }),
  output: z.object({
    feed_id: z.int(),
    title: z.string(),
    url: z.string(),
    has_errors: z.boolean(),
    error_count: z.int().describe('Failures in a row'),
    last_error: z.string().nullable(),
    latest_item: z.int().nullable().describe('Its date in seconds since 1970'),
    next_update: z.int().nullable().describe('Seconds since 1970, where News says it'),
  }),
  async run({ session }, { feed_id }) {
    const api = news(session)
    const [{ feeds }, [latest]] = await Promise.all([
      api.feeds(),
      api.items({ type: 'feed', id: feed_id, limit: 1, offset: 0 }),
    ])
    const feed = feedOf(feeds, feed_id)
    const last_error = feed.lastUpdateError || null
    return {
      feed_id,
      title: feed.title,
      url: feed.url,
      has_errors: feed.updateErrorCount > 0 || last_error !== null,
      error_count: feed.updateErrorCount,
      last_error,
      latest_item: latest?.pubDate ?? null,
      next_update: feed.nextUpdateTime,
    }
  },
})

export const getStatus = defineTool({
  name: 'nc_news_get_status',
  title: 'Status of the News app',
  description: "Tells News's version and what is wrong with its set-up.",
  scopes: ['news:read'],
  effect: 'read',
  input: z.object({}),
  output: z.object({ version: z.string(), warnings: z.record(z.string(), z.unknown()) }),
  run: ({ session }) => news(session).status(),
})

/** A feed in the shape of a result. */
export function feedSummary(feed: Feed): z.input<typeof FeedSummary> {
  const { id, url, title, faviconLink, link, added, unreadCount, ordering, pinned } = feed
  return {
    id,
    url,
    title,
    faviconLink,
    link,
    added,
    // The top of the tree has been 0 as well as null.
    folderId: feed.folderId || null,
    unreadCount,
    ordering,
    pinned,
    updateErrorCount: feed.updateErrorCount,
    lastUpdateError: feed.lastUpdateError || null,
  }
}

async function list(session: Session, filter: ItemFilter): Promise<z.input<typeof ItemList>> {
  const { items, hasMore, oldestId } = await listItems(session, filter)
  return {
    results: items.map(summaryOf),
    total_count: items.length,
    has_more: hasMore,
    oldest_id: oldestId,
    ...(hasMore && oldestId !== null ? { next_offset: oldestId } : {}),
  }
}
