/** How this server behaves towards Nextcloud: headers, credentials, sub-paths, names. */
import { afterEach, describe, expect, test } from 'vitest'
import { demoBackend, startBackend } from '../support/backend.ts'
import { basic, callTool, type Harness, startHarness } from '../support/harness.ts'

let h: Harness | undefined
afterEach(async () => {
  await h?.close()
  h = undefined
})

test('every request carries OCS-APIRequest and no cookie, and uses index.php', async () => {
  h = await startHarness()
  await h.client.listTools()
  await h.ok('nc_notes_search_notes', { query: '' })
  await h.ok('nc_webdav_list_directory')
  await h.ok('nc_users_get_current_user')
  await h.ok('nc_webdav_list_directory')
  expect(h.proxy.requests.length).toBeGreaterThan(5)
  for (const { headers, path } of h.proxy.requests) {
    expect(headers['ocs-apirequest'], path).toBe('true')
    expect(headers.cookie, path).toBeUndefined()
    expect(headers['user-agent'], path).toMatch(/^nextcloud-mcp-server\//)
    expect(path).toMatch(/^(\/index\.php\/apps\/|\/ocs\/v2\.php\/|\/remote\.php\/dav\/)/)
  }
})

test('connections are kept and reused', async () => {
  h = await startHarness()
  for (let at = 0; at < 10; at++) await h.ok('nc_users_get_current_user')
  expect(h.proxy.connections()).toBeLessThanOrEqual(3)
})

describe('where a Nextcloud may be', () => {
  test('in a sub-path, with a trailing slash in the setting', async () => {
    const backend = await demoBackend({ basePath: '/cloud/nc' })
    h = await startHarness({ backend })
    const sub = await startHarness({
      backend: { ...backend, close: async () => {} },
      environment: { NEXTCLOUD_HOST: `${backend.url}/` },
    })
    const { files } = await sub.ok('nc_webdav_list_directory', { path: '/' })
    expect(files.length).toBeGreaterThan(0)
    const { results } = await sub.ok('nc_webdav_find_by_name', { pattern: '*' })
    expect(results.length).toBeGreaterThan(0)
    expect(results[0].path.startsWith('cloud')).toBe(false)
    expect((await sub.ok('nc_notes_search_notes', { query: '' })).total_found).toBeGreaterThan(0)
    await sub.close()
  })

  test('with a login name that is not the user id', async () => {
    const backend = await demoBackend({
      users: [
        {
          id: '5c3e-uid',
          loginNames: ['carol@example.org'],
          displayName: 'Carol',
          password: 'carol-secret',
        },
      ],
    })
    h = await startHarness({ backend })
    expect((await h.ok('nc_users_get_current_user')).id).toBe('5c3e-uid')
    await h.ok('nc_webdav_write_file', { path: 'hello.txt', content: 'hi' })
    expect((await h.ok('nc_webdav_read_file', { path: 'hello.txt' })).content).toBe('hi')
    expect(h.proxy.requests.some(({ path }) => path.includes('carol'))).toBe(false)
  })
})

describe('multi_user_basic', () => {
  const environment = {
    MCP_DEPLOYMENT_MODE: 'multi_user_basic',
    NEXTCLOUD_USERNAME: undefined,
    NEXTCLOUD_PASSWORD: undefined,
  }

  test('each caller acts as themselves', async () => {
    const backend = await startBackend()
    if (backend.bob === undefined) return
    h = await startHarness({ backend, environment })
    const bob = await h.connect({ headers: { authorization: basic(backend.bob) } })
    expect((await h.ok('nc_users_get_current_user')).id).toBe('alice')
    expect((await callTool(bob, 'nc_users_get_current_user')).data.id).toBe('bob')
    const made = await h.ok('nc_notes_create_note', {
      title: 'private',
      content: 'x',
      category: '',
    })
    const seen = await callTool(bob, 'nc_notes_get_note', { note_id: made.id })
    expect(seen.error?.code).toBe('NOT_FOUND')
    await h.ok('nc_notes_delete_note', { note_id: made.id })
  })

  test('without credentials, or with broken ones, it is 401 with a challenge', async () => {
    h = await startHarness({ environment })
    for (const authorization of [undefined, 'Bearer x', 'Basic !!!', `Basic ${btoa('nocolon')}`]) {
      const response = await fetch(h.server.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(authorization === undefined ? {} : { authorization }),
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      })
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm=/)
    }
  })

  test('nothing is served without a caller', async () => {
    h = await startHarness({ environment })
    expect(() => h?.composition.factory({ era: 'modern' })).toThrow(/no caller/)
  })

  test('a wrong password is UNAUTHORIZED after one single request', async () => {
    h = await startHarness({ backend: await demoBackend(), environment })
    const stranger = await h.connect({
      headers: { authorization: basic({ loginName: 'alice', password: 'wrong' }) },
    })
    const requests = await h.requestsOf(async () => {
      const { error } = await callTool(stranger, 'nc_notes_get_note', { note_id: 1 })
      expect(error).toMatchObject({ code: 'UNAUTHORIZED', status: 401 })
      expect(error?.hint).toMatch(/app password/)
    })
    expect(requests).toHaveLength(1)
  })

  test('a wrong password is not tried again, however many calls come with it', async () => {
    h = await startHarness({ backend: await demoBackend(), environment })
    const stranger = await h.connect({
      headers: { authorization: basic({ loginName: 'alice', password: 'wrong' }) },
    })
    const requests = await h.requestsOf(async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => callTool(stranger, 'nc_notes_get_note', { note_id: 1 })),
      )
      for (const { error } of answers) expect(error?.code).toBe('UNAUTHORIZED')
    })
    expect(requests).toHaveLength(1)
  })

  test('somebody who guesses does not get the others locked out', async () => {
    const backend = await demoBackend({ bruteForceProtection: true })
    h = await startHarness({ backend, environment })
    await h.ok('nc_users_get_current_user')
    const codes: (string | undefined)[] = []
    for (let guess = 0; guess < 20; guess++) {
      const headers = { authorization: basic({ loginName: 'bob', password: `guess ${guess}` }) }
      const client = await h.connect({ headers })
      codes.push((await callTool(client, 'nc_users_get_current_user')).error?.code)
    }
    expect(codes.slice(0, 6)).toEqual(Array(6).fill('UNAUTHORIZED'))
    expect(codes.slice(6)).toEqual(Array(14).fill('RATE_LIMITED'))
    expect((await h.ok('nc_users_get_current_user')).id).toBe('alice')
  })
})
