import type { App } from '../../mcp/app.ts'
import {
  getFeedHealth,
  getNewsItem,
  getStarredItems,
  getStatus,
  getUnreadItems,
  listFeeds,
  listFolders,
  listNewsItems,
} from './read-tools.ts'
import { markRead, setStarred, subscribe, unsubscribe } from './write-tools.ts'

/** Nextcloud News: feeds of other sites, and their items. */
export const newsApp: App = {
  id: 'news',
  title: 'News',
  about: 'Feeds and their items: read, star, subscribe',
  requires: 'news',
  tools: [
    listFolders,
    listFeeds,
    listNewsItems,
    getNewsItem,
    getStarredItems,
    getUnreadItems,
    getFeedHealth,
    getStatus,
    markRead,
    setStarred,
    subscribe,
    unsubscribe,
  ],
  essential: ['nc_news_get_unread_items'],
  toldBy: {
    feed_id: 'nc_news_list_feeds',
    folder_id: 'nc_news_list_folders',
    item_id: 'nc_news_list_items',
    item_ids: 'nc_news_list_items',
  },
}
