import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFileDocuments } from '../../src/apps/files/documents/source.ts'
import { changeTags } from '../../src/apps/files/tags.ts'
import type { DocumentReader } from '../../src/documents/document.ts'
import { createExclusion } from '../../src/nextcloud/files/exclusion.ts'
import { openHome } from '../../src/nextcloud/files/home.ts'
import type { DocumentSource } from '../../src/search/source.ts'
import { rewriting } from '../support/rewriting.ts'
import {
  filesOf,
  type Listing,
  listingOf,
  type SourceBench,
  shareWithBob,
  startSources,
} from '../support/sources.ts'

const root = `mcp-test-documents-${process.pid}-${Date.now()}`
const tag = `mcp-test-${process.pid}-${Date.now()}`

const RESPONSE = /<d:response>(?:(?!<\/d:response>).)*<\/d:response>/gs

/** Reads text, and remembers what it was given. */
const given: string[] = []
const reader: Pick<DocumentReader, 'canRead' | 'read'> = {
  canRead: ({ name, bytes }) => /\.(txt|md)$/.test(name) && bytes < 1_000,
  async read({ bytes, name }) {
    given.push(name)
    const text = Buffer.from(bytes).toString('utf8')
    const pages = [{ number: 1, start: 0 }]
    return {
      text,
      format: 'plain',
      title: 'Inner',
      pages,
      pageCount: 1,
      truncated: false,
      processor: 'test',
    }
  },
}
const options = { excludedTags: [], reader, readerKey: 'text', maxBytes: 500 }
const source = createFileDocuments(options)

let s: SourceBench
let files: ReturnType<typeof filesOf>

beforeAll(async () => {
  s = await startSources()
  files = filesOf(s.direct.alice, s.backend.alice)
  await files.makeFolder(root)
})

afterAll(async () => {
  await files.remove(root)
  await s.close()
})

/** A folder of its own for a test. */
let stages = 0
async function stage(tree: Record<string, string>): Promise<string> {
  const folder = `${root}/stage ${stages++}`
  await files.makeFolder(folder)
  for (const [path, content] of Object.entries(tree)) {
    const names = path.split('/')
    for (let depth = 1; depth < names.length; depth++) {
      await files.makeFolder(`${folder}/${names.slice(0, depth).join('/')}`).catch(() => {})
    }
    await files.put(`${folder}/${path}`, content)
  }
  return folder
}

/** Ids by path of what was found below a folder. */
function idsBelow(listing: Listing, folder: string): Record<string, string> {
  const below = [...listing.found.values()].filter(({ ref }) => ref?.startsWith(`${folder}/`))
  return Object.fromEntries(below.map(({ ref = '', id }) => [ref.slice(folder.length + 1), id]))
}

const verdictOn = async (
  who: 'alice' | 'bob',
  id: string,
  ref?: string,
  by: DocumentSource = source,
) => (await by.verify(s[who], [{ id, ...(ref === undefined ? {} : { ref }) }])).get(id)

