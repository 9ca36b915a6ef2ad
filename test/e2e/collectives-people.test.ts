/** Collectives as a whole: the trash, names, bad input, members and strangers. */
import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createCollective,
  request,
  type TestCollective,
  writeAnew,
} from '../support/collectives.ts'
import { basic, callTool, type Harness, startHarness } from '../support/harness.ts'

let h: Harness
let c: TestCollective
let bob: Client

beforeAll(async () => {
  h = await startHarness({
    environment: {
      MCP_DEPLOYMENT_MODE: 'multi_user_basic',
      NEXTCLOUD_USERNAME: undefined,
      NEXTCLOUD_PASSWORD: undefined,
    },
  })
  c = await createCollective(h)
  if (h.backend.bob === undefined) throw new Error('these tests need a second user')
  bob = await h.connect({ headers: { authorization: basic(h.backend.bob) } })
})
afterAll(async () => {
  await c.remove()
  await h.close()
})

const inC = (args: object = {}) => ({ collective_id: c.id, ...args })

describe('the trash', () => {
  test('a page with those below it goes there and comes back', async () => {
    const parent = await h.ok(
      'collectives_create_page',
      inC({ parent_id: c.landing, title: 'Old', content: 'old' }),
    )
    const child = await h.ok(
      'collectives_create_page',
      inC({ parent_id: parent.id, title: 'Older', content: 'older' }),
    )
    const { message } = await h.ok('collectives_trash_page', inC({ page_id: parent.id }))
    expect(message).toMatch(/restore/)
    const gone = await h.call('collectives_get_page', inC({ page_id: child.id }))
    expect(gone.error?.code).toBe('NOT_FOUND')
    const { pages } = await h.ok('collectives_get_trashed_pages', inC())
    expect(pages).toEqual([
      expect.objectContaining({
        id: parent.id,
        title: 'Old',
        trashTimestamp: expect.any(Number),
      }),
    ])
    expect(pages[0]).not.toHaveProperty('path')
    const restored = await h.ok('collectives_restore_page', inC({ page_id: parent.id }))
    expect(restored.path).toBe(`Collectives/${c.name}/Old/Readme.md`)
    const back = await h.ok('collectives_get_page', inC({ page_id: child.id }))
    expect(back.content).toBe('older')
  })

  test('what is not in the trash cannot be restored', async () => {
    const { error } = await h.call('collectives_restore_page', inC({ page_id: c.landing }))
    expect(error?.code).toBe('NOT_FOUND')
  })

  test('the landing page stays', async () => {
    const { error } = await h.call('collectives_trash_page', inC({ page_id: c.landing }))
    expect(error?.code).toBe('FORBIDDEN')
    const moved = await h.call(
      'collectives_move_page',
      inC({ page_id: c.landing, title: 'Elsewhere' }),
    )
    expect(moved.error?.code).toBe('FORBIDDEN')
    const sorted = await h.call('collectives_move_page', inC({ page_id: c.landing, index: 0 }))
    expect(sorted.error).toMatchObject({ code: 'FORBIDDEN', subject: `page ${c.landing}` })
    const { page } = await h.ok('collectives_get_page', inC({ page_id: c.landing }))
    expect(page).toMatchObject({ parentId: 0, fileName: 'Readme.md' })
  })

  test('a collective goes there, comes back, and is deleted with or without its team', async () => {
    const teams = async () => {
      const text = await request(h, 'GET', '/ocs/v2.php/apps/circles/circles')
      return (JSON.parse(text).ocs.data as { id: string }[]).map(({ id }) => id)
    }
    const other = await createCollective(h)
    const it = { collective_id: other.id }
    const tooSoon = await h.call('collectives_delete_collective', it)
    expect(tooSoon.error).toMatchObject({ code: 'NOT_FOUND' })
    expect(tooSoon.error?.hint).toMatch(/collectives_trash_collective/)
    await h.ok('collectives_trash_collective', it)
    expect((await h.call('collectives_get_pages', it)).error?.code).toBe('NOT_FOUND')
    const trashed = await h.ok('collectives_get_trashed_collectives')
    expect(trashed.collectives).toContainEqual(
      expect.objectContaining({ id: other.id, name: other.name }),
    )
    await h.ok('collectives_restore_collective', it)
    expect((await h.ok('collectives_get_pages', it)).total).toBe(1)
    await h.ok('collectives_trash_collective', it)
    await h.ok('collectives_delete_collective', it)
    expect(await teams()).toContain(other.team)

    // The team that is left over is taken for a new collective of its name, which is said.
    const again = await h.ok('collectives_create_collective', { name: other.name })
    expect(again.circleId).toBe(other.team)
    expect(again.info).toContain(other.name)
    await h.ok('collectives_trash_collective', { collective_id: again.id })
    await h.ok('collectives_delete_collective', { collective_id: again.id, delete_team: true })
    expect(await teams()).not.toContain(other.team)
  })
})

