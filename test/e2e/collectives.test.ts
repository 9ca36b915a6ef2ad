/** Pages that a team writes together, as their owner, a member and a stranger. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createCollective,
  request,
  type TestCollective,
  writeAnew,
} from '../support/collectives.ts'
import { type Harness, startHarness } from '../support/harness.ts'

let h: Harness
let c: TestCollective

beforeAll(async () => {
  h = await startHarness()
  c = await createCollective(h)
})
afterAll(async () => {
  await c.remove()
  await h.close()
})

const inC = (args: object = {}) => ({ collective_id: c.id, ...args })
const create = (title: string, args: object = {}) =>
  h.ok('collectives_create_page', inC({ parent_id: c.landing, title, ...args }))
const read = (page_id: number) => h.ok('collectives_get_page', inC({ page_id }))
const children = async (parent: number) => {
  const { pages } = await h.ok('collectives_get_pages', inC())
  return pages.filter((page: { parentId: number }) => page.parentId === parent)
}

describe('reading and writing', () => {
  test('a page is created with its text, read back whole, and lies among the files', async () => {
    const made = await create('Grüße', { content: '# Hallo\n\n😀' })
    expect(made).toMatchObject({
      title: 'Grüße',
      collective_id: c.id,
      parent_id: c.landing,
      path: `Collectives/${c.name}/Grüße.md`,
      etag: expect.any(String),
    })
    const { page, content, etag } = await read(made.id)
    expect(content).toBe('# Hallo\n\n😀')
    expect(etag).toBe(made.etag)
    expect(page).toMatchObject({ id: made.id, title: 'Grüße', parentId: c.landing, tags: [] })
    expect(page.url).toBe(made.url)
    expect(page.url).toContain(`/index.php/apps/collectives/${c.name}-${c.id}/Gr%C3%BC%C3%9Fe-`)
    const file = await h.ok('nc_webdav_read_file', { path: page.path })
    expect(file.content).toBe(content)
  })

  test('without text a page is empty', async () => {
    const made = await create('Empty')
    expect(made).not.toHaveProperty('etag')
    expect(await read(made.id)).toMatchObject({ content: '', page: { size: 0 } })
  })

  test('an update needs the etag, and gives the next one', async () => {
    const made = await create('Versions', { content: 'one' })
    const write = (content: string, etag: string) =>
      h.call('collectives_update_page', inC({ page_id: made.id, content, etag }))
    const second = await writeAnew(() => write('two', made.etag), made.etag)
    expect(second.data).toMatchObject({ title: 'Versions', path: made.path })
    expect((await write('three', `"${second.data.etag}"`)).isError).toBe(false)
    const { error } = await write('lost', made.etag)
    const { content, etag } = await read(made.id)
    expect(error).toMatchObject({ code: 'CONFLICT', status: 412, etag })
    expect(content).toBe('three')
    expect((await write('forced', '*')).isError).toBe(false)
    expect((await read(made.id)).content).toBe('forced')
  })

  test('a page below another moves the file of the one above, which is found all the same', async () => {
    const above = await create('Above', { content: 'above' })
    const below = await create('Below', { parent_id: above.id, content: 'below' })
    expect(below.path).toBe(`Collectives/${c.name}/Above/Below.md`)
    const { page, content, etag } = await read(above.id)
    expect(page.path).toBe(`Collectives/${c.name}/Above/Readme.md`)
    expect(content).toBe('above')
    expect(etag).toBe(above.etag)
    await h.ok(
      'collectives_update_page',
      inC({ page_id: above.id, content: 'still above', etag: above.etag }),
    )
    expect((await read(above.id)).content).toBe('still above')
  })

  test('a page that is moved while it is read is read where it is then', async () => {
    const made = await create('Restless', { content: 'here' })
    let moved = false
    h.proxy.plan(async ({ method, path }) => {
      if (moved || method !== 'GET' || !path.includes('Restless.md')) return undefined
      moved = true
      await request(h, 'PUT', `${api(c.id)}/pages/${made.id}`, { title: 'Settled' })
      return undefined
    })
    const { page, content } = await read(made.id)
    h.proxy.plan(undefined)
    expect(content).toBe('here')
    expect(page.title).toBe('Settled')
  })

  test('a page that is moved while it is written is not written elsewhere', async () => {
    const made = await create('Mover', { content: 'mine' })
    let moved = false
    h.proxy.plan(async ({ method }) => {
      if (moved || method !== 'PUT') return undefined
      moved = true
      await request(h, 'PUT', `${api(c.id)}/pages/${made.id}`, { title: 'Moved away' })
      return undefined
    })
    const { error } = await h.call(
      'collectives_update_page',
      inC({ page_id: made.id, content: 'lost', etag: '*' }),
    )
    h.proxy.plan(undefined)
    expect(error?.code).toBe('CONFLICT')
    expect(await read(made.id)).toMatchObject({ content: 'mine', page: { title: 'Moved away' } })
  })

  test('a page that is too large is read in parts, by the path that is told', async () => {
    const made = await create('Large', { content: 'x' })
    const path = `/remote.php/dav/files/alice/Collectives/${c.name}/Large.md`
    await request(h, 'PUT', path, 'x'.repeat(1024 * 1024 + 1))
    const { error } = await h.call('collectives_get_page', inC({ page_id: made.id }))
    expect(error?.code).toBe('TOO_LARGE')
    expect(error?.hint).toContain(made.path)
    const part = await h.ok('nc_webdav_read_file', { path: made.path, max_bytes: 16 })
    expect(part.content).toBe('x'.repeat(16))
  })

  test('a page of other bytes than UTF-8 is not shown as what it is not', async () => {
    const { id, path } = await create('Old bytes', { content: 'x' })
    await h.ok('nc_webdav_write_file', {
      path,
      content: Buffer.from('caf\xe9', 'latin1').toString('base64'),
      encoding: 'base64',
      if_match: '*',
    })
    const { error } = await h.call('collectives_get_page', inC({ page_id: id }))
    expect(error).toMatchObject({ code: 'UNSUPPORTED', hint: expect.stringContaining(path) })
    expect((await h.ok('nc_webdav_read_file', { path })).content).toBe('café')
  })

  test('a text that could not be written does not hide that the page was created', async () => {
    h.proxy.plan(({ method }) => (method === 'PUT' ? 500 : undefined))
    const { error } = await h.call(
      'collectives_create_page',
      inC({ parent_id: c.landing, title: 'Half', content: 'x' }),
    )
    h.proxy.plan(undefined)
    expect(error?.message).toMatch(/^Page \d+ was created, but its content was not written/)
    expect(await children(c.landing)).toContainEqual(expect.objectContaining({ title: 'Half' }))
  })
})

describe('titles, order and places', () => {
  test('a title is told as it is stored', async () => {
    expect((await create('Twice')).title).toBe('Twice')
    expect((await create('Twice')).title).toBe('Twice (2)')
    expect((await create('a/b: c?')).title).toBe('a-b c')
  })

  test('pages created at the same time all get a name of their own', async () => {
    let under = 0
    let most = 0
    h.proxy.plan(async ({ method }) => {
      if (method !== 'POST') return undefined
      most = Math.max(most, ++under)
      // Long enough for the others to arrive, if they were on their way.
      for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
      under--
      return undefined
    })
    const made = await Promise.all([1, 2, 3].map(() => create('Together')))
    h.proxy.plan(undefined)
    expect(new Set(made.map(({ title }) => title)).size).toBe(3)
    expect(most).toBe(1)
  })

  test('renamed, moved below another page, and back', async () => {
    const [parent, page] = [await create('Parent'), await create('Child', { content: 'c' })]
    const move = (args: object) => h.ok('collectives_move_page', inC({ page_id: page.id, ...args }))
    expect(await move({ title: 'Kid' })).toMatchObject({
      page_id: page.id,
      title: 'Kid',
      path: `Collectives/${c.name}/Kid.md`,
    })
    expect((await move({ parent_id: parent.id })).path).toBe(`Collectives/${c.name}/Parent/Kid.md`)
    expect(await read(page.id)).toMatchObject({ content: 'c', page: { parentId: parent.id } })
    await move({ parent_id: c.landing })
    expect((await read(page.id)).page.parentId).toBe(c.landing)
  })

  test('put at another place among its siblings, also with the parent that it has', async () => {
    const parent = await create('Ordered')
    const ids: number[] = []
    for (const title of ['A', 'B', 'C']) {
      ids.unshift((await create(title, { parent_id: parent.id })).id)
    }
    const order = async () => (await read(parent.id)).page.subpageOrder
    expect(await order()).toEqual(ids)
    const [first, second, third] = ids
    await h.ok('collectives_move_page', inC({ page_id: first, index: 1 }))
    expect(await order()).toEqual([second, first, third])
    await h.ok('collectives_move_page', inC({ page_id: third, parent_id: parent.id, index: 0 }))
    expect(await order()).toEqual([third, second, first])
    const moved = await h.ok(
      'collectives_move_page',
      inC({ page_id: third, index: 9, title: 'Last' }),
    )
    expect(moved.title).toBe('Last')
    expect(await order()).toEqual([second, first, third])
  })

  test('copied', async () => {
    const page = await create('Original', { content: 'same' })
    const copy = await h.ok(
      'collectives_move_page',
      inC({ page_id: page.id, copy: true, title: 'Copy' }),
    )
    expect(copy.page_id).not.toBe(page.id)
    expect(copy.title).toBe('Copy')
    expect((await read(copy.page_id)).content).toBe('same')
    expect((await read(page.id)).content).toBe('same')
  })

  test('moved and copied to another collective', async () => {
    const other = await createCollective(h)
    try {
      const page = await create('Emigrant', { content: 'bye' })
      const copy = await h.ok(
        'collectives_move_page',
        inC({ page_id: page.id, to_collective_id: other.id, copy: true }),
      )
      expect(copy).toMatchObject({ collective_id: other.id, title: 'Emigrant' })
      expect(copy.page_id).not.toBe(page.id)
      const moved = await h.ok(
        'collectives_move_page',
        inC({ page_id: page.id, to_collective_id: other.id, parent_id: copy.page_id }),
      )
      expect(moved.page_id).toBe(page.id)
      expect(moved.path).toBe(`Collectives/${other.name}/Emigrant/Emigrant.md`)
      const there = { collective_id: other.id, page_id: page.id }
      expect((await h.ok('collectives_get_page', there)).content).toBe('bye')
      const { error } = await h.call('collectives_get_page', inC({ page_id: page.id }))
      expect(error?.code).toBe('NOT_FOUND')
    } finally {
      await other.remove()
    }
  })
})

describe('a move that gets half-way', () => {
  test('to another collective is not told as if nothing had happened', async () => {
    const other = await createCollective(h)
    try {
      const page = await create('Traveller')
      const move = inC({ page_id: page.id, to_collective_id: other.id })
      h.proxy.plan(({ method, path }) =>
        method === 'GET' && path.endsWith(`/${other.id}/pages`) ? 500 : undefined,
      )
      const { error } = await h.call('collectives_move_page', move)
      h.proxy.plan(undefined)
      expect(error).toMatchObject({
        message: expect.stringMatching(/^The page was moved, but/),
        hint: expect.stringMatching(/Do not repeat it/),
      })
      const { pages } = await h.ok('collectives_get_pages', { collective_id: other.id })
      expect(pages.map(({ id }: { id: number }) => id)).toContain(page.id)
    } finally {
      h.proxy.plan(undefined)
      await other.remove()
    }
  })

  test('among its siblings tells that it has its new title', async () => {
    const page = await create('Before')
    h.proxy.plan(({ path }) => (path.endsWith('/subpageOrder') ? 500 : undefined))
    const { error } = await h.call(
      'collectives_move_page',
      inC({ page_id: page.id, title: 'After', index: 1 }),
    )
    const ordered = await h.call('collectives_move_page', inC({ page_id: page.id, index: 1 }))
    h.proxy.plan(undefined)
    expect(error?.message).toMatch(/^The page is "After" now, but where it was: /)
    expect(ordered.error?.message).not.toMatch(/^The page is/)
    expect((await read(page.id)).page.title).toBe('After')
  })
})

describe('emoji, tags, search', () => {
  test('an emoji is set and taken away', async () => {
    const { id } = await create('Emoji')
    const set = (emoji?: string | null) =>
      h.ok('collectives_set_page_emoji', inC({ page_id: id, emoji }))
    await set('🚀')
    expect((await read(id)).page.emoji).toBe('🚀')
    await set()
    expect((await read(id)).page.emoji).toBeNull()
    const ofCollective = async () =>
      (await h.ok('collectives_get_collectives')).collectives.find(
        (each: { id: number }) => each.id === c.id,
      ).emoji
    await h.ok('collectives_set_collective_emoji', inC({ emoji: '👩‍🌾' }))
    expect(await ofCollective()).toBe('👩‍🌾')
    await h.ok('collectives_set_collective_emoji', inC({ emoji: null }))
    expect(await ofCollective()).toBeNull()
  })

  test('a tag is created, given, taken, and not created twice', async () => {
    const { id: page_id } = await create('Tagged')
    const tag = await h.ok('collectives_create_tag', inC({ name: 'todo', color: '#FF8800' }))
    expect(tag).toEqual({ id: expect.any(Number), name: 'todo', color: 'FF8800' })
    const again = await h.call('collectives_create_tag', inC({ name: 'todo', color: '000000' }))
    expect(again.error?.code).toBe('CONFLICT')
    const { tags } = await h.ok('collectives_get_tags', inC())
    expect(tags).toEqual([{ ...tag, collectiveId: c.id }])
    const given = await h.ok('collectives_assign_tag', inC({ page_id, tag_id: tag.id }))
    expect(given.tags).toEqual([tag.id])
    expect((await read(page_id)).page.tags).toEqual([tag.id])
    const taken = await h.ok('collectives_remove_tag', inC({ page_id, tag_id: tag.id }))
    expect(taken.tags).toEqual([])
    const { error } = await h.call('collectives_assign_tag', inC({ page_id, tag_id: 999_999 }))
    expect(error?.code).toBe('NOT_FOUND')
  })

  test('a page is found by its title at once; that its text may not be is said', async () => {
    const { id } = await create('Äpfel und Birnen', { content: 'Obstsalat' })
    const search = (query: string) => h.ok('collectives_search_pages', inC({ query }))
    const found = await search('BIRNEN apfel')
    expect(found.results).toEqual([expect.objectContaining({ id, matched: 'title' })])
    expect(found.total).toBe(1)
    expect((await search('nowhere-to-be-found')).note).toMatch(/background job/)
  })

  test('what the index finds comes after the titles, each page once', async () => {
    const [one, two] = [await create('Needle'), await create('Haystack')]
    const { pages } = await h.ok('collectives_get_pages', inC())
    const indexed = pages.filter(({ id }: { id: number }) => [one.id, two.id].includes(id))
    const answer = { ocs: { meta: { statuscode: 200 }, data: { pages: indexed } } }
    h.proxy.plan(({ path }) => (path.includes('/search') ? { json: answer } : undefined))
    const found = await h.ok('collectives_search_pages', inC({ query: 'needle' }))
    h.proxy.plan(undefined)
    expect(
      found.results.map((page: { id: number; matched: string }) => [page.id, page.matched]),
    ).toEqual([
      [one.id, 'title'],
      [two.id, 'content'],
    ])
    expect(found).not.toHaveProperty('note')
  })

  // Nextcloud says 404 where the index has a page that has been deleted since.
  test.each([500, 404] as const)(
    'an index that fails (%s) does not hide the titles',
    async fault => {
      await create(`Resilient ${fault}`)
      h.proxy.plan(({ path }) => (path.includes('/search') ? fault : undefined))
      const found = await h.ok('collectives_search_pages', inC({ query: `resilient ${fault}` }))
      h.proxy.plan(undefined)
      expect(found).toMatchObject({ total: 1, note: expect.stringContaining('out of date') })
      const missing = { collective_id: 99_999_999, query: 'x' }
      expect((await h.call('collectives_search_pages', missing)).error?.code).toBe('NOT_FOUND')
    },
  )

  test('a page whose path cannot be does not hide the others', async () => {
    const { pages } = await h.ok('collectives_get_pages', inC())
    const odd = { ...pages[0], id: 7, title: 'Odd', fileName: 'a\\b.md', filePath: '../..' }
    const answer = { ocs: { meta: { statuscode: 200 }, data: { pages: [odd, pages[0]] } } }
    h.proxy.plan(({ path }) => (path.endsWith('/pages') ? { json: answer } : undefined))
    const listed = await h.ok('collectives_get_pages', inC())
    h.proxy.plan(undefined)
    expect(listed.pages[0]).toMatchObject({ id: 7, title: 'Odd' })
    expect(listed.pages[0]).not.toHaveProperty('path')
    expect(listed.pages[1]).toEqual(pages[0])
  })

  test('pages are listed part by part', async () => {
    const all = await h.ok('collectives_get_pages', inC())
    const first = await h.ok('collectives_get_pages', inC({ limit: 2 }))
    expect(first).toMatchObject({ total: all.total, next_offset: 2 })
    const rest = await h.ok('collectives_get_pages', inC({ offset: 2 }))
    expect([...first.pages, ...rest.pages]).toEqual(all.pages)
    expect(rest).not.toHaveProperty('next_offset')
  })
})

function api(collective: number): string {
  return `/ocs/v2.php/apps/collectives/api/v1.0/collectives/${collective}`
}
