/** From a note in Nextcloud to passages in the index, in the server as it runs. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { SearchWiring } from '../../src/server/search.ts'
import { type Harness, startHarness } from '../support/harness.ts'
import { stubEmbedder } from '../support/search.ts'

const SECRET = 'a secret of some length'
const CATEGORY = `mcp-test-sync-${process.pid}-${Date.now()}`
let folder: string
let harness: Harness
let search: SearchWiring

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'search-sync-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const start = async (path: string) => {
  harness = await startHarness({
    environment: {
      ENABLE_SEMANTIC_SEARCH: 'true',
      SEARCH_INDEX_DB: join(folder, path),
      WEBHOOK_SECRET: SECRET,
    },
    embedder: stubEmbedder(),
  })
  if (harness.composition.search === undefined) throw new Error('search is off')
  search = harness.composition.search
}

const user = () => harness.backend.alice.loginName
/** Texts of a note's passages. */
const passagesOf = async (id: number) => {
  const [generation] = await search.index.generations()
  const key = { type: 'note', id: String(id) } as const
  const passages = generation ? await search.index.passages(generation.id, user(), key, 0, 99) : []
  return passages.map(({ text }) => text)
}
const until = async (condition: () => Promise<boolean>) => {
  while (!(await condition())) await new Promise(resolve => setTimeout(resolve, 20))
}
const tell = (headers: Record<string, string>, body: unknown, method = 'POST') =>
  fetch(harness.server.url.replace(/\/mcp$/, '/webhooks/nextcloud'), {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(method === 'POST' ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
  })
const fileEvent = (path: string) => ({
  event: { class: 'OCP\\Files\\Events\\Node\\NodeWrittenEvent', node: { id: 1, path } },
  user: { uid: user(), displayName: 'Alice' },
  time: 1,
})
const writeNote = (title: string, content: string) =>
  harness.ok('nc_notes_create_note', { title, content, category: CATEGORY })

describe('in the server', () => {
  const notes: number[] = []
  let file = 0
  beforeEach(() => start(`${file++}.db`))
  afterEach(async () => {
    for (const id of notes.splice(0)) await harness.call('nc_notes_delete_note', { note_id: id })
    await harness.close()
  })

  test('a note is indexed, changed and taken out', async () => {
    const note = await writeNote('Zebra', '# Zebra\n\nIt has stripes.')
    notes.push(note.id)
    search.sync.start()
    await until(async () => (await passagesOf(note.id)).length > 0)
    expect(await passagesOf(note.id)).toEqual(['# Zebra\n\nIt has stripes.'])
    const status = await search.status.status(user())
    expect(status).toMatchObject({ enabled: true, problem: undefined, queue: 'sqlite' })

    await harness.ok('nc_notes_update_note', {
      note_id: note.id,
      etag: note.etag,
      title: 'Zebra',
      content: 'It has none.',
      category: CATEGORY,
    })
    const response = await tell(
      { authorization: `Bearer ${SECRET}` },
      fileEvent(`/${user()}/files/Notes/Zebra.md`),
    )
    expect(response.status).toBe(204)
    const told = performance.now()
    await until(async () => (await passagesOf(note.id))[0] === 'It has none.')
    expect(performance.now() - told).toBeLessThan(15_000)
  })

  test('an unchanged account costs few requests', async () => {
    const note = await writeNote('Zebra', 'It has stripes.')
    notes.push(note.id)
    search.sync.start()
    await until(async () => (await passagesOf(note.id)).length > 0)
    const listedAt = async () =>
      (await search.status.report(user(), 0)).users[0]?.types[0]?.listedAt ?? 0
    const again = async () => {
      const before = await listedAt()
      await search.sync.hint(user(), ['note'])
      await until(async () => (await listedAt()) > before)
    }
    await again() // Nextcloud's clock counts seconds: the first may tell once more what it told.
    const requests = await harness.requestsOf(again)
    expect(requests.filter(each => each.includes('/notes'))).toHaveLength(1)
    expect(requests.length).toBeLessThanOrEqual(3)
  })

  test('whoever does not know the secret is told nothing, and changes nothing', async () => {
    for (const authorization of [
      '',
      SECRET,
      `Bearer ${SECRET}x`,
      `bearer ${SECRET}`,
      'Basic YTpi',
    ]) {
      expect((await tell({ authorization }, fileEvent('/alice/files/a'))).status).toBe(401)
    }
    const known = { authorization: `Bearer ${SECRET}` }
    expect((await tell(known, '', 'GET')).status).toBe(405)
    expect((await tell(known, 'not json')).status).toBe(400)
    expect((await tell(known, { event: 'x' })).status).toBe(400)
    expect((await tell(known, 'x'.repeat(70_000))).status).toBe(413)
    expect((await tell(known, { event: { class: 'Something\\Else' } })).status).toBe(204)
  })
})
