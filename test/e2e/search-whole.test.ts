/**
 * Search by meaning as people run it: one variable, and the apps' own documents, the model that
 * comes along, an index in a file; then another variable, and the index is in Qdrant.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Backend, isReal, startBackend, type TestUser } from '../support/backend.ts'
import { type Harness, startHarness } from '../support/harness.ts'
import { startQdrant } from '../support/qdrant/server.ts'

const name = `mcp-test-whole-${process.pid}-${Date.now()}`

let backend: Backend
let bobs: TestUser
let folder: string
beforeAll(async () => {
  backend = await startBackend()
  if (backend.bob === undefined) throw new Error('sharing needs a second user')
  bobs = backend.bob
  folder = mkdtempSync(join(tmpdir(), 'search-whole-'))
})
afterAll(async () => {
  await backend.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A server of one user; all of them share one index, as one server for many would. */
const serverOf = (user: TestUser, environment = {}) =>
  startHarness({
    backend: { ...backend, alice: user, close: async () => {} },
    environment: {
      ENABLE_SEMANTIC_SEARCH: 'true',
      SEARCH_INDEX_DB: join(folder, 'search.db'),
      NEXTCLOUD_USERNAME: user.loginName,
      NEXTCLOUD_PASSWORD: user.password,
      ...environment,
    },
  })
const index = (h: Harness) => h.composition.search?.sync.once()
const titles = async (h: Harness, query: string, more = {}): Promise<string[]> => {
  const { results } = await h.ok('nc_semantic_search', { query, ...more })
  return results.map(({ title }: { title: string }) => title)
}

describe('a file and a note', () => {
  let alice: Harness
  let bob: Harness
  const path = `${name}/Heating.md`
  let note: number
  beforeAll(async () => {
    alice = await serverOf(backend.alice)
    bob = await serverOf(bobs)
    await alice.ok('nc_webdav_create_directory', { path: name })
    await alice.ok('nc_webdav_write_file', {
      path,
      content: 'The radiators stay cold until the boiler has been bled by a plumber.',
    })
    const created = await alice.ok('nc_notes_create_note', {
      title: `${name} Packing`,
      content: 'Sun cream, swimsuit, towel and the tickets for the ferry.',
      category: '',
    })
    note = created.id
    await index(alice)
    await index(bob)
  }, 120_000)
  afterAll(async () => {
    await alice.call('nc_notes_delete_note', { note_id: note })
    await alice.call('nc_webdav_delete_resource', { path: name })
    await alice.close()
    await bob.close()
  })

  test('are found by what they mean', async () => {
    const meant = { mode: 'semantic', path_prefix: `/${name}` }
    expect(await titles(alice, 'my flat is freezing, who repairs that', meant)).toEqual([
      'Heating.md',
    ])
    const { results } = await alice.ok('nc_notes_semantic_search', {
      query: 'what do I take along to the beach',
    })
    expect(results.map(({ title }: { title: string }) => title)).toContain(`${name} Packing`)
  })

  test('are found by their words, each in its place, with a way to open it', async () => {
    const { results } = await alice.ok('nc_semantic_search', {
      query: 'radiators boiler plumber',
      mode: 'keyword',
    })
    expect(results[0]).toMatchObject({ doc_type: 'file', title: 'Heating.md' })
    expect(results[0].url).toMatch(/\/f\/\d+$/)
  })

  test('are nobody else’s, until they are shared, and no longer when that ends', async () => {
    const query = { query: 'radiators boiler plumber', mode: 'keyword' as const }
    const seen = async () => {
      const { results } = await bob.ok('nc_semantic_search', query)
      return results.map(({ title }: { title: string }) => title)
    }
    expect(await seen()).toEqual([])
    const { id } = await bob.ok('nc_users_get_current_user')
    const share = await alice.ok('nc_share_create', { path, share_with: id, send_mail: false })
    await index(bob)
    expect(await seen()).toEqual(['Heating.md'])
    await alice.ok('nc_share_delete', { share_id: share.id })
    // Still in bob's index: it is Nextcloud that says no.
    expect(await seen()).toEqual([])
    expect(await titles(alice, query.query, { mode: 'keyword' })).toContain('Heating.md')
    // Shared once more it is new to bob, though nothing about the file has changed.
    await alice.ok('nc_share_create', { path, share_with: id, send_mail: false })
    await index(bob)
    expect(await seen()).toEqual(['Heating.md'])
  })

  test('when nothing has changed, hardly anything is asked for', async () => {
    await index(alice)
    const requests = await alice.requestsOf(() => index(alice) ?? Promise.resolve())
    expect(requests.filter(each => /\/notes\/api\//.test(each)).length).toBeLessThanOrEqual(3)
    const files = requests.filter(each => /^(PROPFIND|SEARCH|GET) .*\/dav\/files\//.test(each))
    expect(files.length).toBeLessThanOrEqual(3)
  })

  test('how far it is', async () => {
    const status = await alice.ok('nc_get_vector_sync_status')
    expect(status).toMatchObject({ enabled: true, status: 'idle', pending_count: 0 })
    expect(status.indexed_documents).toBeGreaterThan(1)
  })
})

// The data of a real instance would go through a double that counts in quadratic time.
test.skipIf(isReal)(
  'one variable more, and the index is in Qdrant',
  { timeout: 120_000 },
  async () => {
    const qdrant = await startQdrant({ apiKey: 'of-a-test' })
    const h = await serverOf(backend.alice, {
      SEARCH_INDEX_DB: join(folder, 'ledger.db'),
      QDRANT_URL: qdrant.url,
      QDRANT_API_KEY: 'of-a-test',
    })
    await index(h)
    const status = await h.ok('nc_get_vector_sync_status')
    expect(status.indexed_chunks).toBeGreaterThan(3)
    const chosen = [...qdrant.collections.keys()].filter(each => each.startsWith('nextcloud-mcp-'))
    expect(chosen.length).toBe(2)
    const { results } = await h.ok('nc_semantic_search', {
      query: 'what to buy for cooking',
      limit: 5,
    })
    expect(results.length).toBeGreaterThan(0)
    await h.close()
    await qdrant.close()
  },
)
