import { afterAll, beforeAll, expect, test } from 'vitest'
import { basic, type Harness, startHarness } from '../support/harness.ts'

let h: Harness
const root = `mcp-test-comments-${process.pid}-${Date.now()}`
const path = `${root}/talked about.txt`

beforeAll(async () => {
  h = await startHarness()
  await h.ok('nc_webdav_create_directory', { path: root })
  await h.ok('nc_webdav_write_file', { path, content: 'x' })
})

afterAll(async () => {
  await h.call('nc_webdav_delete_resource', { path: root })
  await h.close()
})

const comment = (message: string, on = path) =>
  h.call('nc_webdav_create_comment', { path: on, message })

test('comments are added and listed in pages', async () => {
  expect(await h.ok('nc_webdav_list_comments', { path })).toMatchObject({ results: [], count: 0 })
  const { data } = await comment('  first: a < b & "c" ]]> 😀\n')
  expect(data).toEqual({
    path,
    file_id: expect.any(Number),
    comment_id: expect.any(Number),
    message: 'first: a < b & "c" ]]> 😀',
  })
  await comment('second')
  const all = await h.ok('nc_webdav_list_comments', { path })
  expect(all).toMatchObject({ count: 2, path, file_id: data.file_id, limit: 20, offset: 0 })
  expect(all.results.find((entry: { id: number }) => entry.id === data.comment_id)).toEqual({
    id: data.comment_id,
    message: 'first: a < b & "c" ]]> 😀',
    actor_id: (await h.ok('nc_users_get_current_user')).id,
    actor_type: 'users',
    actor_display_name: expect.any(String),
    creation_datetime: expect.stringMatching(/GMT$/),
    verb: 'comment',
    is_unread: expect.any(Boolean),
  })
  const first = await h.ok('nc_webdav_list_comments', { path, limit: 1 })
  expect(first).toMatchObject({ count: 1, next_offset: 1 })
  const second = await h.ok('nc_webdav_list_comments', { path, limit: 1, offset: 1 })
  expect([...first.results, ...second.results]).toEqual(all.results)
  expect(second).not.toHaveProperty('next_offset')
})

test('a message is measured before it is sent, as Nextcloud does', async () => {
  const sent = await h.requestsOf(async () => {
    expect((await comment('')).error).toMatchObject({ code: 'BAD_INPUT' })
    expect((await comment(' \n\t ')).error).toMatchObject({ code: 'BAD_INPUT' })
    expect((await comment('ding\u0007')).error).toMatchObject({ code: 'BAD_INPUT' })
    expect((await comment('😀'.repeat(1_001))).error).toMatchObject({ code: 'BAD_INPUT' })
  })
  expect(sent.filter(request => !request.startsWith('PROPFIND'))).toEqual([])
  expect((await comment(`  ${'😀'.repeat(1_000)}  `)).isError).toBe(false)
})

test('folders have comments too; what is not there has none', async () => {
  expect((await comment('on the folder', root)).isError).toBe(false)
  expect(await h.ok('nc_webdav_list_comments', { path: root })).toMatchObject({ count: 1 })
  const missing = `${root}/none.txt`
  expect((await comment('x', missing)).error).toMatchObject({ code: 'NOT_FOUND' })
  const listed = await h.call('nc_webdav_list_comments', { path: missing })
  expect(listed.error).toMatchObject({ code: 'NOT_FOUND', subject: missing })
})

test('a comment with what XML cannot hold does not hide the others', async () => {
  const on = `${root}/noisy.txt`
  await h.ok('nc_webdav_write_file', { path: on, content: 'x' })
  const { data } = await comment('plain', on)
  const { status } = await fetch(`${h.backend.url}/remote.php/dav/comments/files/${data.file_id}`, {
    method: 'POST',
    headers: {
      authorization: basic(h.backend.alice),
      'ocs-apirequest': 'true',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ actorType: 'users', verb: 'comment', message: 'ding\u0007 dong' }),
  })
  expect(status).toBe(201)
  const { results } = await h.ok('nc_webdav_list_comments', { path: on })
  const messages = results.map(({ message }: { message: string }) => message)
  expect(messages.toSorted()).toEqual(['ding dong', 'plain'])
})
