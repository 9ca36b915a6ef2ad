/** Links that anybody can open: what they give, how long, and to whom. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '../support/harness.ts'

let h: Harness
const root = `mcp-test-links-${process.pid}-${Date.now()}`
const file = `${root}/open.txt`
const password = `Correct-Horse-${Date.now()}`

beforeAll(async () => {
  h = await startHarness()
  await h.ok('nc_webdav_create_directory', { path: root })
  await h.ok('nc_webdav_write_file', { path: file, content: 'for anybody' })
})

afterAll(async () => {
  await h.call('nc_webdav_delete_resource', { path: root })
  await h.close()
})

/** What somebody without an account gets of a link. */
const openLink = (token: string, more = '', init: RequestInit = {}) =>
  fetch(`${h.backend.url}/public.php/dav/files/${token}${more}`, init)

const anonymous = (secret: string) => ({
  headers: { authorization: `Basic ${btoa(`anonymous:${secret}`)}` },
})

const link = (more: Record<string, unknown> = {}) =>
  h.ok('nc_share_create', { path: file, share_type: 'link', ...more })

const DAY = 86_400_000
const dateOf = (moment: number) => new Date(moment).toISOString().slice(0, 10)

describe('nc_share_create_public_link', () => {
  test('gives an address that opens the file, until a midnight that is told', async () => {
    const before = Date.now()
    const made = await h.ok('nc_share_create_public_link', { path: file })
    expect(made).toEqual({
      path: file,
      share_id: expect.any(Number),
      url: expect.stringMatching(/^https?:\/\/.*\/s\/[A-Za-z0-9]+$/),
      download_url: `${made.url}/download`,
      token: expect.stringMatching(/^[A-Za-z0-9]+$/),
      permissions: expect.any(Number),
      expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT00:00:00$/),
      result: expect.stringContaining(made.expires_at.slice(0, 10)),
    })
    expect(made.url).toContain(made.token)
    expect(made.permissions & ~16).toBe(1)
    // In any zone of the user: not before half an hour has passed, and two days at most.
    const ends = Date.parse(`${made.expires_at}Z`)
    expect(ends).toBeGreaterThanOrEqual(before + 30 * 60_000 - 14 * 3_600_000)
    expect(ends).toBeLessThanOrEqual(before + 2 * DAY + 12 * 3_600_000)
    const opened = await openLink(made.token)
    expect(await opened.text()).toBe('for anybody')
    const download = await fetch(`${h.backend.url}${new URL(made.download_url).pathname}`)
    expect(await download.text()).toBe('for anybody')
    await h.ok('nc_share_delete', { share_id: made.share_id })
    expect((await openLink(made.token)).ok).toBe(false)
  })

  test('as long as is asked for', async () => {
    const { expires_at } = await h.ok('nc_share_create_public_link', {
      path: file,
      expires_in_minutes: 10 * 24 * 60,
    })
    const days = (Date.parse(`${expires_at}Z`) - Date.now()) / DAY
    expect(days).toBeGreaterThan(9)
    expect(days).toBeLessThan(12.5)
  })

  test('each call makes a link of its own', async () => {
    const made = [1, 2].map(() => h.ok('nc_share_create_public_link', { path: file }))
    const [one, two] = await Promise.all(made)
    expect(one.token).not.toBe(two.token)
  })

  test('with a password, which is told to nobody', async () => {
    const made = await h.ok('nc_share_create_public_link', { path: file, password })
    expect(JSON.stringify(made)).not.toContain(password)
    expect((await openLink(made.token)).status).toBe(401)
    expect((await openLink(made.token, '', anonymous('wrong'))).status).toBe(401)
    const opened = await openLink(made.token, '', anonymous(password))
    expect(await opened.text()).toBe('for anybody')
    const read = await h.ok('nc_share_get', { share_id: made.share_id })
    expect(read.has_password).toBe(true)
    expect(JSON.stringify(read)).not.toMatch(/argon|\$2y|share_with/)
  })

  test('what cannot be', async () => {
    for (const args of [
      { path: file, expires_in_minutes: 0 },
      { path: file, expires_in_minutes: -5 },
      { path: file, expires_in_minutes: 1e9 },
      { path: file, password: '' },
      { path: `${root}/../x` },
      {},
    ]) {
      const { error } = await h.call('nc_share_create_public_link', args)
      expect(error?.code, JSON.stringify(args)).toBe('BAD_INPUT')
    }
    const { error } = await h.call('nc_share_create_public_link', { path: `${root}/none` })
    expect(error).toMatchObject({ code: 'NOT_FOUND', subject: `${root}/none` })
  })
})

