/** One search in all apps: what is found, what fails, and what a token must not reach. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createCollective, type TestCollective } from '../support/collectives.ts'
import { type Harness, startHarness } from '../support/harness.ts'
import { answerOf, type OAuthHarness, startOAuth } from '../support/oauth.ts'

let h: Harness
let c: TestCollective
/** In the names of a folder, a note and a page. */
const word = `needle${process.pid}${Date.now()}`
const folder = `mcp-test-${word}`
let noteId = 0

beforeAll(async () => {
  h = await startHarness()
  await h.ok('nc_webdav_create_directory', { path: `${folder}/sub`, parents: true })
  for (const at of [1, 2, 3]) {
    await h.ok('nc_webdav_write_file', { path: `${folder}/sub/${word}-${at}.txt`, content: 'x' })
  }
  const note = await h.ok('nc_notes_create_note', { title: word, content: 'x', category: '' })
  noteId = note.id
  c = await createCollective(h)
  await h.ok('collectives_create_page', {
    collective_id: c.id,
    parent_id: c.landing,
    title: word,
  })
})
afterEach(() => h.proxy.plan(undefined))
afterAll(async () => {
  await c.remove()
  await h.call('nc_notes_delete_note', { note_id: noteId })
  await h.call('nc_webdav_delete_resource', { path: folder })
  await h.close()
})

const search = (args: object = {}) => h.ok('nc_search_everything', { query: word, ...args })
interface ProviderResult {
  provider: string
  entries: { title: string; url: string; file_id?: number; path?: string }[]
  cursor?: string
}
const of = (data: { results: ProviderResult[] }, provider: string) =>
  data.results.find(result => result.provider === provider)

describe('what is found', () => {
  test('things of every kind, files with id and path', async () => {
    const data = await search({ limit: 25 })
    expect(data.untrusted_content).toBe(true)
    const files = of(data, 'files')
    const file = files?.entries.find(({ title }) => title === `${word}-2.txt`)
    const path = `${folder}/sub/${word}-2.txt`
    const { files: listed } = await h.ok('nc_webdav_list_directory', { path: `${folder}/sub` })
    const { file_id } = listed.find((entry: { path: string }) => entry.path === path)
    expect(file).toMatchObject({ path, file_id })
    expect(file?.url).toMatch(/^http.*\/f\/\d+$/)
    expect(of(data, 'notes')?.entries.map(({ title }) => title)).toContain(word)
    expect(of(data, 'collectives-pages')?.entries).toHaveLength(1)
    expect(data.total).toBe(
      data.results.reduce((sum: number, { entries }: ProviderResult) => sum + entries.length, 0),
    )
    expect(data).not.toHaveProperty('failed')
    expect(data).not.toHaveProperty('not_searched')
  })

  test('nothing, from nobody', async () => {
    expect(await search({ query: `${word}-nowhere` })).toMatchObject({ results: [], total: 0 })
  })

  test('part by part', async () => {
    const providers = ['files']
    const all = of(await search({ providers, limit: 25 }), 'files')?.entries ?? []
    expect(all.length).toBeGreaterThanOrEqual(4)
    expect(of(await search({ providers, limit: 25 }), 'files')).not.toHaveProperty('cursor')
    const seen = []
    let cursor: string | undefined
    do {
      const found = of(await search({ providers, limit: 2, cursor }), 'files')
      seen.push(...(found?.entries ?? []))
      cursor = found?.cursor
    } while (cursor !== undefined)
    expect(seen.toSorted((a, b) => (a.url < b.url ? -1 : 1))).toEqual(
      all.toSorted((a, b) => (a.url < b.url ? -1 : 1)),
    )
  })

  test('only by those that were chosen', async () => {
    const { results } = await search({ providers: ['notes', 'collectives-pages'] })
    expect(results.map(({ provider }: ProviderResult) => provider).toSorted()).toEqual([
      'collectives-pages',
      'notes',
    ])
  })

  test('settings of the instance are nobody’s things', async () => {
    const requests = await h.requestsOf(() => search())
    expect(requests.filter(request => request.includes('/settings'))).toEqual([])
  })

  test('more than asked for is cut, relative addresses are completed', async () => {
    const entry = (title: string) => ({ title, resourceUrl: '/apps/x/1', attributes: [] })
    h.proxy.plan(({ path }) =>
      path.includes('/providers/notes/')
        ? answer({ name: 'N', entries: ['a', 'b', 'c'].map(entry), cursor: null })
        : undefined,
    )
    const found = of(await search({ providers: ['notes'], limit: 2 }), 'notes')
    expect(found?.entries).toEqual([
      { title: 'a', url: `${new URL(h.proxy.url).origin}/apps/x/1` },
      { title: 'b', url: `${new URL(h.proxy.url).origin}/apps/x/1` },
    ])
    expect(found).not.toHaveProperty('cursor')
  })
})

