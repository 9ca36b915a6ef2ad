import { beforeEach, describe, expect, test } from 'vitest'
import type { DemoNextcloud } from '../../../src/demo/index.ts'
import { clientOf, demoForTest, etagOf, hrefsIn, type Send } from './client.ts'

const notes = '/index.php/apps/notes/api/v1/notes'
const folder = '/remote.php/dav/files/alice/Notes'
let demo: DemoNextcloud
let send: Send

beforeEach(async () => {
  demo = await demoForTest({ sampleData: false })
  send = clientOf(demo)
})

async function sendJson(method: string, path: string, fields: object) {
  const headers = { 'Content-Type': 'application/json' }
  const answer = await send(method, path, { headers, body: JSON.stringify(fields) })
  expect(answer.status).toBe(200)
  return JSON.parse(answer.body)
}

describe('a note is a file', () => {
  test('what WebDAV writes is in the notes, under the same id', async () => {
    await send('MKCOL', folder)
    await send('MKCOL', `${folder}/Work`)
    const put = await send('PUT', `${folder}/Work/Plan.md`, { body: 'one' })
    const id = Number.parseInt(put.headers.get('oc-fileid') ?? '', 10)
    const read = async () => JSON.parse((await send('GET', `${notes}/${id}`)).body)
    const before = await read()
    expect(before).toMatchObject({ id, title: 'Plan', category: 'Work', content: 'one' })

    await send('PUT', `${folder}/Work/Plan.md`, { body: 'two' })
    await send('MOVE', `${folder}/Work`, { headers: { Destination: `${folder}/Home` } })
    const after = await read()
    expect(after).toMatchObject({ id, title: 'Plan', category: 'Home', content: 'two' })
    expect(after.etag).not.toBe(before.etag)
  })

  test('what the notes write is in WebDAV, and a star is a star', async () => {
    const note = await sendJson('POST', notes, { title: 'Plan', category: 'Work', content: 'x' })
    await sendJson('PUT', `${notes}/${note.id}`, { favorite: true })
    const { body } = await send('PROPFIND', `${folder}/Work/Plan.md`, {
      headers: { Depth: '0' },
      body:
        '<d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop><oc:favorite/>' +
        '<oc:fileid/></d:prop></d:propfind>',
    })
    expect(body).toContain(`<oc:favorite>1</oc:favorite><oc:fileid>${note.id}</oc:fileid>`)
  })

  test('deleting the last one of a category removes the category; it lies in the trash', async () => {
    const note = await sendJson('POST', notes, { title: 'Plan', category: 'Work/Now' })
    await send('DELETE', `${notes}/${note.id}`)
    expect(hrefsIn(await send('PROPFIND', `${folder}/`))).toEqual([`${folder}/`])
    const trash = await send('PROPFIND', '/remote.php/dav/trashbin/alice/trash')
    expect(hrefsIn(trash)[1]).toMatch(/\/Plan\.md\.d\d+$/)
  })
})

describe('the list', () => {
  test('is 304 for its ETag until anything in it changes', async () => {
    const { id } = await sendJson('POST', notes, { title: 'One' })
    const changes = [
      () => sendJson('PUT', `${notes}/${id}`, { content: 'x' }),
      () => sendJson('PUT', `${notes}/${id}`, { favorite: true }),
      () => sendJson('PUT', `${notes}/${id}`, { title: 'Other' }),
      () => sendJson('POST', notes, { title: 'Two' }),
      () => send('DELETE', `${folder}/Two.md`),
    ]
    for (const change of changes) {
      const etag = `"${etagOf(await send('GET', notes))}"`
      const again = () => send('GET', notes, { headers: { 'If-None-Match': etag } })
      expect((await again()).status).toBe(304)
      await change()
      expect((await again()).status).toBe(200)
    }
  })

  test('comes in chunks that together have every note once', async () => {
    for (let index = 0; index < 5; index++) await sendJson('POST', notes, { title: `${index}` })
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { headers, body } = await send('GET', `${notes}?chunkSize=2&chunkCursor=${cursor}`)
      const full = JSON.parse(body).filter((note: { title?: string }) => note.title !== undefined)
      seen.push(...full.map(({ title }: { title: string }) => title))
      cursor = headers.get('x-notes-chunk-cursor')
    }
    // PHP takes "0" for an empty title.
    expect(seen).toEqual(['New note', '1', '2', '3', '4'])
  })
})

describe('titles', () => {
  test.each([
    ['.hidden', 'hidden'],
    ['  two\nlines', 'two'],
    ['x'.repeat(120), 'x'.repeat(100)],
    ['???', 'New note'],
  ])('%j becomes %j', async (given, title) => {
    expect((await sendJson('POST', notes, { title: given })).title).toBe(title)
  })

  test('that are taken get the next free number', async () => {
    const titles = []
    for (let index = 0; index < 3; index++) {
      titles.push((await sendJson('POST', notes, { title: 'Same' })).title)
    }
    expect(titles).toEqual(['Same', 'Same (2)', 'Same (3)'])
  })

  test('come from the content in API 0.2', async () => {
    const old = '/index.php/apps/notes/api/v0.2/notes'
    const note = await sendJson('POST', old, { content: '# *Heading*\ntext' })
    expect(note.title).toBe('Heading')
  })
})

test('a locked note cannot be changed; a category that is a file cannot be made', async () => {
  const { id } = await sendJson('POST', notes, { title: 'Plan' })
  const headers = { 'Content-Type': 'application/json' }
  const release = demo.lock('alice', '/Notes/Plan.md')
  const locked = await send('PUT', `${notes}/${id}`, { headers, body: '{"content":"x"}' })
  expect([locked.status, JSON.parse(locked.body)]).toEqual([
    423,
    { errorType: 'OCP\\Lock\\LockedException' },
  ])
  release()
  const inTheWay = await send('PUT', `${notes}/${id}`, { headers, body: '{"category":"Plan.md"}' })
  expect(inTheWay.status).toBe(500)
})
