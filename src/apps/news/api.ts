/**
 * The News app's HTTP interface, version 1.3.
 * @see https://nextcloud.github.io/news/api/api-v1-3/
 */
import { z } from 'zod'
import { CodedError, hasCode } from '../../nextcloud/errors.ts'
import type { Reply } from '../../nextcloud/reply.ts'
import type { HttpRequest } from '../../nextcloud/request.ts'
import type { Session } from '../../nextcloud/session.ts'
import {
  type Elements,
  elements,
  flag,
  list,
  looseRecord,
  number,
  text,
} from '../../nextcloud/tolerant.ts'

const API = '/index.php/apps/news/api/v1-3'

const id = z.coerce.number().int()

const Folder = z.object({ id, name: text('') })
/** A folder of feeds. */
export type Folder = z.infer<typeof Folder>

const Feed = z.object({
  id,
  url: text(''),
  title: text(''),
  faviconLink: text(null),
  link: text(null),
  /** Seconds since 1970, as are all times. */
  added: number(0),
  /** Null or 0 at the top. */
  folderId: number(null),
  unreadCount: number(0),
  ordering: number(0),
  pinned: flag(),
  updateErrorCount: number(0),
  lastUpdateError: text(null),
  nextUpdateTime: number(null),
})
/** A feed that the user is subscribed to. */
export type Feed = z.infer<typeof Feed>

const Item = z.object({
  id,
  guid: text(''),
  guidHash: text(''),
  url: text(null),
  title: text(''),
  author: text(null),
  pubDate: number(null),
  /** HTML. */
  body: text(null),
  enclosureMime: text(null),
  enclosureLink: text(null),
  mediaThumbnail: text(null),
  mediaDescription: text(null),
  feedId: number(0),
  unread: flag(),
  starred: flag(),
  rtl: flag(),
  lastModified: number(0),
  fingerprint: text(null),
  contentHash: text(null),
})
/** An article. */
export type Item = z.infer<typeof Item>

const Folders = z.object({ folders: list(Folder) })
const Feeds = z.object({
  feeds: list(Feed),
  starredCount: number(0),
  newestItemId: number(null).optional(),
})
const Items = z.object({ items: elements(Item) })
const Status = z.object({ version: text(''), warnings: looseRecord() })

/** Every feed of the user. */
export interface FeedListing {
  feeds: Feed[]
  starredCount: number
  /** Undefined where there are no items. */
  newestItemId: number | undefined
}

/** Lists of items by the numbers that the API has for them. */
export const ITEM_TYPES = { feed: 0, folder: 1, starred: 2, all: 3, unread: 6 } as const

/** Which items to list, and how many. */
export interface ItemQuery {
  type: keyof typeof ITEM_TYPES
  /** Of the feed or folder. */
  id?: number | undefined
  /** Leaves out what has been read; of starred items the API cannot. */
  unreadOnly?: boolean
  limit: number
  /** Only items with a lower id; 0 for the latest. */
  offset: number
}

/** What changed since a time. */
export interface UpdatedItems extends Elements<Item> {
  /** By Nextcloud's clock, in seconds: when it said so. */
  asOf: number | undefined
}

/** What can be marked read up to an item. */
export type Shelf = { feed: number } | { folder: number } | 'all'

