import { createHash } from 'node:crypto'
import { identifyForApp } from '../app-identity.ts'
import {
  type Exchange,
  integer,
  jsonReply,
  parameters,
  type Reply,
  reply,
  unknownRoute,
} from '../http.ts'
import { type Instance, isEnabled } from '../instance.ts'
import { connectionRefused } from '../web.ts'
import { readFeed } from './feed.ts'
import {
  addFeed,
  addFolder,
  feedsOf,
  itemsOf,
  type NewsFeed,
  type NewsFolder,
  type NewsItem,
  type NewsStore,
  removeFeed,
  removeFolder,
} from './store.ts'

/** Where the API of the News app lies. */
export const newsPrefix = '/index.php/apps/news/'

const version = '27.2.0'
const types = { feed: 0, folder: 1, starred: 2, all: 3, unread: 6 }

/** A request of a known user to the News API. */
interface NewsCall {
  instance: Instance
  exchange: Exchange
  news: NewsStore
  userId: string
  given: Record<string, unknown>
}

/** Answers a request to the News app. */
export async function handleNews(instance: Instance, exchange: Exchange): Promise<Reply> {
  const path = exchange.path.slice(newsPrefix.length)
  if (!isEnabled(instance, 'news') || !path.startsWith('api/v1-3/')) return unknownRoute()
  const anonymous = jsonReply(401, { message: 'Current user is not logged in' })
  const identity = identifyForApp(instance, exchange, anonymous)
  if ('status' in identity) return identity
  const { id: userId } = identity.account
  const { news, directory } = instance.state
  const call = { instance, exchange, news, userId, given: parameters(exchange) }
  const [area = '', first, second] = path.slice('api/v1-3/'.length).split('/')
  if (area === 'feeds' && first === 'all' && !directory.groups.get('admin')?.has(userId)) {
    return jsonReply(403, { message: 'Logged in account must be an admin' })
  }
  const id = first !== undefined && /^\d+$/.test(first) ? Number(first) : undefined
  const shape = [area, id === undefined ? first : ':id', second].filter(Boolean).join('/')
  return route(call, `${exchange.method} ${shape}`, id ?? 0)
}

function route(call: NewsCall, name: string, id: number): Reply | Promise<Reply> {
  const { news, userId, given } = call
  switch (name) {
    case 'GET version':
      return jsonReply(200, { version })
    case 'GET status':
      return jsonReply(200, {
        version,
        warnings: { improperlyConfiguredCron: false, incorrectDbCharset: false },
      })
    case 'GET folders':
      return jsonReply(200, {
        folders: [...news.folders.values()].filter(own(userId)).map(folderJson),
      })
    case 'POST folders':
      if (typeof given.name !== 'string') return failed()
      return jsonReply(200, { folders: [folderJson(addFolder(news, userId, given.name))] })
    case 'PUT folders/:id':
      return onFolder(call, id, folder => {
        folder.name = String(given.name)
      })
    case 'DELETE folders/:id':
      return onFolder(call, id, folder => removeFolder(news, folder))
    case 'GET feeds':
      return onFeeds(call)
    case 'POST feeds':
      return onSubscribe(call)
    case 'DELETE feeds/:id':
      return onFeed(call, id, feed => removeFeed(news, feed))
    case 'POST feeds/:id/move':
      return onFeed(call, id, feed => {
        feed.folderId = integer(given.folderId) || null
      })
    case 'POST feeds/:id/rename':
      return onFeed(call, id, feed => {
        feed.title = String(given.feedTitle)
      })
    case 'GET items':
      return onItems(call)
    case 'GET items/updated':
      return onUpdated(call)
  }
  return onMarks(call, name, id)
}

/** Items that changed in a second or later, whether they are read or not. */
function onUpdated({ news, userId, given }: NewsCall): Reply {
  const since = integer(given.lastModified) ?? 0
  const items = itemsOf(news, userId).filter(({ changed }) => changed >= since)
  return jsonReply(200, { items: items.map(itemJson) })
}

