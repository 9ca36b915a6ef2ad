import { assert, asyncProperty, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clientOf, demoForTest, etagOf, hrefsIn, type Send } from './client.ts'

const home = '/remote.php/dav/files/alice'

async function emptyHome(): Promise<Send> {
  return clientOf(await demoForTest({ sampleData: false }))
}

describe('names', () => {
  test('come back byte for byte', async () => {
    const send = await emptyHome()
    // What Nextcloud refuses, or what is a path and not a name.
    const refused = /[/\\\p{Cc}]|^\.{1,2}$|^\.htaccess$|\.(?:part|filepart)$/iu
    const name = string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter(
      text => !refused.test(text) && text.isWellFormed(),
    )
    await assert(
      asyncProperty(name, async text => {
        const path = `${home}/${encodeURIComponent(text)}`
        expect((await send('PUT', path, { body: 'x' })).status).toBe(201)
        const [, href] = hrefsIn(await send('PROPFIND', `${home}/`, { headers: { Depth: '1' } }))
        expect(decodeURIComponent(href ?? '')).toBe(`${home}/${text}`)
        expect((await send('DELETE', path)).status).toBe(204)
      }),
      { numRuns: 50 },
    )
  })

  test('composed and decomposed are two', async () => {
    const send = await emptyHome()
    for (const form of ['NFC', 'NFD']) {
      await send('PUT', `${home}/${encodeURIComponent('ü'.normalize(form))}.txt`, { body: form })
    }
    const listed = hrefsIn(await send('PROPFIND', `${home}/`))
    expect(listed).toEqual([`${home}/`, `${home}/u%cc%88.txt`, `${home}/%c3%bc.txt`])
  })
})

describe('ETags', () => {
  test('of all folders above change with a file, and with nothing else', async () => {
    const send = await emptyHome()
    await send('MKCOL', `${home}/a`)
    await send('MKCOL', `${home}/a/b`)
    await send('MKCOL', `${home}/c`)
    const etags = async () => {
      const { body } = await send('PROPFIND', `${home}/`, { headers: { Depth: 'infinity' } })
      return [...body.matchAll(/<d:getetag>(.*?)<\/d:getetag>/g)].map(([, etag]) => etag)
    }
    const before = await etags()
    expect(await etags()).toEqual(before)
    await send('PUT', `${home}/a/b/f.txt`, { body: 'x' })
    const [root, a, b, , c] = await etags()
    expect([root, a, b].some(etag => before.includes(etag))).toBe(false)
    expect(c).toBe(before[3])
  })

  test('guard a move through tagged conditions', async () => {
    const send = await emptyHome()
    const etag = etagOf(await send('PUT', `${home}/a.txt`, { body: '1' }))
    await send('PUT', `${home}/b.txt`, { body: '2' })
    const move = (condition: string) =>
      send('MOVE', `${home}/a.txt`, {
        headers: { Destination: `${home}/c.txt`, If: condition },
      })
    expect((await move(`<${home}/a.txt> (["${etag}"]) <${home}/b.txt> (["no"])`)).status).toBe(412)
    expect((await move(`<${home}/b.txt> (Not ["no"]) <${home}/a.txt> (["${etag}"])`)).status).toBe(
      201,
    )
  })
})

describe('chunked upload', () => {
  const upload = '/remote.php/dav/uploads/alice/one'

  async function uploadTwelve(send: Send): Promise<void> {
    await send('MKCOL', upload)
    // Out of order and not padded: the number in the name decides.
    for (const number of [12, 2, 11, 1, 3, 4, 5, 6, 7, 8, 9, 10]) {
      const body = String.fromCharCode(96 + number)
      expect((await send('PUT', `${upload}/${number}`, { body })).status).toBe(201)
    }
  }

  test('joins chunks in the order of their numbers and cleans up', async () => {
    const send = await emptyHome()
    await uploadTwelve(send)
    const headers = {
      Destination: `${home}/joined.txt`,
      'OC-Total-Length': '12',
      'X-OC-MTime': '1600000000',
    }
    const moved = await send('MOVE', `${upload}/.file`, { headers })
    expect([moved.status, moved.headers.get('x-oc-mtime')]).toEqual([201, 'accepted'])
    const read = await send('GET', `${home}/joined.txt`)
    expect([read.body, etagOf(read)]).toEqual(['abcdefghijkl', etagOf(moved)])
    expect(read.headers.get('last-modified')).toBe('Sun, 13 Sep 2020 12:26:40 GMT')
    expect((await send('PROPFIND', upload)).status).toBe(404)
  })

  test('refuses a wrong total and can be given up', async () => {
    const send = await emptyHome()
    await uploadTwelve(send)
    const headers = { Destination: `${home}/joined.txt`, 'OC-Total-Length': '13' }
    expect((await send('MOVE', `${upload}/.file`, { headers })).status).toBe(400)
    expect((await send('GET', `${home}/joined.txt`)).status).toBe(404)
    expect((await send('DELETE', upload)).status).toBe(204)
  })
})

describe('trash bin', () => {
  test('keeps a folder with everything in it, and gives it back', async () => {
    const send = await emptyHome()
    await send('MKCOL', `${home}/box`)
    await send('PUT', `${home}/box/in.txt`, { body: 'kept' })
    await send('DELETE', `${home}/box`)
    const trash = '/remote.php/dav/trashbin/alice/trash'
    const [, item = ''] = hrefsIn(await send('PROPFIND', trash))
    expect(item).toMatch(/\/box\.d\d{10}\/$/)
    expect(hrefsIn(await send('PROPFIND', item))).toEqual([item, `${item}in.txt`])
    const headers = { Destination: '/remote.php/dav/trashbin/alice/restore/anything' }
    expect((await send('MOVE', item, { headers })).status).toBe(201)
    expect((await send('GET', `${home}/box/in.txt`)).body).toBe('kept')
  })
})

describe('locks', () => {
  test('hold until they are released', async () => {
    const demo = await demoForTest({ sampleData: false })
    const send = clientOf(demo)
    await send('PUT', `${home}/a.txt`, { body: 'x' })
    const release = demo.lock('alice', 'a.txt')
    expect((await send('PUT', `${home}/a.txt`, { body: 'y' })).status).toBe(423)
    release()
    release()
    expect((await send('PUT', `${home}/a.txt`, { body: 'y' })).status).toBe(204)
  })
})

test('a reset brings back the initial data', async () => {
  const demo = await demoForTest()
  const send = clientOf(demo)
  const listing = async () =>
    hrefsIn(await send('PROPFIND', `${home}/`, { headers: { Depth: 'infinity' } }))
  const before = await listing()
  expect(before.length).toBeGreaterThan(20)
  await send('DELETE', `${home}/Documents`)
  await send('PUT', `${home}/new.txt`, { body: 'x' })
  expect(await listing()).not.toEqual(before)
  demo.reset()
  expect(await listing()).toEqual(before)
})