describe('people', () => {
  test('a stranger finds nothing, and cannot take the name', async () => {
    const { data } = await callTool(bob, 'collectives_get_collectives')
    expect(data.collectives.map(({ id }: { id: number }) => id)).not.toContain(c.id)
    for (const [tool, args] of [
      ['collectives_get_pages', {}],
      ['collectives_get_page', { page_id: c.landing }],
      ['collectives_get_tags', {}],
      ['collectives_search_pages', { query: 'x' }],
      ['collectives_create_page', { parent_id: c.landing, title: 'x' }],
      ['collectives_update_page', { page_id: c.landing, content: 'x', etag: '*' }],
      ['collectives_trash_collective', {}],
    ] as const) {
      expect((await callTool(bob, tool, inC(args))).error?.code, tool).toBe('NOT_FOUND')
    }
    const taken = await callTool(bob, 'collectives_create_collective', { name: c.name })
    expect(taken.error?.code).toBe('CONFLICT')
  })

  test('a member reads and writes, is told of as the last one, and owns nothing', async () => {
    const shared = await createCollective(h)
    try {
      await shared.invite('bob')
      const it = { collective_id: shared.id }
      const { data } = await callTool(bob, 'collectives_get_collectives')
      expect(data.untrusted_content).toBe(true)
      const mine = data.collectives.find(({ id }: { id: number }) => id === shared.id)
      expect(mine).toMatchObject({ level: 1, canEdit: true })
      const page = { ...it, page_id: shared.landing }
      const { etag } = (await callTool(bob, 'collectives_get_page', page)).data
      const change = { ...page, content: 'by bob', etag }
      const written = await writeAnew(() => callTool(bob, 'collectives_update_page', change), etag)
      expect(written.error).toBeUndefined()
      const seen = await h.ok('collectives_get_page', page)
      expect(seen).toMatchObject({
        content: 'by bob',
        page: { lastUserId: 'bob' },
        untrusted_content: true,
      })
      const late = await h.call('collectives_update_page', { ...page, content: 'no', etag })
      expect(late.error?.code).toBe('CONFLICT')
      for (const [tool, args] of [
        ['collectives_trash_collective', {}],
        ['collectives_set_collective_emoji', { emoji: '🚀' }],
      ] as const) {
        const { error } = await callTool(bob, tool, { ...it, ...args })
        expect(error?.code, tool).toBe('FORBIDDEN')
      }

      // Only those who administer the team may change pages from here on.
      await request(
        h,
        'PUT',
        `/ocs/v2.php/apps/collectives/api/v1.0/collectives/${shared.id}/editLevel`,
        { level: 8 },
      )
      const now = (await callTool(bob, 'collectives_get_page', page)).data
      expect(now.content).toBe('by bob')
      for (const [tool, args] of [
        ['collectives_update_page', { page_id: shared.landing, content: 'x', etag: now.etag }],
        ['collectives_create_page', { parent_id: shared.landing, title: 'x' }],
        ['collectives_create_tag', { name: 'x', color: '000000' }],
        ['collectives_get_trashed_pages', {}],
      ] as const) {
        const { error } = await callTool(bob, tool, { ...it, ...args })
        expect(error?.code, tool).toBe('FORBIDDEN')
      }
      expect((await h.ok('collectives_get_page', page)).content).toBe('by bob')
    } finally {
      await shared.remove()
    }
  })
})

