/** Files that an operator keeps from every tool by a tag. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { basic, type Harness, startHarness } from '../support/harness.ts'

const root = `mcp-test-excluded-${process.pid}-${Date.now()}`
const tag = `mcp-test-${process.pid}-${Date.now()}`
/** The same files twice: as the operator's users see them, and as they are. */
let h: Harness
let open: Harness
let tagId = ''

const dav = (method: string, path: string, body?: string, user = open.backend.alice) =>
  fetch(`${open.backend.url}/remote.php/dav${path}`, {
    method,
    headers: {
      authorization: basic(user),
      'content-type': 'application/json',
      'ocs-apirequest': 'true',
    },
    ...(body === undefined ? {} : { body }),
  })

beforeAll(async () => {
  open = await startHarness()
  await open.ok('nc_webdav_create_directory', { path: `${root}/Sécret/deep`, parents: true })
  await open.ok('nc_webdav_create_directory', { path: `${root}/public` })
  for (const name of ['Sécret/deep/a.txt', 'public/b.txt', 'public/hidden.txt', 'public/c.txt']) {
    await open.ok('nc_webdav_write_file', { path: `${root}/${name}`, content: name })
  }
  const made = await dav(
    'POST',
    '/systemtags',
    JSON.stringify({ name: tag, userVisible: true, userAssignable: true }),
  )
  tagId = /\d+$/.exec(made.headers.get('content-location') ?? '')?.[0] ?? ''
  for (const name of ['Sécret', 'hidden.txt']) {
    const { results } = await open.ok('nc_webdav_find_by_name', { pattern: name, scope: root })
    const path = `/systemtags-relations/files/${results[0].file_id}/${tagId}`
    expect((await dav('PUT', path)).status).toBe(201)
  }
  h = await startHarness({
    backend: { ...open.backend, close: async () => {} },
    environment: { EXCLUDED_TAGS: `other, ${tag.toUpperCase()}` },
  })
})

afterAll(async () => {
  await open.call('nc_webdav_delete_resource', { path: root })
  const { NEXTCLOUD_TEST_ADMIN: loginName, NEXTCLOUD_TEST_ADMIN_PASSWORD: password } = process.env
  // Whoever made a tag may not delete it: that takes an administrator.
  if (loginName && password) {
    await dav('DELETE', `/systemtags/${tagId}`, undefined, { loginName, password })
  }
  await h.close()
  await open.close()
})

const HIDDEN = [
  'Sécret',
  'Sécret/deep',
  'Sécret/deep/a.txt',
  'public/hidden.txt',
  // Nextcloud finds a name by its decomposed form as well.
  'Se\u0301cret/deep/a.txt',
  'sécret/deep/a.txt',
  '/public//hidden.txt/',
].map(name => `${root}/${name}`)

describe.each(HIDDEN)('%s does not exist', path => {
  test.each<[string, Record<string, unknown>]>([
    ['list_directory', { path }],
    ['read_file', { path }],
    ['write_file', { path, content: 'x' }],
    ['write_file', { path, content: 'x', if_match: '*' }],
    ['write_file', { path: `${path}/new.txt`, content: 'x' }],
    ['create_directory', { path: `${path}/new`, parents: true }],
    ['delete_resource', { path }],
    ['move_resource', { source_path: path, destination_path: `${root}/moved` }],
    ['copy_resource', { source_path: path, destination_path: `${root}/copied` }],
    ['move_resource', { source_path: `${root}/public/b.txt`, destination_path: `${path}/b.txt` }],
    [
      'copy_resource',
      { source_path: `${root}/public/b.txt`, destination_path: path, overwrite: true },
    ],
    ['search_files', { scope: path }],
    ['find_by_name', { scope: path, pattern: '*' }],
    ['find_by_type', { scope: path, mime_type: 'text/' }],
    ['list_favorites', { scope: path }],
    ['list_comments', { path }],
    ['create_comment', { path, message: 'x' }],
  ])('%s', async (name, args) => {
    const sent = await h.requestsOf(async () => {
      const { error } = await h.call(`nc_webdav_${name}`, args)
      expect(error).toMatchObject({ code: 'NOT_FOUND' })
    })
    // Beside what discovers the tags, nothing is sent.
    expect(sent.filter(request => request.includes(encodeURI(root)))).toEqual([])
  })

  test('deck_attach_file', async () => {
    const sent = await h.requestsOf(async () => {
      const { error } = await h.call('deck_attach_file', { card_id: 1, path })
      expect(error).toMatchObject({ code: 'NOT_FOUND', message: expect.stringMatching(/^path/) })
    })
    expect(sent.filter(request => request.includes('/shares'))).toEqual([])
  })

  test('nc_mail_send_message', async () => {
    const mail = { account_id: 1, to: 'a@example.org', subject: 's', body: 'b' }
    const sent = await h.requestsOf(async () => {
      const { error } = await h.call('nc_mail_send_message', { ...mail, attachments: [path] })
      expect(error).toMatchObject({
        code: 'NOT_FOUND',
        subject: path,
        message: expect.stringMatching(/^attachments/),
      })
    })
    expect(sent.filter(request => /mail|PROPFIND/.test(request))).toEqual([])
  })
})

