import { beforeEach, expect, test } from 'vitest'
import { clientOf, demoForTest, hrefsIn, type Send } from './client.ts'

const home = '/remote.php/dav/files/alice'
let send: Send

beforeEach(async () => {
  send = clientOf(await demoForTest({ sampleData: false }))
  await send('MKCOL', `${home}/sub`)
  for (const [index, name] of ['a.txt', 'b.txt', 'C.TXT', 'sub/d.md', 'e_f.txt'].entries()) {
    const body = 'x'.repeat(index + 1)
    await send('PUT', `${home}/${name}`, { body, headers: { 'X-OC-MTime': `${1e9 + index}` } })
  }
})

interface Query {
  where: string
  scope?: string
  depth?: string
  order?: string
  limit?: string
}

async function search({
  where,
  scope = '/files/alice/',
  depth = 'infinity',
  order = '',
  limit = '',
}: Query) {
  return send('SEARCH', '/remote.php/dav/', {
    headers: { 'Content-Type': 'text/xml' },
    body: `<d:searchrequest xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"
      xmlns:ns="https://github.com/icewind1991/SearchDAV/ns"><d:basicsearch>
      <d:select><d:prop><oc:fileid/></d:prop></d:select>
      <d:from><d:scope><d:href>${scope}</d:href><d:depth>${depth}</d:depth></d:scope></d:from>
      <d:where>${where}</d:where><d:orderby>${order}</d:orderby>
      <d:limit>${limit}</d:limit></d:basicsearch></d:searchrequest>`,
  })
}

async function found(query: Query): Promise<string[]> {
  return hrefsIn(await search(query)).map(href => href.slice(home.length + 1))
}

const compare = (operator: string, property: string, literal: string) =>
  `<d:${operator}><d:prop>${property}</d:prop><d:literal>${literal}</d:literal></d:${operator}>`
const like = (literal: string) => compare('like', '<d:displayname/>', literal)
const byTime = '<d:order><d:prop><d:getlastmodified/></d:prop><d:descending/></d:order>'

test('like ignores case and knows % and _', async () => {
  expect((await found({ where: like('%.txt') })).toSorted()).toEqual([
    'C.TXT',
    'a.txt',
    'b.txt',
    'e_f.txt',
  ])
  expect(await found({ where: like('_.md') })).toEqual(['sub/d.md'])
  expect(await found({ where: like('%\\_%') })).toEqual(['e_f.txt'])
  expect(await found({ where: like('a.+') })).toEqual([])
})

test('pages with nresults and firstresult cover everything once', async () => {
  const where = `<d:not><d:is-collection/></d:not>`
  const pages = await Promise.all(
    [0, 2, 4, 6].map(first =>
      found({
        where,
        order: byTime,
        limit: `<d:nresults>2</d:nresults><ns:firstresult>${first}</ns:firstresult>`,
      }),
    ),
  )
  expect(pages).toEqual([['e_f.txt', 'sub/d.md'], ['C.TXT', 'b.txt'], ['a.txt'], []])
})

test('without a limit there are at most 100 results', async () => {
  for (let index = 0; index < 101; index++) await send('PUT', `${home}/sub/${index}`, { body: 'x' })
  expect(await found({ where: like('%') })).toHaveLength(100)
  expect(await found({ where: like('%'), limit: '<d:nresults>200</d:nresults>' })).toHaveLength(107)
})

test('conditions combine; times may be dates or seconds', async () => {
  const size = compare('gt', '<oc:size/>', '1')
  const date = compare('lt', '<d:getlastmodified/>', '2001-09-09T01:46:43Z')
  expect(
    await found({ where: `<d:and>${size}${date}<d:not>${like('c%')}</d:not></d:and>` }),
  ).toEqual(['b.txt'])
  const seconds = compare('gte', '<d:getlastmodified/>', '1000000003')
  const either = `<d:or>${compare('eq', '<d:displayname/>', 'a.txt')}${seconds}</d:or>`
  const files = `<d:and>${either}<d:not><d:is-collection/></d:not></d:and>`
  expect((await found({ where: files })).toSorted()).toEqual(['a.txt', 'e_f.txt', 'sub/d.md'])
  expect(await found({ where: '<d:is-collection/>' })).toEqual(['sub/'])
})

test('the scope is a folder of the one who asks', async () => {
  expect(await found({ where: like('%'), scope: '/files/alice/sub' })).toEqual(['sub/d.md'])
  expect(await found({ where: like('%.md'), depth: '1' })).toEqual([])
  expect((await search({ where: like('%'), scope: '/files/bob/' })).status).toBe(404)
})

test('an empty condition is a server error, an unknown operator a bad request', async () => {
  expect((await search({ where: '' })).status).toBe(500)
  expect((await search({ where: compare('near', '<d:displayname/>', 'a') })).status).toBe(400)
})