describe('listing', () => {
  test('names what can be read, and nothing that is hidden', async () => {
    const folder = await stage({
      'a.txt': 'A',
      'Ünter/tief/b.md': 'B',
      'picture.png': 'P',
      '.secret.txt': 'S',
      '.hidden/c.txt': 'C',
      'large.txt': 'x'.repeat(600),
      'empty.txt': '',
    })
    const listing = await listingOf(source, s.alice)
    expect(listing.kind).toBe('all')
    expect(Object.keys(idsBelow(listing, folder)).toSorted()).toEqual(
      ['a.txt', 'Ünter/tief/b.md'].toSorted(),
    )
    for (const { id, content } of listing.found.values()) {
      expect(id).toMatch(/^\d+$/)
      expect(content).toBeUndefined()
    }
  })

  test('an unchanged tree is one request, and a change as many as folders lead to it', async () => {
    const folder = await stage({
      'one/two/a.txt': 'A',
      'other/b.txt': 'B',
      'other/deep/c.txt': 'C',
    })
    const first = await listingOf(source, s.alice)
    const ids = idsBelow(first, folder)
    const quiet = await s.requestsOf(async () => {
      expect(await listingOf(source, s.alice, first.state)).toMatchObject({
        kind: 'unchanged',
        state: first.state,
      })
    })
    expect(quiet).toHaveLength(1)
    await files.put(`${folder}/one/two/a.txt`, 'changed')
    let second = first
    const requests = await s.requestsOf(async () => {
      second = await listingOf(source, s.alice, first.state)
    })
    // The root, the tests' folder, the stage, one, two.
    expect(requests).toHaveLength(5)
    expect(second.kind).toBe('all')
    expect(idsBelow(second, folder)).toEqual({ 'one/two/a.txt': ids['one/two/a.txt'] })
    expect(second.unchanged).toEqual(
      expect.arrayContaining([ids['other/b.txt'], ids['other/deep/c.txt']]),
    )
    const id = ids['one/two/a.txt'] ?? ''
    expect(second.found.get(id)?.etag).not.toBe(first.found.get(id)?.etag)
    // Everything was named, once.
    const named = [...second.found.keys(), ...second.unchanged]
    expect(named.toSorted()).toEqual([...first.found.keys()].toSorted())
    expect(await listingOf(source, s.alice, second.state)).toMatchObject({ kind: 'unchanged' })
  })

  test('what was moved keeps its id and is told with its new place; what was deleted is not', async () => {
    const folder = await stage({ 'from/a.txt': 'A', 'from/b.txt': 'B', 'tree/x/c.txt': 'C' })
    const first = await listingOf(source, s.alice)
    const ids = idsBelow(first, folder)
    await files.move(`${folder}/from/a.txt`, `${folder}/tree/renamed.txt`)
    await files.move(`${folder}/tree/x`, `${folder}/from/y`)
    await files.remove(`${folder}/from/b.txt`)
    const second = await listingOf(source, s.alice, first.state)
    expect(idsBelow(second, folder)).toEqual({
      'tree/renamed.txt': ids['from/a.txt'],
      'from/y/c.txt': ids['tree/x/c.txt'],
    })
    for (const name of ['from/a.txt', 'tree/x/c.txt']) {
      const id = ids[name] ?? ''
      expect(second.found.get(id)?.etag).not.toBe(first.found.get(id)?.etag)
    }
    const named = [...second.found.keys(), ...second.unchanged]
    expect(named).not.toContain(ids['from/b.txt'])
  })

  test('a reader that can read more has everything looked at again', async () => {
    const folder = await stage({ 'a.txt': 'A', 'b.csv': 'B' })
    const first = await listingOf(source, s.alice)
    const canRead: DocumentReader['canRead'] = ({ name }) => name.endsWith('.csv')
    const other = createFileDocuments({
      ...options,
      reader: { ...reader, canRead },
      readerKey: 'x',
    })
    expect(Object.keys(idsBelow(await listingOf(other, s.alice, first.state), folder))).toEqual([
      'b.csv',
    ])
  })

  test('a folder that cannot be read loses nothing, and is read the next time', async () => {
    const folder = await stage({ 'good/a.txt': 'A', 'bad/b.txt': 'B', 'bad/below/c.txt': 'C' })
    const first = await listingOf(source, s.alice)
    const ids = idsBelow(first, folder)
    await files.put(`${folder}/good/a.txt`, 'new')
    await files.put(`${folder}/bad/b.txt`, 'new')
    s.proxy.plan(({ path }) => (path.endsWith('/bad') ? 500 : undefined))
    const second = await listingOf(source, s.alice, first.state)
    s.proxy.plan(undefined)
    expect(second.kind).toBe('changes')
    expect(idsBelow(second, folder)).toEqual({ 'good/a.txt': ids['good/a.txt'] })
    expect(second.unchanged).toEqual(
      expect.arrayContaining([ids['bad/b.txt'], ids['bad/below/c.txt']]),
    )
    const third = await listingOf(source, s.alice, second.state)
    expect(third.kind).toBe('all')
    expect(Object.keys(idsBelow(third, folder))).toContain('bad/b.txt')
    expect(await listingOf(source, s.alice, third.state)).toMatchObject({ kind: 'unchanged' })
  })

  test('a file that is not told as it should be has its folder read again', async () => {
    const folder = await stage({ 'a.txt': 'A', 'odd.txt': 'O' })
    const first = await listingOf(source, s.alice)
    const ids = idsBelow(first, folder)
    await files.put(`${folder}/a.txt`, 'new')
    await files.put(`${folder}/odd.txt`, 'new')
    const odd = await startSources(
      await rewriting({ ...s.backend, close: async () => {} }, (_, answer) => {
        answer.text = answer.text.replaceAll(RESPONSE, response =>
          response.includes('/odd.txt')
            ? response.replace(/<oc:fileid>\d+<\/oc:fileid>/, '')
            : response,
        )
      }),
    )
    const second = await listingOf(source, odd.alice, first.state)
    await odd.close()
    expect(second.kind).toBe('changes')
    expect(idsBelow(second, folder)).toEqual({ 'a.txt': ids['a.txt'] })
    const third = await listingOf(source, s.alice, second.state)
    expect(third.kind).toBe('all')
    expect(idsBelow(third, folder)).toEqual(ids)
  })

  test.for(['html', 'malformed-xml', 'truncated', 500] as const)(
    'fails where the files fail (%s)',
    async fault => {
      s.proxy.plan(({ method }) => (method === 'PROPFIND' ? fault : undefined))
      await expect(listingOf(source, s.alice)).rejects.toMatchObject({ name: 'CodedError' })
      s.proxy.plan(undefined)
    },
  )
})

