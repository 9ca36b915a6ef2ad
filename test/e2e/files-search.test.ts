import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { basic, type Harness, startHarness } from '../support/harness.ts'

let h: Harness
const root = `mcp-test-search-${process.pid}-${Date.now()}`
const NAMES = [
  'a_b.txt',
  'axb.txt',
  '100%.md',
  '100 percent.md',
  'Über uns.txt',
  'ÜBERGROSS.md',
  'x]]>y & <z>.txt',
  'picture.svg',
  'sub & <dir> %20 #/inside.txt',
]

beforeAll(async () => {
  h = await startHarness()
  await h.ok('nc_webdav_create_directory', { path: `${root}/sub & <dir> %20 #`, parents: true })
  for (const name of NAMES) {
    await h.ok('nc_webdav_write_file', { path: `${root}/${name}`, content: 'x' })
  }
})

afterAll(async () => {
  await h.call('nc_webdav_delete_resource', { path: root })
  await h.close()
})

type Found = { results: { name: string; path: string }[]; total_found: number }
const search = (args: object = {}): Promise<Found & { next_offset?: number }> =>
  h.ok('nc_webdav_search_files', { scope: root, ...args })
const names = ({ results }: Found) => results.map(({ name }) => name).toSorted()

describe('by name', () => {
  test.each<[string, string[]]>([
    ['a_b', ['a_b.txt']],
    ['a?b.txt', ['a_b.txt', 'axb.txt']],
    ['A*.TXT', ['a_b.txt', 'axb.txt']],
    ['%.md', ['100 percent.md', '100%.md', 'ÜBERGROSS.md']],
    ['über', ['ÜBERGROSS.md', 'Über uns.txt']],
    ['u\u0308ber*', ['ÜBERGROSS.md', 'Über uns.txt']],
    ['& <', ['sub & <dir> %20 #', 'x]]>y & <z>.txt']],
    [']]>', ['x]]>y & <z>.txt']],
    ['nowhere', []],
  ])('%s', async (name_pattern, expected) => {
    const found = await search({ name_pattern })
    expect(names(found)).toEqual(expected)
    expect(found).toMatchObject({
      total_found: expected.length,
      scope: root,
      filters_applied: { name_pattern },
    })
    const same = await h.ok('nc_webdav_find_by_name', { pattern: name_pattern, scope: root })
    expect(names(same)).toEqual(expected)
  })
})

test('by type: a whole one, a kind, and what Nextcloud cannot search for', async () => {
  expect(names(await search({ mime_type: 'image/svg+xml' }))).toEqual(['picture.svg'])
  for (const mime_type of ['image', 'image/', 'image/*', 'image/%', 'IMAGE/']) {
    expect(names(await search({ mime_type })), mime_type).toEqual(['picture.svg'])
  }
  const found = await h.ok('nc_webdav_find_by_type', { mime_type: 'text/markdown', scope: root })
  expect(names(found)).toEqual(['100 percent.md', '100%.md', 'ÜBERGROSS.md'])
  const { error } = await h.call('nc_webdav_find_by_type', { mime_type: '*/plain' })
  expect(error).toMatchObject({ code: 'BAD_INPUT' })
})

test('by star, and several conditions at once', async () => {
  const { id } = await h.ok('nc_users_get_current_user')
  const star = async (name: string) => {
    const response = await fetch(
      `${h.backend.url}/remote.php/dav/files/${id}/${root}/${encodeURIComponent(name)}`,
      {
        method: 'PROPPATCH',
        headers: { authorization: basic(h.backend.alice), 'content-type': 'application/xml' },
        body: '<?xml version="1.0"?><d:propertyupdate xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:set><d:prop><oc:favorite>1</oc:favorite></d:prop></d:set></d:propertyupdate>',
      },
    )
    expect(response.status).toBe(207)
  }
  await star('a_b.txt')
  await star('100%.md')
  expect(names(await search({ only_favorites: true }))).toEqual(['100%.md', 'a_b.txt'])
  expect(names(await search({ only_favorites: true, name_pattern: '*.txt' }))).toEqual(['a_b.txt'])
  const starred = await h.ok('nc_webdav_list_favorites', { scope: root })
  expect(starred.results.map((entry: { is_favorite: boolean }) => entry.is_favorite)).toEqual([
    true,
    true,
  ])
})

test('without a condition everything below the folder is found, but not the folder', async () => {
  const found = await search()
  expect(found.total_found).toBe(NAMES.length + 1)
  expect(found.results.every(({ path }) => path.startsWith(`${root}/`))).toBe(true)
  expect(found).toMatchObject({ filters_applied: null })
  expect(names(await search({ name_pattern: root }))).toEqual([])
})

test('pages fit together, and say whether there is more', async () => {
  const all = (await search()).results.map(({ path }) => path)
  const paged: string[] = []
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const page: Found & { next_offset?: number } = await search({ limit: 3, offset })
    paged.push(...page.results.map(({ path }) => path))
    if (page.next_offset === undefined) expect(page.total_found).toBe(all.length)
    else expect(page.total_found).toBeGreaterThan(page.next_offset)
    offset = page.next_offset
  }
  expect(paged).toEqual(all)
  const beyond = await search({ offset: 50 })
  expect(beyond).toMatchObject({ results: [], total_found: all.length })
})

test('the scope is a folder with any name', async () => {
  const inside = await search({ scope: `${root}/sub & <dir> %20 #` })
  expect(names(inside)).toEqual(['inside.txt'])
  const failed = (scope: string) => h.call('nc_webdav_search_files', { scope })
  expect((await failed(`${root}/missing`)).error).toMatchObject({ code: 'NOT_FOUND' })
  expect((await failed(`${root}/a_b.txt`)).error).toMatchObject({ code: 'BAD_INPUT' })
  expect((await failed('../bob')).error).toMatchObject({ code: 'BAD_INPUT' })
})
