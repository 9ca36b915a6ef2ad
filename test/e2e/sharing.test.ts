/** Sharing with people: what one shares, the other has, and no longer than that. */
import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBackend } from '../support/backend.ts'
import { basic, callTool, type Harness, startHarness, type ToolAnswer } from '../support/harness.ts'

let h: Harness
let bob: Client
const ids = { alice: '', bob: '' }
const root = `mcp-test-sharing-${process.pid}-${Date.now()}`
let count = 0

beforeAll(async () => {
  const backend = await startBackend()
  if (backend.bob === undefined) throw new Error('sharing needs a second user')
  h = await startHarness({
    backend,
    environment: {
      MCP_DEPLOYMENT_MODE: 'multi_user_basic',
      NEXTCLOUD_USERNAME: undefined,
      NEXTCLOUD_PASSWORD: undefined,
    },
  })
  bob = await h.connect({ headers: { authorization: basic(backend.bob) } })
  ids.alice = (await h.ok('nc_users_get_current_user')).id
  ids.bob = (await asBob('nc_users_get_current_user')).data.id
  await h.ok('nc_webdav_create_directory', { path: root })
})

afterAll(async () => {
  await h.call('nc_webdav_delete_resource', { path: root })
  await h.close()
})

const asBob = (name: string, args: Record<string, unknown> = {}): Promise<ToolAnswer> =>
  callTool(bob, name, args)

/** A file of alice's in a name of its own; bob gets it under the same name at his root. */
async function file(content = 'text'): Promise<{ path: string; name: string }> {
  const name = `${root}-${++count}.txt`
  await h.ok('nc_webdav_write_file', { path: `${root}/${name}`, content })
  return { path: `${root}/${name}`, name }
}

async function folder(): Promise<{ path: string; name: string }> {
  const name = `${root}-${++count}`
  await h.ok('nc_webdav_create_directory', { path: `${root}/${name}` })
  await h.ok('nc_webdav_write_file', { path: `${root}/${name}/in.txt`, content: 'inside' })
  return { path: `${root}/${name}`, name }
}

const share = (path: string, more: Record<string, unknown> = {}) =>
  h.ok('nc_share_create', { path, share_with: ids.bob, send_mail: false, ...more })

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

