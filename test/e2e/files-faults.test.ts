/** However an answer goes wrong, no tool takes it for a success. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Backend } from '../support/backend.ts'
import { type Harness, startHarness } from '../support/harness.ts'
import { FAULTS, type Fault } from '../support/proxy.ts'

let h: Harness
const root = `mcp-test-faults-${process.pid}-${Date.now()}`
const file = `${root}/file.txt`

beforeAll(async () => {
  h = await startHarness({ environment: { NEXTCLOUD_TIMEOUT_SECONDS: '1' } })
  await h.ok('nc_webdav_create_directory', { path: root })
  await h.ok('nc_webdav_write_file', { path: file, content: 'content' })
})
afterEach(() => h.proxy.plan(undefined))
afterAll(async () => {
  await h.call('nc_webdav_delete_resource', { path: root })
  await h.close()
})

/** Each tool, the request that does its work, and how many it makes in all. */
const TOOLS: [name: string, method: string, count: number, args: () => object][] = [
  ['list_directory', 'PROPFIND', 1, () => ({ path: root })],
  ['read_file', 'GET', 1, () => ({ path: file })],
  ['write_file', 'PUT', 1, () => ({ path: `${root}/${next()}`, content: 'x' })],
  ['create_directory', 'MKCOL', 1, () => ({ path: `${root}/${next()}` })],
  ['delete_resource', 'DELETE', 1, () => ({ path: fresh() })],
  [
    'move_resource',
    'MOVE',
    1,
    () => ({ source_path: fresh(), destination_path: `${root}/${next()}` }),
  ],
  [
    'copy_resource',
    'COPY',
    1,
    () => ({ source_path: file, destination_path: `${root}/${next()}` }),
  ],
  ['search_files', 'SEARCH', 1, () => ({ scope: root })],
  ['find_by_name', 'SEARCH', 1, () => ({ pattern: 'file', scope: root })],
  ['find_by_type', 'SEARCH', 1, () => ({ mime_type: 'text/plain', scope: root })],
  ['list_favorites', 'SEARCH', 1, () => ({ scope: root })],
  ['list_comments', 'REPORT', 2, () => ({ path: file })],
  ['create_comment', 'POST', 2, () => ({ path: file, message: 'x' })],
]
/** Those that are waited out before they fail, which is the same for all tools. */
const SLOW = new Set<Fault>(['delay', 423, 429])
const WRITES = /^(PUT|MKCOL|DELETE|MOVE|COPY|POST)$/

/** For a harness of its own on the same Nextcloud. */
const kept = (backend: Backend): Backend => ({ ...backend, close: async () => {} })

let made = 0
const next = () => `new-${++made}`
let prepared = ''
const fresh = () => prepared
const prepare = async () => {
  prepared = `${root}/${next()}`
  await h.ok('nc_webdav_write_file', { path: prepared, content: 'x' })
}

describe.each(TOOLS)('%s', (name, method, count, args) => {
  test(`makes ${count} request(s)`, async () => {
    await prepare()
    const sent = await h.requestsOf(() => h.ok(`nc_webdav_${name}`, { ...args() }))
    expect(sent).toHaveLength(count)
    expect(sent.at(-1)).toMatch(new RegExp(`^${method} `))
  })

  const faults = FAULTS.filter(fault => {
    // An answer without a body cannot be cut off.
    if (fault === 'truncated') return !WRITES.test(method)
    return !SLOW.has(fault) || name === 'write_file' || (fault === 'delay' && method === 'GET')
  })
  test.each(faults)(`${method} answered with %s is an error`, async fault => {
    await prepare()
    const arguments_ = { ...args() }
    // A refused login is not tried again for a while, so the others must not meet it.
    const own = fault === 401 ? await startHarness({ backend: kept(h.backend) }) : h
    own.proxy.plan(request => (request.method === method ? fault : undefined))
    const { isError, error } = await own.call(`nc_webdav_${name}`, arguments_)
    if (own !== h) await own.close()
    expect(isError, JSON.stringify(error)).toBe(true)
    expect(error?.code).not.toBe('INTERNAL')
    expect(error?.message).toBeTruthy()
    expect(JSON.stringify(error)).not.toMatch(/remote\.php|127\.0\.0\.1:\d+\/(remote|ocs)/)
    const unclear = ['delay', 'reset', 'html', 'empty', 'malformed-xml']
    if (WRITES.test(method) && unclear.includes(String(fault))) {
      expect(error?.outcome_unknown).toBe(true)
    }
  })
})