/** News as the user of `session`. */
export function news(session: Session) {
  const send = async (request: HttpRequest): Promise<Reply> => {
    try {
      return await session.send({
        expect: [200],
        ...request,
        path: API + request.path,
        headers: { accept: 'application/json', ...request.headers },
      })
    } catch (error) {
      throw hasCode(error, 'NOT_FOUND') ? withoutQuery(error) : error
    }
  }
  const post = (path: string, body: object, subject: string) =>
    send({
      method: 'POST',
      path,
      subject,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  /** Changes answer with nothing: `[]`, or null. */
  const change = async (path: string, body: object, subject: string): Promise<void> => {
    const reply = await post(path, body, subject)
    reply.json(z.union([z.null(), z.array(z.unknown())]))
  }

  const page = async (query: ItemQuery): Promise<Elements<Item>> => {
    const { type, id, unreadOnly = false, limit, offset } = query
    const reply = await send({
      method: 'GET',
      path: '/items',
      query: {
        type: ITEM_TYPES[type],
        id,
        getRead: !unreadOnly,
        batchSize: limit,
        offset,
      },
      subject: 'the items',
    })
    return reply.json(Items).items
  }

  return {
    async folders(): Promise<Folder[]> {
      const reply = await send({ method: 'GET', path: '/folders', subject: 'the folders of feeds' })
      return reply.json(Folders).folders
    },

    async feeds(): Promise<FeedListing> {
      const reply = await send({ method: 'GET', path: '/feeds', subject: 'the feeds' })
      const { feeds, starredCount, newestItemId } = reply.json(Feeds)
      return { feeds, starredCount, newestItemId: newestItemId ?? undefined }
    },

    /** Items with a lower id than `offset`, the latest first. Their bodies always come along. */
    async items(query: ItemQuery): Promise<Item[]> {
      return (await page(query)).items
    },

    /** As {@link items}, with the number of those that could not be understood. */
    page,

    /**
     * Items that are new or changed, or were read or starred, at `since` (in seconds) or later; one
     * request.
     * @throws CodedError `TOO_LARGE` where that is more than fits into memory
     */
    async updated(since: number): Promise<UpdatedItems> {
      const reply = await send({
        method: 'GET',
        path: '/items/updated',
        query: { type: ITEM_TYPES.all, id: 0, lastModified: since },
        subject: 'the changed items',
      })
      const asOf = Date.parse(reply.headers.date ?? '') / 1_000
      const { items } = reply.json(Items)
      return { ...items, asOf: Number.isNaN(asOf) ? undefined : asOf }
    },

    /** One item, of which the API has no request of its own: the first below the next id. */
    async item(itemId: number): Promise<Item> {
      const [found] = await this.items({ type: 'all', limit: 1, offset: itemId + 1 })
      if (found?.id === itemId) return found
      throw notFound(itemSubject(itemId))
    },

    /**
     * Subscribes to a feed; Nextcloud fetches it at once.
     * @throws CodedError `CONFLICT` for a feed that is there already, `NOT_FOUND` where none is
     */
    async subscribe(url: string, folderId: number | undefined): Promise<Feed> {
      const body = { url, folderId: folderId ?? null }
      const reply = await post('/feeds', body, `the feed ${url}`)
      const [feed] = reply.json(Feeds).feeds
      if (feed === undefined) throw reply.unusable('no feed')
      return feed
    },

    /** Ends a subscription; all items of the feed are deleted, starred ones too. */
    async unsubscribe(feedId: number): Promise<void> {
      const subject = feedSubject(feedId)
      const reply = await send({ method: 'DELETE', path: `/feeds/${feedId}`, subject })
      reply.json(z.array(z.unknown()))
    },

    /** Marks items; of several, those that are not there are passed over. */
    mark(itemIds: readonly number[], as: 'read' | 'unread' | 'star' | 'unstar'): Promise<void> {
      const [first = 0, ...others] = itemIds
      return others.length === 0
        ? change(`/items/${first}/${as}`, {}, itemSubject(first))
        : change(`/items/${as}/multiple`, { itemIds }, `${itemIds.length} items`)
    },

    /** Marks everything on a shelf read, up to and with an item. */
    markShelfRead(shelf: Shelf, newestItemId: number): Promise<void> {
      const [path, subject] = placeOf(shelf)
      return change(`${path}/read`, { newestItemId }, subject)
    },

    async status(): Promise<z.infer<typeof Status>> {
      const reply = await send({ method: 'GET', path: '/status', subject: "News's status" })
      return reply.json(Status)
    },
  }
}

/** The feed of this id. */
export function feedOf(feeds: readonly Feed[], id: number): Feed {
  const feed = feeds.find(feed => feed.id === id)
  if (feed === undefined) throw notFound(feedSubject(id), 'nc_news_list_feeds lists all feeds.')
  return feed
}

/** The folder of this id. */
export function folderOf(folders: readonly Folder[], id: number): Folder {
  const folder = folders.find(folder => folder.id === id)
  if (folder) return folder
  throw notFound(`folder ${id} of feeds`, 'nc_news_list_folders lists all folders.')
}

function placeOf(shelf: Shelf): [path: string, subject: string] {
  if (shelf === 'all') return ['/items', 'all items']
  if ('feed' in shelf) return [`/feeds/${shelf.feed}`, feedSubject(shelf.feed)]
  return [`/folders/${shelf.folder}`, `folder ${shelf.folder} of feeds`]
}

function feedSubject(id: number): string {
  return `feed ${id}`
}

function itemSubject(id: number): string {
  return `item ${id}`
}

function notFound(subject: string, hint = 'Ids are those of a list of items.'): CodedError {
  return new CodedError('NOT_FOUND', 'Not found', { status: 404, subject, hint })
}

/** News says a database query for what is not there. */
function withoutQuery(error: CodedError): CodedError {
  const { serverMessage, ...details } = error.details
  if (serverMessage === undefined || !/\bSELECT\b/.test(serverMessage)) return error
  return new CodedError(error.code, error.message, { ...details, cause: error })
}