describe('reading', () => {
  test('gives what the reader makes of it, with where it is', async () => {
    const folder = await stage({ 'Work/plan.txt': 'The plan' })
    const [document] = [...(await listingOf(source, s.alice)).found.values()].filter(
      ({ ref }) => ref === `${folder}/Work/plan.txt`,
    )
    if (document === undefined) throw new Error('not listed')
    const expected = {
      title: 'plan.txt',
      text: 'The plan',
      format: 'plain',
      pages: [{ number: 1, start: 0 }],
      pageCount: 1,
      category: `${folder}/Work`,
      path: `/${folder}/Work/plan.txt`,
      modifiedAt: expect.any(Number),
      url: expect.stringMatching(new RegExp(`/index.php/f/${document.id}$`)),
    }
    let content: unknown
    const requests = await s.requestsOf(async () => {
      content = await source.read(s.alice, document)
    })
    expect(content).toEqual(expected)
    expect(requests).toHaveLength(1)
    // Where something else has taken its place it is found by its id.
    await files.move(`${folder}/Work/plan.txt`, `${folder}/moved.txt`)
    await files.put(`${folder}/Work/plan.txt`, 'An impostor')
    expect(await source.read(s.alice, document)).toMatchObject({
      title: 'moved.txt',
      text: 'The plan',
    })
    await files.remove(`${folder}/moved.txt`)
    expect(await source.read(s.alice, document)).toBeUndefined()
  })

  test('nothing larger than allowed is handed to the reader', async () => {
    const folder = await stage({ 'a.txt': 'short' })
    const id = idsBelow(await listingOf(source, s.alice), folder)['a.txt'] ?? ''
    await files.put(`${folder}/a.txt`, 'y'.repeat(700))
    given.length = 0
    const document = { id, etag: 'old/x', ref: `${folder}/a.txt` }
    await expect(source.read(s.alice, document)).rejects.toMatchObject({ code: 'TOO_LARGE' })
    expect(given).toEqual([])
  })

  test('a file without words is no document', async () => {
    const folder = await stage({ 'blank.txt': ' \n ' })
    const id = idsBelow(await listingOf(source, s.alice), folder)['blank.txt'] ?? ''
    expect(await source.read(s.alice, { id, etag: '', ref: `${folder}/blank.txt` })).toBeUndefined()
  })
})

