/** The demo's shares as WebDAV and the sharing API tell of them. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type DemoNextcloud, startDemoNextcloud } from '../../../src/demo/index.ts'

let demo: DemoNextcloud
let clock = Date.parse('2026-11-21T12:00:00Z')
beforeEach(async () => {
  demo = await startDemoNextcloud({ sampleData: false, now: () => clock })
  await send('alice', 'MKCOL', '/remote.php/dav/files/alice/box')
  await send('alice', 'PUT', '/remote.php/dav/files/alice/box/in.txt', 'inside')
})
afterEach(() => demo.close())

async function send(user: string, method: string, path: string, body?: string) {
  const response = await fetch(demo.url + path, {
    method,
    redirect: 'manual',
    headers: {
      ...(user === '' ? {} : { authorization: `Basic ${btoa(`${user}:${user}-demo`)}` }),
      'ocs-apirequest': 'true',
      accept: 'application/json',
      ...(body?.startsWith('{') ? { 'content-type': 'application/json' } : {}),
      ...(method === 'PROPFIND' ? { depth: '0' } : {}),
    },
    ...(body === undefined ? {} : { body }),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

const api = '/ocs/v2.php/apps/files_sharing/api/v1/shares'
async function ocs(user: string, method: string, path: string, body?: object) {
  const { text } = await send(user, method, api + path, body && JSON.stringify(body))
  const { meta, data } = JSON.parse(text).ocs
  return { code: meta.statuscode as number, message: meta.message as string, data }
}
const shareBox = (more: object = {}) =>
  ocs('alice', 'POST', '', { path: '/box', shareType: 0, shareWith: 'bob', ...more })

async function property(user: string, path: string, name: string): Promise<string | undefined> {
  const body =
    '<d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns">' +
    `<d:prop><${name}/></d:prop></d:propfind>`
  const { text } = await send(user, 'PROPFIND', `/remote.php/dav/files/${user}/${path}`, body)
  return new RegExp(`<${name}>(.*?)</${name}>`).exec(text)?.[1]
}

describe('what recipients have', () => {
  // As PROPFIND answered at Nextcloud 31.0.2: the box at its recipient, and the file in it.
  test.each([
    [1, 'SGD', 'SG'],
    [3, 'SGDNV', 'SGNVW'],
    [17, 'SRGD', 'SRG'],
    [31, 'SRGDNVCK', 'SRGDNVW'],
  ])('permissions %i', async (permissions, box, file) => {
    await shareBox({ permissions })
    expect(await property('bob', 'box', 'oc:permissions')).toBe(box)
    expect(await property('bob', 'box/in.txt', 'oc:permissions')).toBe(file)
    expect(await property('alice', 'box', 'oc:permissions')).toBe('RGDNVCK')
  })

  test('whose it is, how it came, and with whom it is shared', async () => {
    await shareBox()
    await ocs('alice', 'POST', '', { path: '/box', shareType: 3 })
    expect(await property('bob', 'box', 'oc:owner-id')).toBe('alice')
    expect(await property('bob', 'box/in.txt', 'oc:owner-display-name')).toBe('Alice Example')
    expect(await property('bob', 'box', 'nc:mount-type')).toBe('shared')
    expect(await property('bob', 'box', 'nc:is-mount-root')).toBe('true')
    expect(await property('bob', 'box/in.txt', 'nc:is-mount-root')).toBe('false')
    expect(await property('alice', 'box', 'oc:share-types')).toBe(
      '<oc:share-type>0</oc:share-type><oc:share-type>3</oc:share-type>',
    )
  })

  test('a star is one’s own', async () => {
    await shareBox()
    const starred =
      '<d:propertyupdate xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:set><d:prop>' +
      '<oc:favorite>1</oc:favorite></d:prop></d:set></d:propertyupdate>'
    await send('bob', 'PROPPATCH', '/remote.php/dav/files/bob/box', starred)
    expect(await property('bob', 'box', 'oc:favorite')).toBe('1')
    expect(await property('alice', 'box', 'oc:favorite')).toBe('0')
  })

  test('a name that is taken gets a number, and what is deleted goes to its owner’s bin', async () => {
    await send('bob', 'MKCOL', '/remote.php/dav/files/bob/box')
    const { data } = await shareBox({ permissions: 31 })
    expect(data.file_target).toBe('/box (2)')
    const path = '/remote.php/dav/files/bob/box%20(2)/in.txt'
    expect((await send('bob', 'DELETE', path)).status).toBe(204)
    const bin = (user: string) =>
      send(user, 'GET', `/remote.php/dav/trashbin/${user}/trash/in.txt.d${clock / 1000}`)
    expect((await bin('alice')).text).toBe('inside')
    expect((await bin('bob')).status).toBe(404)
  })

  test('any case of an id is taken, and only the right one is of use', async () => {
    expect((await shareBox({ shareWith: 'BOB' })).code).toBe(200)
    expect(await property('bob', 'box', 'oc:permissions')).toBeUndefined()
  })

  test('what a share is of can be deleted and come back', async () => {
    const { data } = await shareBox()
    await send('alice', 'DELETE', '/remote.php/dav/files/alice/box')
    expect((await ocs('alice', 'GET', `/${data.id}`)).code).toBe(404)
    expect(await property('bob', 'box', 'oc:permissions')).toBeUndefined()
  })
})

describe('links', () => {
  const make = async (more: object = {}) =>
    (await ocs('alice', 'POST', '', { path: '/box', shareType: 3, ...more })).data

  test('open by WebDAV and lead to a download', async () => {
    const { token } = await make()
    expect((await send('', 'GET', `/public.php/dav/files/${token}/in.txt`)).text).toBe('inside')
    for (const path of [`/s/${token}/download`, `/index.php/s/${token}/download`]) {
      const { status, headers } = await send('', 'GET', path)
      expect(status).toBe(303)
      expect(headers.get('location')).toBe(`${demo.url}/public.php/dav/files/${token}/?accept=zip`)
    }
    expect((await send('', 'GET', `/s/${token}`)).status).toBe(200)
    expect((await send('', 'GET', '/s/nothing')).status).toBe(404)
    expect((await send('', 'GET', '/public.php/dav/files/nothing/')).status).toBe(503)
    const above = await send('', 'GET', `/public.php/dav/files/${token}/..%2f..%2fsecret`)
    expect(above.status).toBe(404)
  })

  test('end when their day begins', async () => {
    const { token } = await make({ expireDate: '2026-11-22' })
    const path = `/public.php/dav/files/${token}/in.txt`
    try {
      clock = Date.parse('2026-11-21T23:59:59Z')
      expect((await send('', 'GET', path)).status).toBe(200)
      clock = Date.parse('2026-11-22T00:00:00Z')
      expect((await send('', 'GET', path)).status).toBe(503)
    } finally {
      clock = Date.parse('2026-11-21T12:00:00Z')
    }
  })

  test('lead nowhere else by moving things', async () => {
    await send('alice', 'PUT', '/remote.php/dav/files/alice/secret.txt', 'secret')
    const { token } = await make({ permissions: 31 })
    const response = await fetch(`${demo.url}/public.php/dav/files/${token}/in.txt`, {
      method: 'COPY',
      headers: { destination: `${demo.url}/remote.php/dav/files/alice/out.txt` },
    })
    expect(response.status).toBe(403)
  })
})

test('without the app there is nothing of it', async () => {
  await demo.close()
  const apps = ['files', 'notes']
  demo = await startDemoNextcloud({ sampleData: false, apps, now: () => clock })
  expect((await send('alice', 'GET', api)).text).toContain('<statuscode>998</statuscode>')
  expect((await send('', 'GET', '/s/abc')).status).toBe(404)
  expect((await send('', 'GET', '/public.php/dav/files/abc/')).status).toBe(404)
})