describe('nc_share_create with a link', () => {
  test('has a label, a note, an end, a password', async () => {
    const expire_date = dateOf(Date.now() + 30 * DAY)
    const made = await link({ label: 'for the club', note: 'read me', expire_date, password })
    expect(made).toMatchObject({
      type: 'link',
      share_type: 3,
      label: 'for the club',
      note: 'read me',
      expires_at: `${expire_date}T00:00:00`,
      has_password: true,
      hide_download: false,
      token: expect.any(String),
      url: expect.stringContaining(made.token),
      created: true,
    })
    expect(made).not.toHaveProperty('share_with')
    expect(JSON.stringify(made)).not.toContain(password)
  })

  test('a folder can be written to where that is allowed, and only there', async () => {
    const path = `${root}/folder`
    await h.ok('nc_webdav_create_directory', { path })
    const headers = { 'X-Requested-With': 'XMLHttpRequest' }
    const put = (token: string, name: string) =>
      openLink(token, `/${name}`, { method: 'PUT', headers, body: 'by anybody' })
    const closed = await link({ path })
    expect((await put(closed.token, 'a.txt')).status).toBe(403)
    const open = await link({ path, permissions: 'edit, create' })
    expect(open.can).toEqual(expect.arrayContaining(['read', 'edit', 'create']))
    expect((await put(open.token, 'a.txt')).status).toBe(201)
    const drop = await link({ path, permissions: 'file drop' })
    expect(drop).toMatchObject({ permissions: 4, can: ['create'] })
    expect((await put(drop.token, 'b.txt')).status).toBe(201)
    expect((await openLink(drop.token, '/a.txt')).status).toBe(405)
    const { files } = await h.ok('nc_webdav_list_directory', { path })
    expect(files.map((entry: { name: string }) => entry.name).toSorted()).toEqual([
      'a.txt',
      'b.txt',
    ])
  })

  test('a link has no recipient: nothing is sent', async () => {
    const requests = await h.requestsOf(async () => {
      for (const share_type of [3, '3', 'link', 'public link', 'Public']) {
        const args = { path: file, share_type, share_with: 'bob' }
        const { error } = await h.call('nc_share_create', args)
        expect(error).toMatchObject({
          code: 'BAD_INPUT',
          message: expect.stringMatching(/recipient/),
        })
      }
    })
    expect(requests).toEqual([])
  })

  test('permissions that make no sense for a link are refused by Nextcloud, in its words', async () => {
    const { error } = await h.call('nc_share_create', {
      path: file,
      share_type: 'link',
      permissions: 2,
    })
    expect(error).toMatchObject({
      code: 'BAD_INPUT',
      status: 400,
      server_message: expect.stringMatching(/READ/),
    })
  })
})

describe('changing a link', () => {
  test('the password comes and goes, the rest stays, the address too', async () => {
    const expire_date = dateOf(Date.now() + 30 * DAY)
    const made = await link({ label: 'l', note: 'n', expire_date })
    const { result: _, created: __, ...before } = made
    const change = (more: Record<string, unknown>) =>
      h.ok('nc_share_update', { share_id: made.id, ...more })
    const closed = await change({ password })
    expect(closed).toEqual({ ...before, has_password: true, result: expect.any(String) })
    expect((await openLink(made.token)).status).toBe(401)
    const hidden = await change({ hide_download: true })
    expect(hidden).toMatchObject({ ...before, has_password: true, hide_download: true })
    const renamed = await change({ label: 'another' })
    expect(renamed).toMatchObject({ hide_download: true, has_password: true, label: 'another' })
    const open = await change({ password: '', hide_download: false, label: 'l' })
    expect(open).toEqual({ ...before, result: expect.any(String) })
    expect((await openLink(made.token)).status).toBe(200)
  })

  test('a day that has begun is refused', async () => {
    const made = await link()
    const { error } = await h.call('nc_share_update', {
      share_id: made.id,
      expire_date: dateOf(Date.now() - 2 * DAY),
    })
    expect(error?.code).toBe('BAD_INPUT')
    expect(await h.ok('nc_share_get', { share_id: made.id })).not.toHaveProperty('expires_at')
  })
})

test('requests', async () => {
  const requests = await h.requestsOf(() =>
    h.ok('nc_share_create_public_link', { path: file, expires_in_minutes: 60 }),
  )
  expect(requests).toEqual([expect.stringMatching(/^POST .*\/shares$/)])
})
