import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '../support/harness.ts'

let h: Harness
/** Everything a test makes is in this category, so that a real instance is left as it was. */
const category = `mcp-test-${process.pid}-${Date.now()}`

beforeAll(async () => {
  h = await startHarness()
})

afterAll(async () => {
  for (const note of (await h.ok('nc_notes_search_notes', { query: '' })).results) {
    if (note.category.startsWith('mcp-test-'))
      await h.call('nc_notes_delete_note', { note_id: note.id })
  }
  await h.call('nc_webdav_delete_resource', { path: `Notes/${category}` })
  await h.close()
})

const create = (title: string, content = 'text') =>
  h.ok('nc_notes_create_note', { title, content, category })

describe('create and read', () => {
  test('a note is created, read back whole, and has an address', async () => {
    const made = await create('Grüße & Küsse', '# Liebe Oma\n\nmit 😀')
    expect(made).toMatchObject({ title: 'Grüße & Küsse', category, etag: expect.any(String) })
    const note = await h.ok('nc_notes_get_note', { note_id: made.id })
    expect(note).toEqual({
      id: made.id,
      title: 'Grüße & Küsse',
      content: '# Liebe Oma\n\nmit 😀',
      category,
      modified: expect.any(Number),
      favorite: false,
      readonly: false,
      etag: made.etag,
      url: expect.stringMatching(/\/index\.php\/apps\/notes\/note\/\d+$/),
    })
  })

  test('the title in the answer is the one Nextcloud made of it', async () => {
    await create('Twice')
    expect((await create('Twice')).title).toBe('Twice (2)')
    expect((await create('a/b:c?')).title).not.toContain('/')
  })

  test('creations with one title at the same time all succeed', async () => {
    const made = await Promise.all([1, 2, 3, 4].map(() => create('Together')))
    expect(new Set(made.map(note => note.title)).size).toBe(4)
  })

  test('what is not there is NOT_FOUND and names the note', async () => {
    const { error } = await h.call('nc_notes_get_note', { note_id: 99_999_999 })
    expect(error).toMatchObject({ code: 'NOT_FOUND', status: 404, subject: 'note 99999999' })
  })
})

describe('update', () => {
  test('changes what is given and keeps the rest', async () => {
    const made = await create('Keep', 'first')
    const changed = await h.ok('nc_notes_update_note', {
      note_id: made.id,
      etag: made.etag,
      content: 'second',
      favorite: true,
    })
    expect(changed.etag).not.toBe(made.etag)
    const note = await h.ok('nc_notes_get_note', { note_id: made.id })
    expect(note).toMatchObject({
      title: 'Keep',
      content: 'second',
      category,
      favorite: true,
      etag: changed.etag,
    })
  })

  test('a stale etag is a CONFLICT that gives the current one and changes nothing', async () => {
    const made = await create('Contended', 'mine')
    const theirs = await h.ok('nc_notes_update_note', {
      note_id: made.id,
      etag: made.etag,
      content: 'theirs',
    })
    const { error } = await h.call('nc_notes_update_note', {
      note_id: made.id,
      etag: made.etag,
      content: 'lost',
    })
    expect(error).toMatchObject({ code: 'CONFLICT', status: 412, etag: theirs.etag })
    expect((await h.ok('nc_notes_get_note', { note_id: made.id })).content).toBe('theirs')
  })

  test('an etag is taken with or without quotes', async () => {
    const made = await create('Quoted')
    await h.ok('nc_notes_update_note', {
      note_id: made.id,
      etag: `"${made.etag}"`,
      content: 'fine',
    })
  })

  test('moving to another category gives an etag that the next update can use', async () => {
    const made = await create('Moving')
    const moved = await h.ok('nc_notes_update_note', {
      note_id: made.id,
      etag: made.etag,
      category: `${category}/sub`,
      title: 'Moved',
    })
    expect(moved).toMatchObject({ category: `${category}/sub`, title: 'Moved' })
    await h.ok('nc_notes_update_note', { note_id: made.id, etag: moved.etag, content: 'again' })
  })

  test('an update without changes is refused before anything is sent', async () => {
    const requests = await h.requestsOf(async () => {
      const { error } = await h.call('nc_notes_update_note', { note_id: 1, etag: 'x' })
      expect(error).toMatchObject({ code: 'BAD_INPUT' })
    })
    expect(requests).toEqual([])
  })
})

