/** The tools of the News app that change something. */
import { z } from 'zod'
import { defineTool } from '../../mcp/tool.ts'
import { badInput, isCodedError, withDetails } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { type Feed, feedOf, folderOf, news, type Shelf } from './api.ts'
import { FeedSummary, feedSummary } from './read-tools.ts'

const id = z.int().min(1)
const itemIds = z.array(id).min(1).max(500)

export const markRead = defineTool({
  name: 'nc_news_mark_read',
  title: 'Mark items read',
  description:
    'Marks items read or unread, or everything read: of a feed, of a folder, or all. Give one of item_ids, feed_id, folder_id, all.',
  scopes: ['news:write'],
  effect: 'update',
  idempotent: true,
  input: z.object({
    item_ids: itemIds.optional(),
    unread: z.boolean().optional().describe('With item_ids: marks them unread'),
    feed_id: id.optional(),
    folder_id: id.optional(),
    all: z.boolean().optional(),
    up_to_item_id: id.optional().describe('Newer items stay unread; default: the newest there is'),
  }),
  output: z.object({
    marked: z.string(),
    up_to_item_id: z.int().optional(),
  }),
  async run({ session }, { item_ids, unread, feed_id, folder_id, all, up_to_item_id }) {
    const targets = [item_ids, feed_id, folder_id, all || undefined]
    if (targets.filter(target => target !== undefined).length !== 1) {
      throw badInput('Give exactly one of item_ids, feed_id, folder_id, all')
    }
    if (item_ids !== undefined) {
      if (up_to_item_id !== undefined) throw badInput('up_to_item_id: not with item_ids')
      await news(session).mark(item_ids, unread ? 'unread' : 'read')
      return { marked: counted(item_ids) }
    }
    if (unread) throw badInput('unread: with item_ids only')
    const shelf: Shelf =
      feed_id !== undefined
        ? { feed: feed_id }
        : folder_id !== undefined
          ? { folder: folder_id }
          : 'all'
    const { name, newest } = await look(session, shelf, up_to_item_id)
    if (newest === undefined) return { marked: `${name}: there are no items` }
    await news(session).markShelfRead(shelf, newest)
    return { marked: name, up_to_item_id: newest }
  },
})

export const setStarred = defineTool({
  name: 'nc_news_set_starred',
  title: 'Star items',
  description: 'Stars items, which keeps them, or takes the stars away.',
  scopes: ['news:write'],
  effect: 'update',
  idempotent: true,
  input: z.object({ item_ids: itemIds, starred: z.boolean().default(true) }),
  output: z.object({ marked: z.string() }),
  async run({ session }, { item_ids, starred }) {
    await news(session).mark(item_ids, starred ? 'star' : 'unstar')
    return { marked: counted(item_ids) }
  },
})

export const subscribe = defineTool({
  name: 'nc_news_subscribe',
  title: 'Subscribe to a feed',
  description: 'Has Nextcloud fetch an RSS or Atom feed from now on.',
  scopes: ['news:write'],
  effect: 'create',
  openWorld: true,
  input: z.object({ url: z.string(), folder_id: id.optional() }),
  output: z.object({ feed: FeedSummary }),
  async run({ session }, { url, folder_id }) {
    const address = feedAddress(url)
    // News takes any number for a folder, and shows the feed in none.
    if (folder_id !== undefined) folderOf(await news(session).folders(), folder_id)
    const feed = await news(session).subscribe(address, folder_id).catch(explain)
    return { feed: feedSummary(feed) }
  },
})

export const unsubscribe = defineTool({
  name: 'nc_news_unsubscribe',
  title: 'Unsubscribe from a feed',
  description: 'Deletes a feed with all its items, starred ones too. It cannot be undone.',
  scopes: ['news:write'],
  effect: 'delete',
  idempotent: true,
  input: z.object({ feed_id: id }),
  output: z.object({ deleted_id: z.int() }),
  async run({ session }, { feed_id }) {
    await news(session).unsubscribe(feed_id)
    return { deleted_id: feed_id }
  },
})

/** The name of a shelf that is there, and up to which item it is to be read. */
async function look(
  session: Session,
  shelf: Shelf,
  upTo: number | undefined,
): Promise<{ name: string; newest: number | undefined }> {
  const api = news(session)
  const isFolder = typeof shelf === 'object' && 'folder' in shelf
  // News fails on a feed or folder that is not there.
  const [folders, listing] = await Promise.all([
    isFolder ? api.folders() : [],
    upTo === undefined || (typeof shelf === 'object' && 'feed' in shelf) ? api.feeds() : undefined,
  ])
  return {
    name: nameOf(shelf, listing?.feeds ?? [], folders),
    newest: upTo ?? listing?.newestItemId,
  }
}

function nameOf(
  shelf: Shelf,
  feeds: readonly Feed[],
  folders: Parameters<typeof folderOf>[0],
): string {
  if (shelf === 'all') return 'all items'
  if ('feed' in shelf) return `feed "${feedOf(feeds, shelf.feed).title}"`
  return `folder "${folderOf(folders, shelf.folder).name}"`
}

/** News passes over unknown ids among several, so that no number of items can be promised. */
function counted(ids: readonly number[]): string {
  return ids.length === 1 ? `item ${ids[0]}` : `those of the ${ids.length} items that exist`
}

function feedAddress(url: string): string {
  const text = url.trim()
  const parsed = URL.canParse(text) ? new URL(text) : undefined
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw badInput(`url: "${url}" is not the address of a feed (http or https)`)
  }
  // News tells feeds apart by their addresses as they were given.
  return /^[!-~]+$/.test(text) ? text : parsed.href
}

function explain(error: unknown): never {
  if (!isCodedError(error)) throw error
  const { code, details } = error
  if (code === 'CONFLICT') {
    throw withDetails(error, 'There is a subscription to this feed already', {
      hint: 'nc_news_list_feeds lists it.',
    })
  }
  // 404 is what News says of any page that is no feed; other versions say 422.
  if (code === 'NOT_FOUND' || details.status === 422) {
    throw withDetails(error, 'Nextcloud found no feed at this address', {
      hint: 'Look on the site for the address of its RSS or Atom feed.',
    })
  }
  if (details.outcomeUnknown !== true) throw error
  throw withDetails(error, error.message, {
    hint: 'The subscription may have been made: look with nc_news_list_feeds before trying again.',
  })
}