function onMarks(call: NewsCall, name: string, id: number): Reply {
  const { news, userId, given } = call
  const [, area, mark] = /^POST (\w+)(?:\/:id)?\/(\w+)/.exec(name) ?? []
  const newest = integer(given.newestItemId)
  const readUpTo = (isMeant: (item: NewsItem) => boolean): Reply => {
    if (newest === undefined) return failed()
    const items = itemsOf(news, userId).filter(item => item.id <= newest && item.unread)
    for (const item of items.filter(isMeant)) change(call, item, { unread: false })
    return jsonReply(200, null)
  }
  if (name === 'POST items/read') return readUpTo(() => true)
  if (name === 'POST feeds/:id/read') {
    // The app does not catch that there is none.
    const feed = news.feeds.get(id)
    return feed?.userId === userId ? readUpTo(item => item.feedId === id) : failed()
  }
  if (name === 'POST folders/:id/read') {
    if (news.folders.get(id)?.userId !== userId) return failed()
    return readUpTo(item => news.feeds.get(item.feedId)?.folderId === id)
  }
  const marks: Record<string, Partial<NewsItem>> = {
    read: { unread: false },
    unread: { unread: true },
    star: { starred: true },
    unstar: { starred: false },
  }
  const changes = marks[mark ?? '']
  if (area !== 'items' || changes === undefined) return unknownRoute()
  const items = itemsOf(news, userId)
  if (name.endsWith('/multiple')) {
    const ids = Array.isArray(given.itemIds) ? given.itemIds : undefined
    if (ids === undefined) return failed()
    // Those that are not there are passed over.
    for (const item of items.filter(item => ids.includes(item.id))) change(call, item, changes)
    return jsonReply(200, null)
  }
  const item = items.find(item => item.id === id)
  if (item === undefined) return notFound('items')
  change(call, item, changes)
  return jsonReply(200, [])
}

function change({ instance }: NewsCall, item: NewsItem, changes: Partial<NewsItem>): void {
  Object.assign(item, changes, { changed: seconds(instance) })
}

function onFeeds({ news, userId }: NewsCall): Reply {
  const items = itemsOf(news, userId)
  const feeds = feedsOf(news, userId).map(feed => ({
    ...feedJson(feed),
    unreadCount: items.filter(item => item.feedId === feed.id && item.unread).length,
    lastUpdateError: feed.lastError,
  }))
  const starredCount = items.filter(item => item.starred).length
  return jsonReply(200, { starredCount, feeds, ...newest(items) })
}

async function onSubscribe({ instance, news, userId, given }: NewsCall): Promise<Reply> {
  const { url } = given
  if (typeof url !== 'string' || !URL.canParse(url)) return failed()
  const page = await instance.settings.web(url)
  if (page === undefined) return jsonReply(404, { message: connectionRefused(url) })
  const content = page.status === 200 ? readFeed(page.body) : undefined
  if (content === undefined) {
    return jsonReply(404, { message: 'No parser can handle this stream' })
  }
  if (feedsOf(news, userId).some(feed => feed.url === url)) {
    return jsonReply(409, { message: 'Feed with this URL exists' })
  }
  const folderId = integer(given.folderId) || null
  const feed = addFeed(news, userId, { url, folderId, content }, seconds(instance))
  const made = { ...feedJson(feed), unreadCount: null, lastUpdateError: '' }
  return jsonReply(200, { feeds: [made], ...newest(itemsOf(news, userId)) })
}