describe('verify', () => {
  test('one request tells of many, wherever they are now', async () => {
    const folder = await stage({ 'a.txt': 'A', 'b.txt': 'B', 'c.txt': 'C' })
    const ids = idsBelow(await listingOf(source, s.alice), folder)
    await files.move(`${folder}/b.txt`, `${folder}/now b.txt`)
    await files.remove(`${folder}/c.txt`)
    const documents = ['a.txt', 'b.txt', 'a.txt'].map(name => ({
      id: ids[name] ?? '',
      ref: `${folder}/${name}`,
    }))
    const requests = await s.requestsOf(async () => {
      expect(await source.verify(s.alice, documents)).toEqual(
        new Map([
          [ids['a.txt'], { state: 'readable', title: 'a.txt', path: `/${folder}/a.txt` }],
          [ids['b.txt'], { state: 'readable', title: 'now b.txt', path: `/${folder}/now b.txt` }],
        ]),
      )
    })
    expect(requests).toHaveLength(1)
    const c = ids['c.txt'] ?? ''
    expect(await verdictOn('alice', c, `${folder}/c.txt`)).toEqual({ state: 'gone' })
    // Something else at the same place is not the same.
    await files.put(`${folder}/c.txt`, 'another')
    expect(await verdictOn('alice', c, `${folder}/c.txt`)).toEqual({ state: 'gone' })
  })

  test('more than one search takes are asked for in several', async () => {
    const folder = await stage({ 'a.txt': 'A' })
    const id = idsBelow(await listingOf(source, s.alice), folder)['a.txt'] ?? ''
    const others = Array.from({ length: 150 }, (_, at) => ({ id: String(900_000_000 + at) }))
    const requests = await s.requestsOf(async () => {
      const verdicts = await source.verify(s.alice, [...others, { id }])
      expect(verdicts.get(id)).toMatchObject({ state: 'readable' })
      expect(verdicts.size).toBe(151)
    })
    expect(requests).toHaveLength(2)
  })

  test.for([403, 500, 'html', 'truncated'] as const)(
    'a failure (%s) makes nothing gone',
    async fault => {
      s.proxy.plan(({ method }) => (method === 'SEARCH' ? fault : undefined))
      expect(await verdictOn('alice', '1', 'x')).toEqual({ state: 'unknown' })
      s.proxy.plan(undefined)
    },
  )

  test('what is shared is listed, read and verified until the share is withdrawn', async () => {
    const folder = await stage({ 'Team/a.txt': 'for both', 'own.txt': 'mine', 'single.txt': 'one' })
    const own = idsBelow(await listingOf(source, s.alice), folder)
    const before = await listingOf(source, s.bob)
    const ofTeam = await shareWithBob(s, `/${folder}/Team`)
    const ofSingle = await shareWithBob(s, `/${folder}/single.txt`)
    const shared = await listingOf(source, s.bob, before.state)
    const [inTeam, single] = [own['Team/a.txt'] ?? '', own['single.txt'] ?? '']
    expect([...shared.found.keys()]).toEqual(expect.arrayContaining([inTeam, single]))
    expect([...shared.found.keys()]).not.toContain(own['own.txt'])
    const document = shared.found.get(inTeam)
    if (document === undefined) throw new Error('not listed')
    expect(await source.read(s.bob, document)).toMatchObject({ text: 'for both' })
    expect(await verdictOn('bob', inTeam, document.ref)).toMatchObject({ state: 'readable' })
    expect(await verdictOn('bob', single)).toMatchObject({ state: 'readable' })
    expect(await verdictOn('bob', own['own.txt'] ?? '', 'own.txt')).toEqual({ state: 'gone' })
    // A change by the owner reaches who it is shared with.
    expect(await listingOf(source, s.bob, shared.state)).toMatchObject({ kind: 'unchanged' })
    await files.put(`${folder}/Team/a.txt`, 'changed')
    const changed = await listingOf(source, s.bob, shared.state)
    expect(changed.found.get(inTeam)?.etag).not.toBe(document.etag)
    expect(changed.found.has(inTeam)).toBe(true)
    await ofTeam()
    await ofSingle()
    expect(await verdictOn('bob', inTeam, document.ref)).toEqual({ state: 'gone' })
    expect(await verdictOn('bob', single, 'single.txt')).toEqual({ state: 'gone' })
    expect(await source.read(s.bob, document)).toBeUndefined()
    const after = await listingOf(source, s.bob, changed.state)
    expect([...after.found.keys(), ...after.unchanged]).not.toContain(inTeam)
  })
})

