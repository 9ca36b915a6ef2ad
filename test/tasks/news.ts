import assert from 'node:assert/strict'
import type { Answer, TaskGroup } from './kit/task.ts'
import type { World } from './kit/world.ts'

const itemsOf = async ({ read }: World): Promise<Answer[]> =>
  (await read('/index.php/apps/news/api/v1-3/items?type=3&getRead=true&batchSize=-1')).items

export const news: TaskGroup = {
  title: 'News',
  tasks: [
    {
      says: 'Star the article about rain barrels, and mark all my news as read.',
      steps: [
        {
          tool: 'nc_news_get_unread_items',
          seeking: 'unread news',
          with: () => ({}),
        },
        {
          tool: 'nc_news_set_starred',
          seeking: 'star a news article',
          with: ({ results }) => ({
            item_ids: results
              .filter(({ title }: { title: string }) => /rain barrels/i.test(title))
              .map(({ id }: { id: number }) => id),
          }),
        },
        {
          tool: 'nc_news_mark_read',
          seeking: 'mark all news as read',
          with: () => ({ all: true }),
        },
      ],
      async outcome(world) {
        const items = await itemsOf(world)
        assert.ok(items.every(({ unread }) => unread === false))
        const starred = items.filter(item => item.starred).map(({ title }) => title)
        assert.deepEqual(starred, ['Rain barrels before the autumn'])
      },
    },
    {
      says: 'Subscribe me to https://gardens.example/feed.xml and show me what there is.',
      steps: [
        {
          tool: 'nc_news_subscribe',
          seeking: 'subscribe to a feed',
          with: () => ({ url: 'https://gardens.example/feed.xml' }),
          fails: 'CONFLICT',
        },
        { tool: 'nc_news_list_feeds', with: () => ({}) },
        {
          tool: 'nc_news_list_items',
          seeking: 'list the articles of a feed',
          with: (_, { results }) => ({
            feed_id: results.find(
              ({ url }: { url: string }) => url === 'https://gardens.example/feed.xml',
            ).id,
          }),
        },
      ],
      async outcome({ read }, _, __, listed) {
        assert.equal((await read('/index.php/apps/news/api/v1-3/feeds')).feeds.length, 1)
        assert.equal(listed.results[0].title, 'Rain barrels before the autumn')
      },
    },
  ],
}