function onItems({ news, userId, given }: NewsCall): Reply {
  const type = integer(given.type ?? types.all)
  const id = integer(given.id ?? 0)
  const getRead = !['false', '0', ''].includes(String(given.getRead ?? 'true'))
  const oldestFirst = ['true', '1'].includes(String(given.oldestFirst))
  const limit = integer(given.batchSize) ?? -1
  const offset = integer(given.offset) ?? 0
  if (type === types.starred && !getRead) {
    return jsonReply(200, {
      message: 'Setting getRead on an already filtered list is not allowed!',
    })
  }
  const feedOf = (item: NewsItem) => news.feeds.get(item.feedId)
  const meant: Record<number, (item: NewsItem) => boolean> = {
    [types.feed]: item => item.feedId === id,
    [types.folder]: item => feedOf(item)?.folderId === id,
    [types.starred]: item => item.starred,
    [types.all]: () => true,
    [types.unread]: item => item.unread,
  }
  const isMeant = meant[type ?? -1]
  if (isMeant === undefined) return failed()
  const latestFirst = itemsOf(news, userId).filter(
    item => isMeant(item) && (getRead || item.unread),
  )
  const items = (oldestFirst ? latestFirst.toReversed() : latestFirst).filter(
    item => offset === 0 || (oldestFirst ? item.id > offset : item.id < offset),
  )
  return jsonReply(200, { items: (limit >= 1 ? items.slice(0, limit) : items).map(itemJson) })
}

function onFolder(
  { news, userId }: NewsCall,
  id: number,
  act: (folder: NewsFolder) => void,
): Reply {
  const folder = news.folders.get(id)
  if (folder?.userId !== userId) return notFound('folders')
  act(folder)
  return jsonReply(200, [])
}

function onFeed({ news, userId }: NewsCall, id: number, act: (feed: NewsFeed) => void): Reply {
  const feed = news.feeds.get(id)
  if (feed?.userId !== userId) return notFound('feeds')
  act(feed)
  return jsonReply(200, [])
}

function newest([first]: NewsItem[]): { newestItemId?: number } {
  return first === undefined ? {} : { newestItemId: first.id }
}

function folderJson({ id, name }: NewsFolder): object {
  return { id, name, opened: true, feeds: [] }
}

function feedJson({ id, url, title, added, folderId, link, errors }: NewsFeed): object {
  return {
    id,
    url,
    title,
    faviconLink: null,
    added,
    folderId,
    ordering: 0,
    link,
    pinned: false,
    updateErrorCount: errors,
    items: [],
    nextUpdateTime: null,
  }
}

function itemJson(item: NewsItem): object {
  const { id, guid, url, title, author, published, body, enclosure, feedId } = item
  const marks = [title, url, body, enclosure?.link]
  return {
    id,
    guid,
    guidHash: md5(guid),
    url,
    title,
    author,
    pubDate: published,
    updatedDate: null,
    body,
    enclosureMime: enclosure?.mime ?? null,
    enclosureLink: enclosure?.link ?? null,
    mediaThumbnail: null,
    mediaDescription: null,
    feedId,
    unread: item.unread,
    starred: item.starred,
    lastModified: item.changed,
    rtl: false,
    fingerprint: md5(marks.join('')),
    contentHash: md5([...marks, enclosure?.mime, author].join('')),
  }
}

function own(userId: string): (thing: { userId: string }) => boolean {
  return thing => thing.userId === userId
}

function seconds({ settings }: Instance): number {
  return Math.floor(settings.now() / 1000)
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}

/** What the database said, word for word. */
function notFound(table: 'folders' | 'feeds' | 'items'): Reply {
  const queries = {
    folders:
      'SELECT * FROM `*PREFIX*news_folders` WHERE (user_id = :user_id) AND (id = :id) AND (deleted_at = 0)',
    feeds:
      'SELECT * FROM `*PREFIX*news_feeds` WHERE (user_id = :user_id) AND (id = :id) ORDER BY `title` ASC',
    items:
      'SELECT `items`.* FROM `*PREFIX*news_items` `items` INNER JOIN `*PREFIX*news_feeds` `feeds` ' +
      'ON items.feed_id = feeds.id WHERE (feeds.user_id = :user_id) AND (items.id = :item_id) ' +
      'AND (feeds.deleted_at = 0)',
  }
  return jsonReply(404, {
    message: `Did expect one result but found none when executing: query "${queries[table]}"; `,
  })
}

function failed(): Reply {
  return reply(
    500,
    { 'Content-Type': 'text/html; charset=UTF-8' },
    '<!DOCTYPE html>\n<html></html>',
  )
}
