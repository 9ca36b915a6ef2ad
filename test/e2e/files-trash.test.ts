import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '../support/harness.ts'

let h: Harness
const root = `mcp-test-trash-${process.pid}-${Date.now()}`
const at = (name: string) => `${root}/${name}`

beforeAll(async () => {
  h = await startHarness()
  await h.ok('nc_webdav_create_directory', { path: at('folder'), parents: true })
})

afterAll(async () => {
  await h.call('nc_webdav_delete_resource', { path: root })
  const { results } = await h.ok('nc_webdav_list_trash', { path_contains: root })
  const trash_ids = results.map(({ trash_id }: { trash_id: string }) => trash_id)
  if (trash_ids.length > 0) await h.call('nc_webdav_delete_from_trash', { trash_ids })
  await h.close()
})

const methodOf = (request: string) => request.split(' ')[0]
/** Makes a file and deletes it; gives what the trash says of it. */
async function deleted(name: string, content = name) {
  await h.ok('nc_webdav_write_file', { path: at(name), content })
  await h.ok('nc_webdav_delete_resource', { path: at(name) })
  const { results } = await h.ok('nc_webdav_list_trash', { path_contains: at(name) })
  return results[0]
}
const contentOf = async (path: string) =>
  (await h.ok('nc_webdav_read_file', { path })).content as string

