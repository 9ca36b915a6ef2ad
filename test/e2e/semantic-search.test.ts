/** Search by meaning, the whole way: what each user is shown depends on Nextcloud alone. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SearchIndex } from '../../src/search/index/search-index.ts'
import { searchDatabase } from '../../src/search/sqlite/client.ts'
import { sqliteIndex } from '../../src/search/sqlite/index.ts'
import { type Backend, startBackend } from '../support/backend.ts'
import { FAULTS } from '../support/proxy.ts'
import { type Side, startSide } from '../support/semantic.ts'

let backend: Backend
let folder: string
let index: SearchIndex
let alice: Side
let bob: Side
const root = `mcp-test-semantic-${process.pid}-${Date.now()}`
const name = `${root}.txt`
const path = `${root}/${name}`
const text = 'Minutes of the zebra committee'

beforeAll(async () => {
  backend = await startBackend()
  if (backend.bob === undefined) throw new Error('sharing needs a second user')
  folder = mkdtempSync(join(tmpdir(), 'semantic-'))
  index = sqliteIndex(searchDatabase({ path: join(folder, 'search.db') }))
  alice = await startSide('alice', { backend, index })
  bob = await startSide('bob', { backend, index })
  await alice.ok('nc_webdav_create_directory', { path: root })
  await alice.ok('nc_webdav_write_file', { path, content: text })
  await alice.indexed(path, text)
})
afterAll(async () => {
  await alice.call('nc_webdav_delete_resource', { path: root })
  await Promise.all([alice.close(), bob.close()])
  await index.close()
  rmSync(folder, { recursive: true })
  await backend.close()
})

const query = 'zebra committee'
const found = async (side: Side) =>
  (await side.ok('nc_semantic_search', { query })).results.map(
    ({ excerpt }: { excerpt: string }) => excerpt,
  )

test('who has the file finds it, with a link', async () => {
  const data = await alice.ok('nc_semantic_search', { query })
  expect(data.untrusted_content).toBe(true)
  expect(data.results).toHaveLength(1)
  expect(data.results[0]).toMatchObject({ doc_type: 'file', excerpt: text, path })
  expect(data.results[0].url).toMatch(/^http.*\/f\/\d+$/)
})

test('a share is found by who has it, and no longer once it is withdrawn', async () => {
  expect(await found(bob)).toEqual([])
  const { id } = await bob.ok('nc_users_get_current_user')
  const share = await alice.ok('nc_share_create', { path, share_with: id, send_mail: false })
  await bob.indexed(name, text)
  expect(await found(bob)).toEqual([text])

  await alice.ok('nc_share_delete', { share_id: share.id })
  const after = await bob.ok('nc_semantic_search', { query })
  expect(after).toMatchObject({ results: [], total_found: 0, dropped_document_count: 1 })
  expect(JSON.stringify(after)).not.toContain('Minutes')
  const again = await bob.ok('nc_semantic_search', { query })
  expect(again).toMatchObject({ results: [], dropped_document_count: 0 })
  expect(await found(alice)).toEqual([text])
})

test('one file, one request', async () => {
  await found(alice)
  const requests = await alice.requestsOf(() => found(alice))
  expect(requests).toEqual([expect.stringMatching(/^PROPFIND .*\.txt$/)])
})

test.each(FAULTS)('%s on the way is no empty result', async fault => {
  // A server of its own: it remembers a login that was refused.
  const side = await startSide('alice', { backend, index })
  await side.indexed(path, text)
  expect(await found(side)).toEqual([text])
  side.proxy.plan(() => fault)
  const { isError, data, error } = await side.call('nc_semantic_search', { query })
  side.proxy.plan(undefined)
  await side.close()
  if (fault === 404) {
    // That is what Nextcloud says of a file that is gone.
    expect(data).toMatchObject({ results: [], dropped_document_count: 1 })
  } else {
    expect([isError, error?.code]).toEqual([true, expect.stringMatching(/^[A-Z_]+$/)])
    expect(JSON.stringify(data)).not.toContain(text)
  }
})
