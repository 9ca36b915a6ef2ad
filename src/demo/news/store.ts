import type { FeedArticle, FeedContent } from './feed.ts'

/** A folder of feeds. */
export interface NewsFolder {
  id: number
  userId: string
  name: string
}

/** What a user is subscribed to. */
export interface NewsFeed {
  id: number
  userId: string
  url: string
  title: string
  link: string | null
  /** Unix seconds. */
  added: number
  /** Null at the top; the folder need not exist. */
  folderId: number | null
  errors: number
  lastError: string | null
}

/** One article of a feed. */
export interface NewsItem extends FeedArticle {
  id: number
  feedId: number
  unread: boolean
  starred: boolean
  /** Unix seconds. */
  changed: number
}

/** Everything of the News app, of all users; ids count over the instance. */
export interface NewsStore {
  folders: Map<number, NewsFolder>
  feeds: Map<number, NewsFeed>
  items: Map<number, NewsItem>
  /** How many there ever were. */
  made: { folders: number; feeds: number; items: number }
}

/** News without feeds. */
export function createNews(): NewsStore {
  return {
    folders: new Map(),
    feeds: new Map(),
    items: new Map(),
    made: { folders: 0, feeds: 0, items: 0 },
  }
}

/** Makes a folder; the name may be taken, and empty. */
export function addFolder(news: NewsStore, userId: string, name: string): NewsFolder {
  const folder = { id: ++news.made.folders, userId, name }
  news.folders.set(folder.id, folder)
  return folder
}

/** Subscribes a user to a feed with the articles it has; `now` is in Unix seconds. */
export function addFeed(
  news: NewsStore,
  userId: string,
  { url, folderId, content }: { url: string; folderId: number | null; content: FeedContent },
  now: number,
): NewsFeed {
  const feed: NewsFeed = {
    id: ++news.made.feeds,
    userId,
    url,
    title: content.title || new URL(url).host,
    link: content.link,
    added: now,
    folderId,
    errors: 0,
    lastError: null,
  }
  news.feeds.set(feed.id, feed)
  // The first article of a feed is its latest, and gets the highest id.
  for (const article of content.articles.toReversed()) {
    const id = ++news.made.items
    const state = { unread: true, starred: false, changed: now }
    news.items.set(id, { id, feedId: feed.id, ...article, ...state })
  }
  return feed
}

/** Ends a subscription; its articles go with it. */
export function removeFeed(news: NewsStore, feed: NewsFeed): void {
  news.feeds.delete(feed.id)
  for (const item of news.items.values()) {
    if (item.feedId === feed.id) news.items.delete(item.id)
  }
}

/** Deletes a folder with the feeds in it. */
export function removeFolder(news: NewsStore, folder: NewsFolder): void {
  news.folders.delete(folder.id)
  for (const feed of feedsOf(news, folder.userId)) {
    if (feed.folderId === folder.id) removeFeed(news, feed)
  }
}

/** The feeds of a user by title. */
export function feedsOf(news: NewsStore, userId: string): NewsFeed[] {
  return [...news.feeds.values()]
    .filter(feed => feed.userId === userId)
    .toSorted((a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : 0))
}

/** The articles of a user, the latest first. */
export function itemsOf(news: NewsStore, userId: string): NewsItem[] {
  return [...news.items.values()]
    .filter(item => news.feeds.get(item.feedId)?.userId === userId)
    .toSorted((a, b) => b.id - a.id)
}