describe('with a user', () => {
  test('says what was shared, and the other has it', async () => {
    const { path, name } = await file('for bob')
    const made = await share(path, { note: 'look', permissions: 'read, edit' })
    expect(made).toEqual({
      result: expect.stringContaining(path),
      created: true,
      id: expect.any(Number),
      type: 'user',
      share_type: 0,
      path,
      item_type: 'file',
      file_id: expect.any(Number),
      permissions: 3,
      can: ['read', 'edit'],
      share_with: ids.bob,
      share_with_name: expect.any(String),
      shared_by: ids.alice,
      shared_by_name: expect.any(String),
      owner: ids.alice,
      shared_at: expect.stringMatching(/^\d{4}-.*Z$/),
      note: 'look',
    })
    expect((await asBob('nc_webdav_read_file', { path: name })).data.content).toBe('for bob')
    const written = await asBob('nc_webdav_write_file', {
      path: name,
      content: 'by bob',
      if_match: '*',
    })
    expect(written.isError).toBe(false)
    expect((await h.ok('nc_webdav_read_file', { path })).content).toBe('by bob')
  })

  test('the default is reading, and no more', async () => {
    const { path, name } = await folder()
    const made = await share(path)
    expect(made).toMatchObject({ permissions: 1, can: ['read'], item_type: 'folder' })
    const listed = await asBob('nc_webdav_list_directory', { path: name })
    expect(listed.data.files).toMatchObject([{ name: 'in.txt', read_only: true }])
    for (const [tool, args] of [
      ['nc_webdav_write_file', { path: `${name}/in.txt`, content: 'x', if_match: '*' }],
      ['nc_webdav_write_file', { path: `${name}/new.txt`, content: 'x' }],
      ['nc_webdav_create_directory', { path: `${name}/new` }],
      ['nc_webdav_delete_resource', { path: `${name}/in.txt` }],
      [
        'nc_webdav_move_resource',
        { source_path: `${name}/in.txt`, destination_path: `${name}/out.txt` },
      ],
      [
        'nc_webdav_copy_resource',
        { source_path: `${name}/in.txt`, destination_path: `${name}/out.txt` },
      ],
    ] as const) {
      expect((await asBob(tool, args)).error, tool).toMatchObject({ code: 'FORBIDDEN' })
    }
    const { files } = await h.ok('nc_webdav_list_directory', { path })
    expect(files.map((entry: { name: string }) => entry.name)).toEqual(['in.txt'])
  })

  test('all in a folder is all: making, changing, deleting', async () => {
    const { path, name } = await folder()
    expect((await share(path, { permissions: 'all' })).permissions).toBe(31)
    const did = [
      await asBob('nc_webdav_create_directory', { path: `${name}/by bob` }),
      await asBob('nc_webdav_write_file', { path: `${name}/by bob/new.txt`, content: 'x' }),
      await asBob('nc_webdav_delete_resource', { path: `${name}/in.txt` }),
    ]
    expect(did.map(({ error }) => error)).toEqual([undefined, undefined, undefined])
    const { files } = await h.ok('nc_webdav_list_directory', { path })
    expect(files.map((entry: { name: string }) => entry.name)).toEqual(['by bob'])
    expect((await h.ok('nc_webdav_list_directory', { path: `${path}/by bob` })).total_count).toBe(1)
  })

  test('ends when it is deleted: nothing is left at the other', async () => {
    const { path, name } = await folder()
    const { id } = await share(path, { permissions: 31 })
    expect((await asBob('nc_webdav_list_directory', { path: name })).isError).toBe(false)
    const ended = await h.ok('nc_share_delete', { share_id: id })
    expect(ended).toEqual({ id, path, outcome: 'ended', result: expect.stringContaining(ids.bob) })
    for (const tool of ['nc_webdav_list_directory', 'nc_webdav_read_file']) {
      expect((await asBob(tool, { path: name })).error?.code, tool).toBe('NOT_FOUND')
    }
    const found = await asBob('nc_webdav_find_by_name', { pattern: `${name}*` })
    expect(found.data.results).toEqual([])
    expect((await h.call('nc_share_delete', { share_id: id })).error?.code).toBe('NOT_FOUND')
    expect((await h.ok('nc_webdav_list_directory', { path })).total_count).toBe(1)
  })

  test('a search finds what others share, under the path one has it at', async () => {
    const { path, name } = await folder()
    await share(path)
    const { data } = await asBob('nc_webdav_find_by_name', { pattern: `${name}*` })
    expect(data.results).toMatchObject([{ path: name, is_directory: true }])
  })

  test('a file has nothing to create or delete in it, which is said', async () => {
    const { path } = await file()
    const made = await share(path, { permissions: 'read, create, delete' })
    expect(made).toMatchObject({ permissions: 1, created: true })
    expect(made.result).toMatch(/Not granted: create, delete, which a file cannot have/)
    const other = await file()
    const all = await share(other.path, { permissions: 'all' })
    expect(all).toMatchObject({ permissions: 19, can: ['read', 'edit', 'share'] })
    expect(all.result).not.toMatch(/Not granted/)
  })

  test('the same again changes nothing and says so, without telling the recipient again', async () => {
    const { path } = await file()
    const first = await share(path)
    const requests = await h.requestsOf(async () => {
      const second = await share(path, { permissions: 'read, edit' })
      const { created, result, ...rest } = second
      expect(created).toBe(false)
      expect(result).toMatch(/shared already, nothing was changed.*nc_share_update/)
      const { created: _, result: __, ...same } = first
      expect(rest).toEqual(same)
    })
    expect(requests.filter(request => request.startsWith('POST'))).toEqual([])
  })
})

test('the same several times at once is shared once', async () => {
  const { path } = await file()
  const made = await Promise.all([1, 2, 3].map(() => share(path)))
  expect(new Set(made.map(({ id }) => id)).size).toBe(1)
  expect(made.map(({ created }) => created).toSorted()).toEqual([false, false, true])
})