describe('bad input', () => {
  test('a name that exists is a conflict', async () => {
    const { error } = await h.call('collectives_create_collective', { name: c.name })
    expect(error).toMatchObject({ code: 'CONFLICT', status: 400 })
    expect(error?.subject).toContain(c.name)
  })

  test('a name that is too short for a team is refused as such', async () => {
    const { error } = await h.call('collectives_create_collective', { name: 'ab' })
    expect(error).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('too short'),
    })
  })

  const nothing = 99_999_999
  test.each([
    ['collectives_get_page', { page_id: nothing }],
    ['collectives_create_page', { parent_id: nothing, title: 'x' }],
    ['collectives_update_page', { page_id: nothing, content: 'x', etag: '*' }],
    ['collectives_move_page', { page_id: nothing, title: 'x' }],
    ['collectives_move_page', { page_id: nothing, index: 0 }],
    ['collectives_trash_page', { page_id: nothing }],
    ['collectives_restore_page', { page_id: nothing }],
    ['collectives_set_page_emoji', { page_id: nothing, emoji: '🚀' }],
    ['collectives_get_pages', { collective_id: nothing }],
    ['collectives_get_tags', { collective_id: nothing }],
    ['collectives_restore_collective', { collective_id: nothing }],
    ['collectives_set_collective_emoji', { collective_id: nothing }],
  ])('%s of what is not there is NOT_FOUND: %j', async (tool, args) => {
    expect((await h.call(tool, inC(args))).error?.code).toBe('NOT_FOUND')
  })

  test.each([
    ['collectives_create_collective', { name: '  ' }],
    ['collectives_create_collective', { name: '...' }],
    ['collectives_create_collective', { name: 'x', emoji: 'abc' }],
    ['collectives_set_collective_emoji', { collective_id: 1, emoji: '🚀🚀' }],
    ['collectives_set_page_emoji', { collective_id: 1, page_id: 1, emoji: '1' }],
    ['collectives_create_page', { collective_id: 1, parent_id: 1, title: ' ' }],
    ['collectives_create_page', { collective_id: 1, parent_id: 0, title: 'x' }],
    ['collectives_create_page', { collective_id: 1, parent_id: 1, title: 'two\nlines' }],
    ['collectives_create_page', { collective_id: 1, parent_id: 1, title: 'nul\0' }],
    ['collectives_create_page', { collective_id: 1, parent_id: 1, title: 'ü'.repeat(121) }],
    ['collectives_move_page', { collective_id: 1, page_id: 1, title: 'x'.repeat(241) }],
    ['collectives_create_collective', { name: 'x'.repeat(128) }],
    ['collectives_update_page', { collective_id: 1, page_id: 1, content: 'x' }],
    ['collectives_update_page', { collective_id: 1, page_id: 1, content: 'x', etag: 'ü' }],
    ['collectives_move_page', { collective_id: 1, page_id: 1 }],
    ['collectives_move_page', { collective_id: 1, page_id: 1, to_collective_id: 1 }],
    ['collectives_move_page', { collective_id: 1, page_id: 1, parent_id: 1 }],
    ['collectives_move_page', { collective_id: 1, page_id: 1, index: -1 }],
    ['collectives_move_page', { collective_id: 1, page_id: 1, to_collective_id: 2, title: 'x' }],
    ['collectives_search_pages', { collective_id: 1, query: ' ' }],
    ['collectives_create_tag', { collective_id: 1, name: 'x', color: 'red' }],
    ['collectives_create_tag', { collective_id: 1, name: ' ', color: 'FF0000' }],
    ['collectives_get_pages', { collective_id: 'x' }],
    ['collectives_get_pages', { collective_id: 1, limit: 0 }],
  ])('%s sends nothing for %j', async (tool, args) => {
    const sent = await h.requestsOf(async () => {
      expect((await h.call(tool, args)).error?.code).toBe('BAD_INPUT')
    })
    expect(sent).toEqual([])
  })
})

test('requests per tool', async () => {
  const count = async (name: string, args: object) =>
    (await h.requestsOf(() => h.ok(`collectives_${name}`, inC(args)))).length
  const { id, etag } = await h.ok(
    'collectives_create_page',
    inC({ parent_id: c.landing, title: 'Counted', content: 'x' }),
  )
  const tag = await h.ok('collectives_create_tag', inC({ name: 'counted', color: '00FF00' }))
  const page = { page_id: id }
  const requests = {
    get_pages: await count('get_pages', {}),
    get_page: await count('get_page', page),
    search_pages: await count('search_pages', { query: 'x' }),
    get_tags: await count('get_tags', {}),
    get_trashed_pages: await count('get_trashed_pages', {}),
    set_collective_emoji: await count('set_collective_emoji', { emoji: '🚀' }),
    create_page: await count('create_page', { parent_id: c.landing, title: 'c' }),
    create_with_content: await count('create_page', {
      parent_id: c.landing,
      title: 'c',
      content: 'c',
    }),
    update_page: await count('update_page', { ...page, content: 'y', etag }),
    move_page: await count('move_page', { ...page, title: 'Recounted' }),
    reorder: await count('move_page', { ...page, index: 1 }),
    set_page_emoji: await count('set_page_emoji', { ...page, emoji: '🚀' }),
    assign_tag: await count('assign_tag', { ...page, tag_id: tag.id }),
    remove_tag: await count('remove_tag', { ...page, tag_id: tag.id }),
    create_tag: await count('create_tag', { name: 'another', color: '00FF00' }),
    trash_page: await count('trash_page', page),
    restore_page: await count('restore_page', page),
  }
  expect(requests).toEqual({
    get_pages: 1,
    get_page: 2,
    search_pages: 2,
    get_tags: 1,
    get_trashed_pages: 1,
    set_collective_emoji: 1,
    create_page: 1,
    create_with_content: 2,
    update_page: 3,
    move_page: 1,
    reorder: 2,
    set_page_emoji: 1,
    assign_tag: 1,
    remove_tag: 1,
    create_tag: 1,
    trash_page: 1,
    restore_page: 1,
  })
})
