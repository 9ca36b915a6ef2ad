/** Nothing is shared with the wrong person, and nothing with nobody. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoBackend } from '../support/backend.ts'
import { type Harness, startHarness } from '../support/harness.ts'

let h: Harness
const file = 'to share.txt'
const people: [id: string, name: string, email?: string][] = [
  ['alice', 'Alice Example', 'alice@example.org'],
  ['bob', 'Robert Miller', 'bob@example.org'],
  ['b2', 'Bob', 'b2@example.org'],
  ['kim1', 'Kim Park', 'kim1@example.org'],
  ['kim2', 'Kim Park', 'kim2@example.org'],
  ['zoe', 'Zoë Müller', 'zoe@example.org'],
  ['Robert Miller', 'Somebody Else'],
  ['Carol', 'Carol Jones'],
]

beforeAll(async () => {
  const users = people.map(([id, displayName, email = '']) => ({
    id,
    displayName,
    email,
    password: `${id}-secret`,
    groups: ['club', 'Board'],
  }))
  h = await startHarness({ backend: await demoBackend({ users }) })
  await h.ok('nc_webdav_write_file', { path: file, content: 'x' })
})
afterAll(() => h.close())

const share = (share_with: unknown, share_type: unknown = 'user') =>
  h.call('nc_share_create', { path: file, share_with, share_type })

async function refused(share_with: unknown, share_type?: unknown) {
  let answer: Awaited<ReturnType<typeof share>> | undefined
  const requests = await h.requestsOf(async () => {
    answer = await share(share_with, share_type)
  })
  expect(requests.filter(request => request.startsWith('POST'))).toEqual([])
  return answer?.error
}

describe('users', () => {
  test.each([
    ['an id', 'kim1', 'kim1'],
    ['an id in another case', 'KIM2', 'kim2'],
    ['an id with spaces around', '  zoe ', 'zoe'],
    ['a display name', 'Zoë Müller', 'zoe'],
    ['a display name in another normal form', 'zoe\u0308 mu\u0308ller', 'zoe'],
    ['a mail address', 'Bob@Example.org', 'bob'],
    ['the very id, though it is the name of somebody else', 'Robert Miller', 'Robert Miller'],
    ['the very id in its case', 'Carol', 'Carol'],
  ])('%s', async (_, given, id) => {
    const { data, error } = await share(given)
    expect(error).toBeUndefined()
    expect(data.share_with).toBe(id)
    const received = await fetch(
      `${h.backend.url}/remote.php/dav/files/${encodeURIComponent(id)}/to%20share.txt`,
      { headers: { authorization: `Basic ${btoa(`${id}:${id}-secret`)}` } },
    )
    expect(received.status).toBe(200)
    await h.ok('nc_share_delete', { share_id: data.id })
  })

  test.each([
    ['a name that two have', 'Kim Park', /kim1.*kim2/],
    ['a name that is an id in another case', 'BOB', /bob.*b2|b2.*bob/],
    ['a part of a name', 'Zo', /zoe/],
    ['nobody', 'nobody', /nc_users_search/],
    ['a mail address of nobody', 'nobody@example.org', /email/],
  ])('%s is refused before anything is shared', async (_, given, hint) => {
    expect(await refused(given)).toMatchObject({
      code: 'BAD_INPUT',
      hint: expect.stringMatching(hint),
    })
  })

  test('oneself', async () => {
    for (const name of ['alice', 'ALICE']) {
      expect(await refused(name)).toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringMatching(/signed-in user/),
      })
    }
  })

  test('an exact id does for people whom no search shows; another spelling does not', async () => {
    const other = await startHarness({
      backend: await demoBackend({ sharing: { findPeople: false } }),
    })
    await other.ok('nc_webdav_write_file', { path: file, content: 'x' })
    const tried = (share_with: string) => other.call('nc_share_create', { path: file, share_with })
    expect((await other.ok('nc_users_search', { query: 'bob' })).total).toBe(0)
    for (const given of ['BOB', 'Bob Example', 'nobody', 'ALICE']) {
      expect((await tried(given)).error, given).toMatchObject({ code: 'BAD_INPUT' })
    }
    expect((await other.ok('nc_share_list', { path: file })).total).toBe(0)
    expect((await tried('bob')).data).toMatchObject({ created: true, share_with: 'bob' })
    await other.close()
  })

  test('nobody named', async () => {
    for (const given of [undefined, '', '   ', 7]) {
      expect((await refused(given))?.code, String(given)).toBe('BAD_INPUT')
    }
  })
})

describe('other kinds', () => {
  test('a group by its id in any case, as there is no other of that name', async () => {
    const { data } = await share('board', 'group')
    expect(data.share_with).toBe('Board')
    for (const given of ['nobody', 'boar', 'bob']) {
      expect(await refused(given, 'group')).toMatchObject({ code: 'BAD_INPUT' })
    }
  })

  test.each([
    ['user without a server', 'bob', 'federated'],
    ['no address', 'bob', 'email'],
    ['no address', 'bob@', 4],
    ['no group on a server', 'staff', 9],
    ['no team of that name', 'the team', 'team'],
    ['no conversation of that name', 'The room', 'room'],
    ['no such kind', 'bob', 99],
    ['no such kind', 'bob', 'neighbour'],
    ['no such kind', 'bob', 'constructor'],
    ['no such kind', 'bob', 1.5],
  ])('%s is refused', async (_, given, kind) => {
    expect((await refused(given, kind))?.code).toBe('BAD_INPUT')
  })

  test('a mail share has a link of its own; the same again says so', async () => {
    const { data } = await share('somebody@example.net', 'mail')
    expect(data).toMatchObject({
      type: 'email',
      share_type: 4,
      share_with: 'somebody@example.net',
      token: expect.any(String),
      has_password: false,
    })
    expect((await share('somebody@example.net', 4)).data).toMatchObject({
      created: false,
      id: data.id,
    })
  })

  test('what this Nextcloud cannot do is told in its words', async () => {
    expect((await share('x@cloud.example', 'federated')).error).toMatchObject({
      code: 'FORBIDDEN',
      status: 403,
    })
    expect((await share('x'.repeat(31), 'team')).error).toMatchObject({
      code: 'FORBIDDEN',
      server_message: expect.stringMatching(/Team/),
    })
    expect((await share('abcd1234', 'talk')).error).toMatchObject({
      code: 'FORBIDDEN',
      server_message: expect.stringMatching(/room/),
    })
  })
})

test('what only links have is refused for people, before anything is sent', async () => {
  for (const args of [
    { password: 'a long password' },
    { label: 'x' },
    { permissions: 'file drop' },
    { permissions: 4 },
    { permissions: 'read and write' },
    { permissions: 64 },
    { expire_date: 'soon' },
    { expire_date: '2001-01-01' },
    { path: '../x' },
    { path: undefined },
  ]) {
    const requests = await h.requestsOf(async () => {
      const { error } = await h.call('nc_share_create', { path: file, share_with: 'bob', ...args })
      expect(error, JSON.stringify(args)).toMatchObject({ code: 'BAD_INPUT' })
    })
    expect(requests.filter(request => request.includes('files_sharing'))).toEqual([])
  }
})

describe('what an administrator decides', () => {
  const tried = async (sharing: object, args: Record<string, unknown>) => {
    const other = await startHarness({ backend: await demoBackend({ sharing }) })
    try {
      await other.ok('nc_webdav_write_file', { path: file, content: 'x' })
      const { error } = await other.call('nc_share_create', { path: file, ...args })
      expect((await other.ok('nc_share_list', { path: file })).total).toBe(0)
      return error
    } finally {
      await other.close()
    }
  }
  const expire_date = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10)

  test.each([
    ['no links', { links: false }, { share_type: 'link' }, /disabled/],
    ['no groups', { groups: false }, { share_type: 'group', share_with: 'team' }, /disabled/],
    ['links for a week', { linkDays: 7 }, { share_type: 'link', expire_date }, /7 days/],
  ])('%s', async (_, sharing, args, words) => {
    expect(await tried(sharing, args)).toMatchObject({
      code: 'FORBIDDEN',
      subject: file,
      server_message: expect.stringMatching(words),
    })
  })

  test('a password that is too short, which is not repeated', async () => {
    const error = await tried({}, { share_type: 'link', password: 'qwertz' })
    expect(error).toMatchObject({ code: 'BAD_INPUT', server_message: expect.stringMatching(/10/) })
    expect(JSON.stringify(error)).not.toContain('qwertz')
  })
})

describe('files that the operator excludes', () => {
  test('are not shared, and their shares are not shown', async () => {
    const backend = await demoBackend()
    const plain = await startHarness({ backend })
    const strict = await startHarness({
      backend: { ...backend, close: async () => {} },
      environment: { EXCLUDED_TAGS: 'in review' },
    })
    const path = 'Projects/Garden house/Proposal.md'
    const made = await plain.ok('nc_share_create', { path, share_type: 'link' })
    const before = await plain.ok('nc_share_list')
    expect((await strict.ok('nc_share_list')).total).toBe(before.total - 1)
    for (const [tool, args] of [
      ['nc_share_create', { path, share_with: 'bob' }],
      ['nc_share_create_public_link', { path }],
      ['nc_share_list', { path }],
      ['nc_share_get', { share_id: made.id }],
      ['nc_share_update', { share_id: made.id, note: 'x' }],
      ['nc_share_delete', { share_id: made.id }],
    ] as const) {
      expect((await strict.call(tool, args)).error, tool).toMatchObject({ code: 'NOT_FOUND' })
    }
    const above = await strict.call('nc_share_create', { path: 'Projects', share_with: 'bob' })
    expect(above.error?.code).toBe('FORBIDDEN')
    expect((await plain.ok('nc_share_list')).total).toBe(before.total)
    await strict.close()
    await plain.close()
  })
})