test('listings and searches leave it out, and everything else in', async () => {
  const names = ({ files, results = files }: { files?: unknown[]; results?: unknown[] }) =>
    (results as { name: string }[]).map(({ name }) => name).toSorted()
  expect(names(await h.ok('nc_webdav_list_directory', { path: root }))).toEqual(['public'])
  const listed = await h.ok('nc_webdav_list_directory', { path: `${root}/public` })
  expect(names(listed)).toEqual(['b.txt', 'c.txt'])
  expect(listed.total_count).toBe(2)
  const found = await h.ok('nc_webdav_search_files', { scope: root })
  expect(names(found)).toEqual(['b.txt', 'c.txt', 'public'])
  expect(found.total_found).toBe(3)
  const page = await h.ok('nc_webdav_search_files', { scope: root, limit: 2 })
  const rest = await h.ok('nc_webdav_search_files', { scope: root, limit: 2, offset: 2 })
  expect([...page.results, ...rest.results]).toEqual(found.results)
})

test('a folder that contains it is neither deleted nor carried off as a whole', async () => {
  const attempts: [string, Record<string, unknown>][] = [
    ['delete_resource', { path: root }],
    ['delete_resource', { path: `${root}/public` }],
    ['move_resource', { source_path: `${root}/public`, destination_path: `${root}/elsewhere` }],
    // A copy would not carry the tag.
    ['copy_resource', { source_path: `${root}/public`, destination_path: `${root}/elsewhere` }],
  ]
  for (const [name, args] of attempts) {
    const { error } = await h.call(`nc_webdav_${name}`, args)
    expect(error, name).toMatchObject({ code: 'FORBIDDEN' })
  }
  const attached = await h.call('deck_attach_file', { card_id: 1, path: `${root}/public` })
  expect(attached.error).toMatchObject({ code: 'FORBIDDEN' })
  const { content } = await open.ok('nc_webdav_read_file', { path: `${root}/public/hidden.txt` })
  expect(content).toBe('public/hidden.txt')
})

test('what is not excluded works as ever', async () => {
  const path = `${root}/public/free.txt`
  await h.ok('nc_webdav_write_file', { path, content: 'free' })
  expect((await h.ok('nc_webdav_read_file', { path })).content).toBe('free')
  await h.ok('nc_webdav_delete_resource', { path })
})

test('when the tags cannot be read, nothing is shown and nothing changed', async () => {
  for (const broken of ['PROPFIND /remote.php/dav/systemtags/', 'REPORT /remote.php/dav/files/']) {
    for (const fault of ['html', 'empty', 'truncated', 'malformed-xml', 404, 412, 500] as const) {
      const closed = await startHarness({
        backend: { ...open.backend, close: async () => {} },
        environment: { EXCLUDED_TAGS: tag },
      })
      closed.proxy.plan(({ method, path }) =>
        `${method} ${path}`.includes(broken) ? fault : undefined,
      )
      const sent = await closed.requestsOf(async () => {
        const read = await closed.call('nc_webdav_read_file', { path: `${root}/public/b.txt` })
        expect(read.error, `${broken} ${fault}`).toMatchObject({
          code: expect.stringMatching(/^(UNREACHABLE|UPSTREAM_ERROR)$/),
          message: expect.stringMatching(/tags/),
        })
        const list = await closed.call('nc_webdav_list_directory', { path: root })
        expect(list.isError).toBe(true)
        const remove = await closed.call('nc_webdav_delete_resource', {
          path: `${root}/public/b.txt`,
        })
        expect(remove.isError).toBe(true)
      })
      expect(sent.filter(request => /^(GET|DELETE)/.test(request))).toEqual([])
      await closed.close()
    }
  }
})

test('the tags are asked for once in a while, and not at all without a setting', async () => {
  const again = () => h.ok('nc_webdav_list_directory', { path: `${root}/public` })
  await again()
  expect(await h.requestsOf(again)).toHaveLength(1)
  const sent = await open.requestsOf(() => open.ok('nc_webdav_list_directory', { path: root }))
  expect(sent).toHaveLength(1)
})
