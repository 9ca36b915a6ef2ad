import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isReal } from '../support/backend.ts'
import { type Harness, startHarness } from '../support/harness.ts'

let h: Harness
const unique = `${process.pid}-${Date.now()}`
const root = `mcp-test-marks-${unique}`
const methodOf = (request: string) => request.split(' ')[0]
const path = `${root}/märked & co.txt`

beforeAll(async () => {
  h = await startHarness()
  await h.ok('nc_webdav_create_directory', { path: root })
  await h.ok('nc_webdav_write_file', { path, content: 'x' })
})

afterAll(async () => {
  await h.call('nc_webdav_delete_resource', { path: root })
  await h.close()
})

test('a star is set and taken away', async () => {
  const favorites = async () =>
    (await h.ok('nc_webdav_list_favorites', { scope: root })).results.map(
      (entry: { path: string }) => entry.path,
    )
  expect(await h.ok('nc_webdav_set_favorite', { path })).toEqual({ path, is_favorite: true })
  await h.ok('nc_webdav_set_favorite', { path })
  expect(await favorites()).toEqual([path])
  await h.ok('nc_webdav_set_favorite', { path, favorite: false })
  expect(await favorites()).toEqual([])
  expect((await h.call('nc_webdav_set_favorite', { path: '/' })).error?.code).toBe('BAD_INPUT')
  const missing = await h.call('nc_webdav_set_favorite', { path: `${root}/none` })
  expect(missing.error?.code).toBe('NOT_FOUND')
})

// Whoever makes a tag cannot delete it: on a real instance none is left behind.
describe.skipIf(isReal)('tags', () => {
  const [urgent, later] = [`Urgent <&> ${unique}`, `später ${unique}`]

  test('are made only on demand, put on, and taken off', async () => {
    const refused = await h.call('nc_webdav_change_tags', { path, add: [urgent] })
    expect(refused.error).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining(urgent),
      hint: expect.stringContaining('create=true'),
    })
    expect(
      await h.ok('nc_webdav_change_tags', { path, add: [urgent, later], create: true }),
    ).toEqual({
      path,
      tags: [urgent, later],
      added: [urgent, later],
      removed: [],
      created: [urgent, later],
    })
    expect(await h.ok('nc_webdav_list_tags', { path })).toMatchObject({
      tags: [
        { name: urgent, may_assign: true },
        { name: later, may_assign: true },
      ],
      total: 2,
      path,
    })
    const all = (await h.ok('nc_webdav_list_tags')).tags.map(({ name }: { name: string }) => name)
    expect(all).toEqual(expect.arrayContaining([urgent, later]))
    const changed = await h.ok('nc_webdav_change_tags', {
      path,
      add: [later.toUpperCase()],
      remove: [` ${urgent.toUpperCase()} `, 'never had'],
    })
    expect(changed).toEqual({ path, tags: [later], added: [], removed: [urgent], created: [] })
  })

  test('are used on folders as well, in their own spelling', async () => {
    const { tags } = await h.ok('nc_webdav_change_tags', {
      path: root,
      add: [later.toUpperCase()],
    })
    expect(tags).toEqual([later])
  })

  test('a tag that only administrators may use is refused', async () => {
    const response = await fetch(`${h.backend.url}/remote.php/dav/systemtags`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from('admin:admin-demo').toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ name: `locked ${unique}`, userVisible: true, userAssignable: false }),
    })
    expect(response.status).toBe(201)
    const add = [`new ${unique}`, `locked ${unique}`]
    const requests = await h.requestsOf(async () => {
      const { error } = await h.call('nc_webdav_change_tags', { path, add, create: true })
      expect(error).toMatchObject({ code: 'FORBIDDEN', subject: `the tag locked ${unique}` })
    })
    // Before anything is changed.
    expect(requests.map(methodOf)).toEqual(['PROPFIND', 'PROPFIND'])
  })

  test('a name that is given twice makes one tag', async () => {
    const add = [`twice ${unique}`, `TWICE ${unique} `]
    expect(await h.ok('nc_webdav_change_tags', { path, add, create: true })).toMatchObject({
      added: [add[0]],
      created: [add[0]],
    })
  })
})

test.each([
  [{}],
  [{ add: ['a'], remove: ['A '] }],
  [{ add: ['  '] }],
  [{ add: ['x'.repeat(65)] }],
  [{ add: ['a\u0001b'] }],
  [{ add: ['half\ud83d'] }],
])('%j is refused with nothing changed', async args => {
  const requests = await h.requestsOf(async () => {
    const { error } = await h.call('nc_webdav_change_tags', { path, ...args, create: true })
    expect(error?.code).toBe('BAD_INPUT')
  })
  expect(requests).toEqual([])
})

test('requests: two to look, one for each change', async () => {
  const look = await h.requestsOf(() =>
    h.ok('nc_webdav_change_tags', { path, remove: ['never had'] }),
  )
  expect(look.map(methodOf)).toEqual(['PROPFIND', 'PROPFIND'])
  const star = await h.requestsOf(() => h.ok('nc_webdav_set_favorite', { path }))
  expect(star.map(methodOf)).toEqual(['PROPPATCH'])
})