describe('what goes wrong', () => {
  test('one provider that fails does not hide the others', async () => {
    h.proxy.plan(({ path }) => (path.includes('/providers/notes/') ? 500 : undefined))
    const data = await search()
    expect(data.failed).toEqual([{ provider: 'notes', code: 'UPSTREAM_ERROR' }])
    expect(of(data, 'files')?.entries.length).toBeGreaterThan(0)
  })

  test('all that fail are a failure', async () => {
    h.proxy.plan(({ path }) => (path.includes('/search?') ? 500 : undefined))
    const { error } = await h.call('nc_search_everything', { query: word })
    expect(error?.code).toBe('UPSTREAM_ERROR')
  })

  test('a login that is refused is no failure of a provider', async () => {
    const own = await startHarness({ backend: { ...h.backend, close: async () => {} } })
    await own.ok('nc_search_everything', { query: word })
    own.proxy.plan(({ path }) => (path.includes('/providers/notes/') ? 401 : undefined))
    const { error } = await own.call('nc_search_everything', { query: word })
    await own.close()
    expect(error?.code).toBe('UNAUTHORIZED')
  })

  test.each([
    [{ query: ' ' }],
    [{ cursor: '5' }],
    [{ cursor: '5', providers: ['files', 'notes'] }],
    [{ limit: 26 }],
  ])('%j is refused without a search', async args => {
    const sent = await h.requestsOf(async () => {
      const { error } = await h.call('nc_search_everything', { query: word, ...args })
      expect(error?.code).toBe('BAD_INPUT')
    })
    expect(sent).toEqual([])
  })

  test('a provider that is not there is told together with those that are', async () => {
    const { error } = await h.call('nc_search_everything', { query: word, providers: ['nope'] })
    expect(error).toMatchObject({ code: 'BAD_INPUT', hint: expect.stringContaining('files') })
  })
})

test('not many requests at once, and the list of providers only now and then', async () => {
  let now = 0
  let most = 0
  const many = Array.from({ length: 20 }, (_, at) => ({ id: `p${at}`, appId: 'notes', name: 'P' }))
  const own = await startHarness({ backend: { ...h.backend, close: async () => {} } })
  own.proxy.plan(async ({ path }) => {
    if (path.endsWith('/providers')) return { json: ocs(many) }
    if (!path.includes('/search/')) return undefined
    most = Math.max(most, ++now)
    await new Promise(resolve => setImmediate(resolve))
    now--
    return answer({ name: 'P', entries: [], cursor: null })
  })
  const first = await own.requestsOf(() => own.ok('nc_search_everything', { query: 'x' }))
  const second = await own.requestsOf(() => own.ok('nc_search_everything', { query: 'x' }))
  await own.close()
  expect([first.length, second.length]).toEqual([21, 20])
  expect(most).toBeLessThanOrEqual(6)
})

describe('what is not to be found', () => {
  test('files, where the operator keeps some back', async () => {
    const kept = await startHarness({
      backend: { ...h.backend, close: async () => {} },
      environment: { EXCLUDED_TAGS: 'secret' },
    })
    const requests = await kept.requestsOf(async () => {
      const data = await kept.ok('nc_search_everything', { query: word })
      expect(of(data, 'files')).toBeUndefined()
      expect(of(data, 'notes')?.entries.length).toBeGreaterThan(0)
      expect(data.not_searched).toContainEqual({ provider: 'files', needs: [] })
    })
    expect(requests.filter(request => request.includes('/providers/files/'))).toEqual([])
    await kept.close()
  })

  describe('by a token', () => {
    let o: OAuthHarness
    beforeAll(async () => {
      o = await startOAuth('oauth_multi_audience')
      await o.ok('nc_notes_create_note', { title: word, content: 'x', category: '' })
      await o.ok('nc_webdav_write_file', { path: `${word}.txt`, content: 'x' })
    })
    afterAll(() => o.close())

    const callWith = async (scope: string, args: object = {}) => {
      const token = await o.idp.mint({ scope })
      const response = await o.callWith(token, 'nc_search_everything', { query: word, ...args })
      return { response, data: (await answerOf(response)).result?.structuredContent }
    }

    test('only what its scopes allow, and it is said what not', async () => {
      const { data } = await callWith('openid files:read')
      const files = of(data, 'files')?.entries.map(({ title }) => title)
      expect(files).toContain(`${word}.txt`)
      expect(of(data, 'notes')).toBeUndefined()
      expect(data.not_searched).toContainEqual({ provider: 'notes', needs: ['notes:read'] })
      const more = (await callWith('openid files:read notes:read')).data
      expect(of(more, 'notes')?.entries).toHaveLength(1)
      expect(more.not_searched).not.toContainEqual(expect.objectContaining({ provider: 'notes' }))
    })

    test('nor by asking for it by name', async () => {
      o.proxy.forget()
      const { data } = await callWith('openid files:read notes:write', { providers: ['notes'] })
      expect(data).toMatchObject({
        results: [],
        not_searched: [{ provider: 'notes', needs: ['notes:read'] }],
      })
      expect(o.proxy.requests.filter(({ path }) => path.includes('/providers/notes/'))).toEqual([])
    })

    test('without the right to read files it is not there', async () => {
      const { response } = await callWith('openid notes:read')
      expect(response.status).toBe(403)
    })
  })
})

function ocs(data: unknown): object {
  return { ocs: { meta: { statuscode: 200 }, data } }
}

function answer(data: object): { json: object } {
  return { json: ocs(data) }
}
