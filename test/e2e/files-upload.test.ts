/** Files too large for one request. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '../support/harness.ts'

let h: Harness
const root = `mcp-test-upload-${process.pid}-${Date.now()}`
const MIB = 1024 * 1024
/** Two chunks and a bit. */
const large = 'aä😀\n'.repeat(2_100_000)
const LARGE_BYTES = Buffer.byteLength(large)

beforeAll(async () => {
  h = await startHarness()
  await h.ok('nc_webdav_create_directory', { path: root })
})
afterEach(() => h.proxy.plan(undefined))
afterAll(async () => {
  await h.call('nc_webdav_delete_resource', { path: root })
  await h.close()
})

const write = (name: string, content: string, more: object = {}) =>
  h.call('nc_webdav_write_file', { path: `${root}/${name}`, content, ...more })
const sizeOf = async (name: string) =>
  (await h.ok('nc_webdav_read_file', { path: `${root}/${name}`, max_bytes: 16 })).size
/** Requests by what they are about: uploads have random names. */
const uploads = (sent: readonly string[]) =>
  sent
    .filter(request => request.includes('/uploads/'))
    .map(request => request.replace(/ .*\/(\d{5}|\.file)$/, ' $1').replace(/ \/.*$/, ''))

test('goes up in parts, with progress, and arrives whole', async () => {
  const progress: { progress: number; total: number | undefined }[] = []
  const sent = await h.requestsOf(async () => {
    const result = await h.client.callTool(
      {
        name: 'nc_webdav_write_file',
        arguments: { path: `${root}/large.txt`, content: large },
      },
      { onprogress: ({ progress: done, total }) => progress.push({ progress: done, total }) },
    )
    expect(result.structuredContent).toMatchObject({
      created: true,
      size: LARGE_BYTES,
      etag: expect.any(String),
    })
  })
  expect(uploads(sent)).toEqual(['MKCOL', 'PUT 00001', 'PUT 00002', 'PUT 00003', 'MOVE .file'])
  expect(progress.map(entry => entry.progress)).toEqual([8 * MIB, 16 * MIB, LARGE_BYTES])
  expect(progress.at(-1)?.total).toBe(LARGE_BYTES)
  expect(await sizeOf('large.txt')).toBe(LARGE_BYTES)
})

test('keeps to the precondition, before anything is sent', async () => {
  const { data: first } = await write('kept.txt', 'small')
  const sent = await h.requestsOf(async () => {
    expect((await write('kept.txt', large)).error).toMatchObject({
      code: 'CONFLICT',
      etag: first.etag,
    })
    const stale = await write('kept.txt', large, { if_match: 'stale' })
    expect(stale.error).toMatchObject({ code: 'CONFLICT', etag: first.etag })
    const forced = await write('absent.txt', large, { if_match: '*' })
    expect(forced.error).toMatchObject({ code: 'CONFLICT' })
    const lost = await write('missing/new.txt', large)
    expect(lost.error).toMatchObject({ code: 'NOT_FOUND', subject: `${root}/missing` })
  })
  expect(uploads(sent)).toEqual([])
  expect((await write('kept.txt', large, { if_match: first.etag })).data).toMatchObject({
    created: false,
    size: LARGE_BYTES,
  })
  expect((await write('kept.txt', large, { if_match: '*' })).isError).toBe(false)
})

test.each(['new', 'changed', 'gone'])(
  'a target that is %s when the parts are put together is not overwritten',
  async change => {
    const name = `race-${change}.txt`
    const etag = change === 'new' ? undefined : (await write(name, 'before')).data.etag
    h.proxy.plan(async ({ method, path }) => {
      if (method !== 'MOVE' || !path.includes('/uploads/')) return undefined
      h.proxy.plan(undefined)
      if (change === 'gone') await h.ok('nc_webdav_delete_resource', { path: `${root}/${name}` })
      else await other(name, 'from somebody else', change === 'changed')
      return undefined
    })
    const sent = await h.requestsOf(async () => {
      const answer = await write(name, large, etag === undefined ? {} : { if_match: etag })
      expect(answer.error).toMatchObject({ code: 'CONFLICT' })
      expect(answer.error?.outcome_unknown).toBeUndefined()
    })
    expect(uploads(sent).at(-1)).toBe('DELETE')
    if (change !== 'gone') expect(await sizeOf(name)).toBe('from somebody else'.length)
  },
)

/** Writes past the queue that the server keeps for writes of its own to one file. */
async function other(name: string, content: string, replace: boolean): Promise<void> {
  const source = `${root}/other-${name}`
  await h.ok('nc_webdav_write_file', { path: source, content })
  await h.ok('nc_webdav_move_resource', {
    source_path: source,
    destination_path: `${root}/${name}`,
    overwrite: replace,
  })
}

test.each(['html', 'empty', 'reset', 500, 403] as const)(
  'a part that fails with %s fails the write, and nothing is left behind',
  async fault => {
    const name = `broken-${fault}.txt`
    h.proxy.plan(({ path }) => (path.endsWith('/00002') ? fault : undefined))
    const sent = await h.requestsOf(async () => {
      const { error } = await write(name, large)
      expect(error?.code).toMatch(/^(UNREACHABLE|UPSTREAM_ERROR|FORBIDDEN)$/)
      // The file itself has not been touched, whatever happened to the part.
      expect(error?.outcome_unknown).toBeUndefined()
    })
    expect(uploads(sent)).toEqual(['MKCOL', 'PUT 00001', 'PUT 00002', 'DELETE'])
    const read = await h.call('nc_webdav_read_file', { path: `${root}/${name}` })
    expect(read.error).toMatchObject({ code: 'NOT_FOUND' })
  },
)

test('when putting together has no clear end, that is said, and the parts are left alone', async () => {
  h.proxy.plan(({ path }) => (path.endsWith('/.file') ? 'reset' : undefined))
  const sent = await h.requestsOf(async () => {
    const { error } = await write('unclear.txt', large)
    expect(error).toMatchObject({ code: 'UNREACHABLE', outcome_unknown: true })
  })
  expect(uploads(sent).at(-1)).toBe('MOVE .file')
})

test('a cancelled upload cleans up after itself', async () => {
  const cancel = new AbortController()
  h.proxy.plan(({ path }) => {
    if (!path.endsWith('/00002')) return undefined
    cancel.abort()
    return 'delay'
  })
  h.proxy.forget()
  const call = h.client.callTool(
    { name: 'nc_webdav_write_file', arguments: { path: `${root}/stop.txt`, content: large } },
    { signal: cancel.signal },
  )
  await expect(call).rejects.toThrow()
  await expect
    .poll(() => uploads(h.proxy.requests.map(({ method, path }) => `${method} ${path}`)))
    .toEqual(['MKCOL', 'PUT 00001', 'PUT 00002', 'DELETE'])
})

test('up to 10 MB go in one request', async () => {
  const sent = await h.requestsOf(() => write('whole.txt', 'x'.repeat(10_000_000)))
  expect(sent.map(request => request.split(' ')[0])).toEqual(['PUT'])
  const more = await h.requestsOf(() => write('parts.txt', 'x'.repeat(10_000_001)))
  expect(uploads(more)).toEqual(['MKCOL', 'PUT 00001', 'PUT 00002', 'MOVE .file'])
})