test('what is deleted is listed with its place, and is put back there', async () => {
  const entry = await deleted('folder/ünï & "x" #1.txt', 'kept')
  expect(entry).toEqual({
    trash_id: expect.stringMatching(/^ünï & "x" #1\.txt\.d\d+$/),
    name: 'ünï & "x" #1.txt',
    original_path: at('folder/ünï & "x" #1.txt'),
    deleted_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    is_directory: false,
    size: 4,
  })
  const restored = await h.ok('nc_webdav_restore_from_trash', { trash_id: entry.trash_id })
  expect(restored).toEqual({
    path: entry.original_path,
    original_path: entry.original_path,
    message: 'Restored',
  })
  expect(await contentOf(entry.original_path)).toBe('kept')
  const again = await h.call('nc_webdav_restore_from_trash', { trash_id: entry.trash_id })
  expect(again.error?.code).toBe('NOT_FOUND')
})

test('nothing is replaced: where the place is taken, the answer names another', async () => {
  const entry = await deleted('taken.txt', 'old')
  await h.ok('nc_webdav_write_file', { path: at('taken.txt'), content: 'new' })
  const { path, message } = await h.ok('nc_webdav_restore_from_trash', {
    trash_id: entry.trash_id,
  })
  expect(path).not.toBe(at('taken.txt'))
  expect(message).toMatch(/elsewhere/)
  expect(await contentOf(path)).toBe('old')
  expect(await contentOf(at('taken.txt'))).toBe('new')
})

test('a folder whose own folder is gone comes back with all it contains', async () => {
  await h.ok('nc_webdav_create_directory', { path: at('above/below'), parents: true })
  await h.ok('nc_webdav_write_file', { path: at('above/below/x.txt'), content: 'inside' })
  await h.ok('nc_webdav_delete_resource', { path: at('above/below') })
  await h.ok('nc_webdav_delete_resource', { path: at('above') })
  const { results } = await h.ok('nc_webdav_list_trash', { path_contains: at('above/below') })
  expect(results[0]).toMatchObject({ name: 'below', is_directory: true, size: 6 })
  const { path } = await h.ok('nc_webdav_restore_from_trash', { trash_id: results[0].trash_id })
  expect(await contentOf(`${path}/x.txt`)).toBe('inside')
  await h.ok('nc_webdav_move_resource', { source_path: path, destination_path: at('back') })
})

test('what is restored but cannot be looked at is told as restored', async () => {
  const { trash_id } = await deleted('blind.txt')
  h.proxy.plan(({ method, path }) =>
    method === 'PROPFIND' && path.startsWith('/remote.php/dav/files/') ? 500 : undefined,
  )
  const { data, isError } = await h.call('nc_webdav_restore_from_trash', { trash_id })
  h.proxy.plan(undefined)
  expect(isError).toBe(false)
  expect(data).toMatchObject({ path: null, message: expect.stringMatching(/^Restored; where/) })
  expect((await h.call('nc_webdav_read_file', { path: at('blind.txt') })).isError).toBe(false)
})

test('pages, the latest first', async () => {
  for (const name of ['page1.txt', 'page2.txt', 'page3.txt']) await deleted(name)
  const first = await h.ok('nc_webdav_list_trash', { path_contains: at('page'), limit: 2 })
  expect(first).toMatchObject({ total: 3, next_offset: 2 })
  const second = await h.ok('nc_webdav_list_trash', {
    path_contains: at('page').toUpperCase(),
    limit: 2,
    offset: 2,
  })
  expect(second.results).toHaveLength(1)
  expect(second).not.toHaveProperty('next_offset')
  const names = [...first.results, ...second.results].map(({ name }: { name: string }) => name)
  expect(names.toSorted()).toEqual(['page1.txt', 'page2.txt', 'page3.txt'])
})

describe('for good', () => {
  test('what is named, and only that; of several, each is told', async () => {
    const [one, other, kept] = [
      await deleted('gone1.txt'),
      await deleted('gone2.txt'),
      await deleted('kept.txt'),
    ]
    const trash_ids = [one.trash_id, 'nothing.txt.d1', other.trash_id]
    expect(await h.ok('nc_webdav_delete_from_trash', { trash_ids })).toMatchObject({
      deleted: [one.trash_id, other.trash_id],
      failed: [{ trash_id: 'nothing.txt.d1', code: 'NOT_FOUND' }],
    })
    const { results } = await h.ok('nc_webdav_list_trash', { path_contains: root })
    const left = results.map(({ trash_id }: { trash_id: string }) => trash_id)
    expect(left).toContain(kept.trash_id)
    expect(left).not.toContain(one.trash_id)
    const single = await h.call('nc_webdav_delete_from_trash', { trash_ids: [one.trash_id] })
    expect(single.error?.code).toBe('NOT_FOUND')
  })

  test.each([
    [{}],
    [{ trash_ids: ['a.d1'], everything: true }],
    [{ trash_ids: [] }],
    [{ trash_ids: ['..'] }],
    [{ trash_ids: ['../../files/alice'] }],
    [{ trash_ids: ['folder.d1/inside.txt'] }],
  ])('%j is refused without a deletion', async args => {
    const { error } = await h.call('nc_webdav_delete_from_trash', args)
    expect(error?.code).toBe('BAD_INPUT')
    expect(
      h.proxy.requests.filter(({ method, path }) => method === 'DELETE' && path.endsWith('/trash')),
    ).toEqual([])
  })

  test.skipIf(process.env.NEXTCLOUD_TEST_URL)('everything', async () => {
    const local = await startHarness()
    await local.ok('nc_webdav_write_file', { path: 'x.txt', content: 'x' })
    await local.ok('nc_webdav_delete_resource', { path: 'x.txt' })
    expect((await local.ok('nc_webdav_list_trash')).total).toBeGreaterThan(0)
    await local.ok('nc_webdav_delete_from_trash', { everything: true })
    expect((await local.ok('nc_webdav_list_trash')).total).toBe(0)
    await local.close()
  })
})

test("nobody sees or takes what is in another one's trash", async () => {
  const entry = await deleted('private.txt')
  const { bob } = h.backend
  if (bob === undefined) return
  const other = await startHarness({
    backend: { ...h.backend, close: async () => {} },
    environment: { NEXTCLOUD_USERNAME: bob.loginName, NEXTCLOUD_PASSWORD: bob.password },
  })
  const { results } = await other.ok('nc_webdav_list_trash', { path_contains: root })
  expect(results).toEqual([])
  const { error } = await other.call('nc_webdav_restore_from_trash', { trash_id: entry.trash_id })
  expect(error?.code).toBe('NOT_FOUND')
  await other.close()
})

test('where tags exclude files, the trash is not offered: it does not tell tags', async () => {
  const guarded = await startHarness({
    backend: { ...h.backend, close: async () => {} },
    environment: { EXCLUDED_TAGS: 'secret' },
  })
  const names = (await guarded.client.listTools()).tools.map(({ name }) => name)
  expect(names).toContain('nc_webdav_list_versions')
  expect(names.filter(name => /^nc_webdav_.*trash/.test(name))).toEqual([])
  await guarded.close()
})

test('requests: a list is one, a restoration three', async () => {
  const entry = await deleted('counted.txt')
  const list = await h.requestsOf(() => h.ok('nc_webdav_list_trash'))
  expect(list.map(methodOf)).toEqual(['PROPFIND'])
  const restored = await h.requestsOf(() =>
    h.ok('nc_webdav_restore_from_trash', { trash_id: entry.trash_id }),
  )
  expect(restored.map(methodOf)).toEqual(['PROPFIND', 'MOVE', 'PROPFIND'])
})