test('what carries an excluded tag is not there from then on', async () => {
  const folder = await stage({ 'a.txt': 'A', 'b.txt': 'B', 'Kept/c.txt': 'C' })
  const home = await openHome(s.direct.alice, createExclusion([]))
  await changeTags(home.place(`${folder}/b.txt`), { add: [tag], remove: [], create: true })
  const keeping = createFileDocuments({ ...options, excludedTags: [tag] })
  const all = await listingOf(source, s.alice)
  const ids = idsBelow(all, folder)
  const first = await listingOf(keeping, s.alice)
  expect(Object.keys(idsBelow(first, folder)).toSorted()).toEqual(['Kept/c.txt', 'a.txt'])
  expect(await verdictOn('alice', ids['b.txt'] ?? '', `${folder}/b.txt`, keeping)).toEqual({
    state: 'gone',
  })
  const document = all.found.get(ids['b.txt'] ?? '')
  if (document === undefined) throw new Error('not listed')
  expect(await keeping.read(s.alice, document)).toBeUndefined()
  // A tag that is set changes no ETag. What is kept is remembered for half a minute: another account.
  await changeTags(home.place(`${folder}/Kept`), { add: [tag], remove: [], create: false })
  const again = await startSources({ ...s.backend, close: async () => {} })
  const second = await listingOf(keeping, again.alice, first.state)
  expect(Object.keys(idsBelow(second, folder))).toEqual(['a.txt'])
  expect(second.unchanged).not.toContain(ids['Kept/c.txt'])
  await again.close()
})

describe('folders of other storages', () => {
  const withProperty = (response: string, name: string, value: string) =>
    response
      .replace(new RegExp(`<nc:${name}(?:/>|>[^<]*</nc:${name}>)`), '')
      .replace('</d:prop>', `<nc:${name}>${value}</nc:${name}></d:prop>`)

  test('are looked through once an hour, and encrypted ones never', async () => {
    const folder = await stage({ 'Ext/in/a.txt': 'A', 'Own/b.txt': 'B', 'E2E/c.txt': 'C' })
    // As an external storage is told, where the demo has none.
    const mounted = await startSources(
      await rewriting({ ...s.backend, close: async () => {} }, (_, answer) => {
        answer.text = answer.text.replaceAll(RESPONSE, response => {
          if (response.includes('/Ext/')) return withProperty(response, 'mount-type', 'external')
          return response.includes('/E2E/') ? withProperty(response, 'is-encrypted', '1') : response
        })
      }),
    )
    let now = 5_000_000
    const timed = createFileDocuments({ ...options, now: () => now })
    const first = await listingOf(timed, mounted.alice)
    expect(Object.keys(idsBelow(first, folder)).toSorted()).toEqual(['Ext/in/a.txt', 'Own/b.txt'])
    now += 1_000_000
    expect((await listingOf(timed, mounted.alice, first.state)).kind).toBe('unchanged')
    now += 3_000_000
    let due = first
    const requests = await mounted.requestsOf(async () => {
      due = await listingOf(timed, mounted.alice, first.state)
    })
    expect(Object.keys(idsBelow(due, folder))).toEqual(['Ext/in/a.txt'])
    // The root, the tests' folder, the stage, Ext and in.
    expect(requests).toHaveLength(5)
    expect(due.unchanged.length + due.found.size).toBe(first.found.size)
    now += 1_000_000
    expect((await listingOf(timed, mounted.alice, due.state)).kind).toBe('unchanged')
    await mounted.close()
  })
})