describe('with a group', () => {
  test('its members have it; one who lets go of it is the only one', async ({ skip }) => {
    const [own, others] = [
      await h.ok('nc_users_get_current_user'),
      (await asBob('nc_users_get_current_user')).data,
    ].map(({ groups }) => groups as string[])
    const group = own?.find(id => others?.includes(id))
    if (group === undefined) skip('the two users are in no group together')
    const { path, name } = await file()
    const made = await share(path, { share_type: 'group', share_with: group?.toUpperCase() })
    expect(made).toMatchObject({ type: 'group', share_type: 1, share_with: group, created: true })
    const received = await asBob('nc_share_list', { shared_with_me: true })
    expect(received.data.shares.map((one: { id: number }) => one.id)).toContain(made.id)
    const left = await asBob('nc_share_delete', { share_id: made.id })
    expect(left.data).toMatchObject({ outcome: 'left', path: name })
    expect((await asBob('nc_webdav_read_file', { path: name })).error?.code).toBe('NOT_FOUND')
    expect((await h.ok('nc_share_get', { share_id: made.id })).share_with).toBe(group)
  })
})

describe('reading', () => {
  test('lists by path, in pages, below a folder, and from the other side', async () => {
    const { path } = await folder()
    const inside = `${path}/in.txt`
    const made = [
      await share(path, { note: 'n' }),
      await share(path, { share_type: 3, share_with: undefined, label: 'first' }),
      await share(path, { share_type: 'link', share_with: undefined, label: 'second' }),
    ].map(({ id }) => id)
    const below = await share(inside)
    const all = await h.ok('nc_share_list', { path })
    expect(all).toMatchObject({ total: 3, result: '3 shares' })
    expect(all.shares.map((one: { id: number }) => one.id).toSorted()).toEqual(made.toSorted())
    expect(all.shares.find((one: { id: number }) => one.id === made[0])).toEqual({
      id: made[0],
      type: 'user',
      path,
      permissions: 1,
      can: ['read'],
      share_with: ids.bob,
      share_with_name: expect.any(String),
      shared_by: ids.alice,
      note: 'n',
    })
    const page = await h.ok('nc_share_list', { path, limit: 2 })
    expect(page).toMatchObject({ total: 3, next_offset: 2 })
    const rest = await h.ok('nc_share_list', { path, limit: 2, offset: 2 })
    expect(rest).not.toHaveProperty('next_offset')
    expect([...page.shares, ...rest.shares]).toEqual(all.shares)
    const entries = await h.ok('nc_share_list', { path, subfiles: true })
    expect(entries.shares.map((one: { id: number }) => one.id)).toEqual([below.id])
    const every = await h.ok('nc_share_list')
    for (const whole of ['', '/']) {
      expect(await h.ok('nc_share_list', { path: whole })).toEqual(every)
    }
    const known = every.shares.map((one: { id: number }) => one.id)
    expect(known).toEqual(expect.arrayContaining([...made, below.id]))
    const received = (await asBob('nc_share_list', { shared_with_me: true })).data.shares
    expect(received.map((one: { id: number }) => one.id)).toEqual(
      expect.arrayContaining([made[0], below.id]),
    )
    expect(received.every((one: { shared_by: string }) => one.shared_by !== ids.bob)).toBe(true)
  })

  test('one share, by both sides; to a stranger it is not there', async () => {
    const { path, name } = await file()
    const { result: _, created: __, ...made } = await share(path)
    const read = await h.ok('nc_share_get', { share_id: made.id })
    expect(read).toEqual({
      untrusted_content: true,
      ...made,
      result: expect.stringContaining(path),
    })
    expect((await asBob('nc_share_get', { share_id: made.id })).data).toMatchObject({
      id: made.id,
      path: name,
      shared_by: ids.alice,
    })
    const link = await share(path, { share_type: 'link', share_with: undefined })
    expect((await asBob('nc_share_get', { share_id: link.id })).error).toMatchObject({
      code: 'NOT_FOUND',
      status: 404,
      subject: `share ${link.id}`,
    })
    const missing = await h.call('nc_share_get', { share_id: 99_999_999 })
    expect(missing.error).toMatchObject({ code: 'NOT_FOUND', subject: 'share 99999999' })
  })

  test('a path that is not there', async () => {
    for (const args of [{ path: `${root}/none` }, { path: `${root}/none`, subfiles: true }]) {
      const { error } = await h.call('nc_share_list', args)
      expect(error).toMatchObject({ code: 'NOT_FOUND', subject: `${root}/none` })
    }
    for (const args of [{ subfiles: true }, { path: root, subfiles: true, shared_with_me: true }]) {
      expect((await h.call('nc_share_list', args)).error?.code).toBe('BAD_INPUT')
    }
    const { path } = await file()
    const { error } = await h.call('nc_share_list', { path, subfiles: true })
    expect(error).toMatchObject({ code: 'BAD_INPUT' })
  })
})