describe('append', () => {
  test('adds below a separator', async () => {
    const made = await create('Journal', 'Monday')
    await h.ok('nc_notes_append_content', { note_id: made.id, content: 'Tuesday' })
    const { content } = await h.ok('nc_notes_get_note', { note_id: made.id })
    expect(content).toBe('Monday\n---\nTuesday')
  })

  test('eight appends at the same time lose none', async () => {
    const made = await create('Crowd', 'start')
    const lines = Array.from({ length: 8 }, (_, at) => `line ${at}`)
    await Promise.all(
      lines.map(content => h.ok('nc_notes_append_content', { note_id: made.id, content })),
    )
    const { content } = await h.ok('nc_notes_get_note', { note_id: made.id })
    expect(content.split('\n---\n').toSorted()).toEqual([...lines, 'start'].toSorted())
  })

  test('a change by somebody else in between is kept', async () => {
    const made = await create('Interrupted', 'mine')
    let interfered = false
    h.proxy.plan(async ({ method, path, headers }) => {
      if (method !== 'PUT' || interfered) return undefined
      interfered = true
      await fetch(new URL(path, h.backend.url), {
        method: 'PUT',
        headers: {
          authorization: headers.authorization ?? '',
          'ocs-apirequest': 'true',
          'content-type': 'application/json',
        },
        body: JSON.stringify({ content: 'theirs' }),
      })
      return undefined
    })
    await h.ok('nc_notes_append_content', { note_id: made.id, content: 'added' })
    h.proxy.plan(undefined)
    const { content } = await h.ok('nc_notes_get_note', { note_id: made.id })
    expect(content).toBe('theirs\n---\nadded')
  })

  test('an answer that cannot come from Nextcloud is no reason to write again', async () => {
    const made = await create('Faked', 'mine')
    h.proxy.plan(({ method }) => (method === 'PUT' ? 412 : undefined))
    const requests = await h.requestsOf(async () => {
      const { error } = await h.call('nc_notes_append_content', { note_id: made.id, content: 'x' })
      expect(error?.code).toBe('UNREACHABLE')
    })
    h.proxy.plan(undefined)
    expect(requests.filter(request => request.startsWith('PUT'))).toHaveLength(1)
  })
})

describe('search', () => {
  test('finds by words in title, category and text, best first, without regard to diacritics', async () => {
    const word = `zebra${Date.now()}`
    const inText = await create('Animals', `There is a ${word} outside`)
    const inTitle = await create(`A ${word} called Zoë`, 'stripes')
    const { results, total_found } = await h.ok('nc_notes_search_notes', { query: word })
    expect(total_found).toBe(2)
    expect(results.map((note: { id: number }) => note.id)).toEqual([inTitle.id, inText.id])
    expect(results[1].excerpt).toContain(word)
    expect(results[0].score).toBeGreaterThan(results[1].score)
    const folded = await h.ok('nc_notes_search_notes', { query: `zoe ${word}` })
    expect(folded.results[0].id).toBe(inTitle.id)
  })

  test('an empty query lists all, page by page', async () => {
    const all = await h.ok('nc_notes_search_notes', { query: '', limit: 500 })
    const first = await h.ok('nc_notes_search_notes', { query: '', limit: 2 })
    expect(first.total_found).toBe(all.total_found)
    expect(first.results).toEqual(all.results.slice(0, 2))
    const second = await h.ok('nc_notes_search_notes', {
      query: '',
      limit: 2,
      offset: first.next_offset,
    })
    expect(second.results).toEqual(all.results.slice(2, 4))
  })

  test('a change is found at once, and without one the listing is not sent again', async () => {
    const word = `fresh${Date.now()}`
    expect((await h.ok('nc_notes_search_notes', { query: word })).total_found).toBe(0)
    await create(word)
    expect((await h.ok('nc_notes_search_notes', { query: word })).total_found).toBe(1)
    const { error } = await h.call('nc_notes_search_notes', { query: word })
    expect(error).toBeUndefined()
    expect(h.proxy.requests.at(-1)?.headers['if-none-match']).toBeTruthy()
  })
})

describe('delete', () => {
  test('deletes to the trash; a second time it is NOT_FOUND', async () => {
    const made = await create('Gone')
    const { deleted_id, message } = await h.ok('nc_notes_delete_note', { note_id: made.id })
    expect(deleted_id).toBe(made.id)
    expect(message).toMatch(/Deleted files/)
    const { error } = await h.call('nc_notes_delete_note', { note_id: made.id })
    expect(error?.code).toBe('NOT_FOUND')
  })
})

describe('resources', () => {
  test('settings, a note, and what is missing', async () => {
    const settings = await h.client.readResource({ uri: 'notes://settings' })
    expect(JSON.parse((settings.contents[0] as { text: string }).text)).toMatchObject({
      notesPath: expect.any(String),
      fileSuffix: expect.any(String),
    })
    const made = await create('As a resource', 'body')
    const note = await h.client.readResource({ uri: `nc://Notes/${made.id}` })
    expect(JSON.parse((note.contents[0] as { text: string }).text)).toMatchObject({
      id: made.id,
      content: 'body',
    })
    await expect(h.client.readResource({ uri: 'nc://Notes/99999999' })).rejects.toMatchObject({
      code: -32_602,
    })
    await expect(h.client.readResource({ uri: 'nc://Notes/abc' })).rejects.toThrow(/not the id/)
    await expect(h.client.readResource({ uri: 'nc://nothing' })).rejects.toMatchObject({
      code: -32_602,
    })
  })
})

test('requests per tool', async () => {
  const made = await create('Counted')
  const count = async (name: string, args: Record<string, unknown>) =>
    (await h.requestsOf(() => h.ok(name, args))).length
  expect(await count('nc_notes_get_note', { note_id: made.id })).toBe(1)
  expect(await count('nc_notes_create_note', { title: 'c', content: 'c', category })).toBe(1)
  expect(
    await count('nc_notes_update_note', { note_id: made.id, etag: made.etag, content: 'u' }),
  ).toBe(1)
  expect(await count('nc_notes_append_content', { note_id: made.id, content: 'a' })).toBe(2)
  expect(await count('nc_notes_search_notes', { query: 'x' })).toBe(1)
})