describe('changing', () => {
  test('changes what is given and keeps the rest', async () => {
    const { path, name } = await folder()
    const expire_date = day(30)
    const made = await share(path, { note: 'first', permissions: 'read, create', expire_date })
    expect(made.expires_at).toBe(`${expire_date}T00:00:00`)
    const changed = await h.ok('nc_share_update', {
      share_id: made.id,
      permissions: 'edit, delete',
    })
    expect(changed).toMatchObject({
      permissions: 11,
      note: 'first',
      expires_at: `${expire_date}T00:00:00`,
    })
    expect(
      (await asBob('nc_webdav_write_file', { path: `${name}/n.txt`, content: 'x' })).error,
    ).toMatchObject({ code: 'FORBIDDEN' })
    const noted = await h.ok('nc_share_update', { share_id: made.id, note: 'second' })
    expect(noted).toMatchObject({ permissions: 11, note: 'second' })
    const cleared = await h.ok('nc_share_update', { share_id: made.id, note: '', expire_date: '' })
    expect(cleared).not.toHaveProperty('note')
    expect(cleared).not.toHaveProperty('expires_at')
    expect(cleared.permissions).toBe(11)
    expect(await h.ok('nc_share_get', { share_id: made.id })).toEqual({
      untrusted_content: true,
      ...cleared,
      result: expect.any(String),
    })
  })

  test('nothing is sent for nothing', async () => {
    const requests = await h.requestsOf(async () => {
      const { error } = await h.call('nc_share_update', { share_id: 1 })
      expect(error).toMatchObject({ code: 'BAD_INPUT' })
    })
    expect(requests).toEqual([])
  })

  test('what a share cannot have is refused before it is sent', async () => {
    const { path } = await file()
    const made = await share(path)
    for (const args of [
      { permissions: 31 },
      { permissions: 'read, create' },
      { permissions: 'file drop' },
      { permissions: 2 },
      { permissions: 0 },
      { permissions: 32 },
      { permissions: 'everything' },
      { permissions: 1.5 },
      { password: 'a long password' },
      { label: 'x' },
      { hide_download: true },
      { expire_date: 'tomorrow' },
      { expire_date: '2030-02-30' },
      { expire_date: '2001-01-01' },
    ]) {
      const requests = await h.requestsOf(async () => {
        const { error } = await h.call('nc_share_update', { share_id: made.id, ...args })
        expect(error, JSON.stringify(args)).toMatchObject({ code: 'BAD_INPUT' })
      })
      expect(requests.filter(request => request.startsWith('PUT'))).toEqual([])
    }
    const all = await h.ok('nc_share_update', { share_id: made.id, permissions: 'all' })
    expect(all.permissions).toBe(19)
  })

  test('one who receives a share may not change it', async () => {
    const { path } = await file()
    const made = await share(path)
    const { error } = await asBob('nc_share_update', { share_id: made.id, permissions: 3 })
    expect(error).toMatchObject({ code: 'FORBIDDEN', status: 403, subject: `share ${made.id}` })
    expect((await h.ok('nc_share_get', { share_id: made.id })).permissions).toBe(1)
    const missing = await h.call('nc_share_update', { share_id: 99_999_999, note: 'x' })
    expect(missing.error).toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('the other side', () => {
  test('lets go of a share: the file stays with its owner', async () => {
    const { path, name } = await file('stays')
    const made = await share(path)
    const left = await asBob('nc_share_delete', { share_id: made.id })
    expect(left.data).toEqual({
      id: made.id,
      path: name,
      outcome: 'ended',
      result: expect.stringContaining(name),
    })
    expect((await asBob('nc_webdav_read_file', { path: name })).error?.code).toBe('NOT_FOUND')
    expect((await h.ok('nc_webdav_read_file', { path })).content).toBe('stays')
    expect((await h.call('nc_share_get', { share_id: made.id })).error?.code).toBe('NOT_FOUND')
  })

  test('moves it about, which the owner does not notice; deleting it there lets go of it', async () => {
    const { path, name } = await folder()
    const made = await share(path, { permissions: 'all' })
    const moved = await asBob('nc_webdav_move_resource', {
      source_path: name,
      destination_path: `${name} renamed`,
    })
    expect(moved.error).toBeUndefined()
    const { data } = await asBob('nc_webdav_list_directory', { path: `${name} renamed` })
    expect(data.files).toMatchObject([{ path: `${name} renamed/in.txt` }])
    expect((await h.ok('nc_share_get', { share_id: made.id })).path).toBe(path)
    await asBob('nc_webdav_delete_resource', { path: `${name} renamed` })
    expect((await h.ok('nc_webdav_list_directory', { path })).total_count).toBe(1)
    expect((await h.call('nc_share_get', { share_id: made.id })).error?.code).toBe('NOT_FOUND')
  })

  test('shares on only what it may, and no more than it has', async () => {
    const { path, name } = await folder()
    const made = await share(path)
    const asLink = { path: name, share_type: 'link' }
    expect((await asBob('nc_share_create', asLink)).error).toMatchObject({
      code: 'FORBIDDEN',
      subject: name,
      server_message: expect.stringContaining(name),
    })
    await h.ok('nc_share_update', { share_id: made.id, permissions: 'read, share' })
    expect((await asBob('nc_share_create', { ...asLink, permissions: 'all' })).error).toMatchObject(
      {
        code: 'FORBIDDEN',
      },
    )
    const link = await asBob('nc_share_create', asLink)
    expect(link.data).toMatchObject({ type: 'link', shared_by: ids.bob, owner: ids.alice })
    const listed = await h.ok('nc_share_list', { path })
    expect(listed.shares.map((one: { id: number }) => one.id)).toContain(link.data.id)
    expect((await asBob('nc_share_list')).data.shares).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ id: link.data.id, path: name })]),
    )
    const back = await asBob('nc_share_create', { path: name, share_with: ids.alice })
    expect(back.error?.code).toBe('FORBIDDEN')
    await h.ok('nc_share_delete', { share_id: link.data.id })
  })
})

test('requests per tool', async () => {
  const { path } = await file()
  const requests = async (name: string, args: Record<string, unknown>) =>
    (await h.requestsOf(() => h.ok(name, args))).map(request => request.split(' ')[0]).toSorted()
  const made = await share(path)
  expect(await requests('nc_share_list', { path })).toEqual(['GET'])
  expect(await requests('nc_share_get', { share_id: made.id })).toEqual(['GET'])
  expect(await requests('nc_share_update', { share_id: made.id, note: 'x' })).toEqual([
    'GET',
    'PUT',
  ])
  expect(await requests('nc_share_create', { path, share_with: ids.bob })).toEqual(['GET', 'GET'])
  expect(await requests('nc_share_delete', { share_id: made.id })).toEqual(['DELETE', 'GET'])
  expect(await requests('nc_share_create', { path, share_with: ids.bob })).toEqual([
    'GET',
    'GET',
    'POST',
  ])
  expect(await requests('nc_share_create', { path, share_type: 'link' })).toEqual(['POST'])
})
