/** What Nextcloud tells a user: announcements, which any instance can be made to send. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestUser } from '../support/backend.ts'
import { request } from '../support/collectives.ts'
import { type Harness, startHarness } from '../support/harness.ts'

let h: Harness
let admin: TestUser
const made: number[] = []

beforeAll(async () => {
  h = await startHarness()
  const { NEXTCLOUD_TEST_ADMIN: loginName, NEXTCLOUD_TEST_ADMIN_PASSWORD: password } = process.env
  if (h.backend.demo !== undefined) {
    admin = { loginName: 'admin', password: h.backend.demo.appPassword('admin') }
  } else if (loginName && password) {
    admin = { loginName, password }
  } else {
    throw new Error('these tests need NEXTCLOUD_TEST_ADMIN and NEXTCLOUD_TEST_ADMIN_PASSWORD')
  }
})
afterAll(async () => {
  for (const notification_id of made) await h.call('nc_notifications_dismiss', { notification_id })
  await h.close()
})

/** Announces something to a user; gives the id. */
async function announce(told: object, user = 'alice'): Promise<number> {
  const path = `/ocs/v2.php/apps/notifications/api/v3/admin_notifications/${user}`
  const { id } = JSON.parse(await request(h, 'POST', path, told, admin)).ocs.data
  made.push(id)
  return id
}
const list = (args: object = {}) => h.ok('nc_notifications_list', { limit: 500, ...args })
const ids = (data: { notifications: { id: number }[] }) => data.notifications.map(({ id }) => id)

describe('list', () => {
  test('newest first, with names for what they are about', async () => {
    const first = await announce({ subject: 'Plain', message: 'More of it' })
    const second = await announce({
      subject: '{user} wrote to {nobody} in {call}',
      subjectParameters: {
        user: { type: 'user', id: 'bob', name: 'Bob' },
        nobody: { type: 'highlight', id: '1', name: 'nobody' },
        call: { type: 'highlight', id: '7', name: 'Room', link: 'https://example.org/7' },
      },
    })
    const data = await list()
    expect(data.untrusted_content).toBe(true)
    expect(ids(data).indexOf(second)).toBeLessThan(ids(data).indexOf(first))
    const of = (id: number) => data.notifications.find((each: { id: number }) => each.id === id)
    expect(of(first)).toMatchObject({
      app: 'admin_notifications',
      subject: 'Plain',
      message: 'More of it',
      about: [],
      actions: [],
    })
    expect(of(second)).toMatchObject({
      subject: 'Bob wrote to nobody in Room',
      about: [
        { type: 'user', id: 'bob', name: 'Bob', link: null },
        { type: 'highlight', id: '1', name: 'nobody', link: null },
        { type: 'highlight', id: '7', name: 'Room', link: 'https://example.org/7' },
      ],
    })
    expect(of(second)).not.toHaveProperty('message')
  })

  test('part by part, and of one app', async () => {
    await announce({ subject: 'One' })
    await announce({ subject: 'Two' })
    const all = await list({ app: 'admin_notifications' })
    const start = await list({ app: 'admin_notifications', limit: 1 })
    expect(start).toMatchObject({ total: all.total, next_offset: 1 })
    const rest = await list({ app: 'admin_notifications', offset: 1 })
    expect([...ids(start), ...ids(rest)]).toEqual(ids(all))
    expect(rest).not.toHaveProperty('next_offset')
    expect(await list({ app: 'nobody' })).toMatchObject({ notifications: [], total: 0 })
  })
})

test('no more than Nextcloud tells: the latest 25', async () => {
  const many = []
  for (let count = 0; count < 27; count++) many.push(await announce({ subject: `${count}` }))
  const { total, notifications } = await list()
  expect(total).toBe(25)
  expect(notifications[0].id).toBe(many.at(-1))
  expect(ids({ notifications })).not.toContain(many[0])
})

test('where no app has anything to tell there are none', async () => {
  h.proxy.plan(() => ({ status: 204, json: null }))
  const none = await list()
  h.proxy.plan(undefined)
  expect(none).toMatchObject({ notifications: [], total: 0 })
})

describe('dismiss', () => {
  test('one, which may be gone already', async () => {
    const kept = await announce({ subject: 'Kept' })
    const id = await announce({ subject: 'Gone' })
    const dismiss = () => h.ok('nc_notifications_dismiss', { notification_id: id })
    expect(await dismiss()).toEqual({ dismissed: id })
    expect(await dismiss()).toEqual({ dismissed: id })
    expect(ids(await list())).toContain(kept)
    expect(ids(await list())).not.toContain(id)
  })

  test('all, of a user who has no others', async () => {
    const { demo } = h.backend
    // Nobody's notifications at a real instance are ours to dismiss.
    if (demo === undefined) return
    const [mine, bobs] = [await announce({ subject: 'A' }), await announce({ subject: 'B' }, 'bob')]
    expect(await h.ok('nc_notifications_dismiss', { all: true })).toEqual({ dismissed: 'all' })
    expect(ids(await list())).not.toContain(mine)
    const left = await request(
      h,
      'GET',
      `/ocs/v2.php/apps/notifications/api/v2/notifications/${bobs}`,
      undefined,
      h.backend.bob,
    )
    expect(JSON.parse(left).ocs.data.notification_id).toBe(bobs)
  })

  test.each([
    [{}],
    [{ all: false }],
    [{ all: true, notification_id: 1 }],
    [{ notification_id: 0 }],
  ])('%j dismisses nothing', async args => {
    const sent = await h.requestsOf(async () => {
      const { error } = await h.call('nc_notifications_dismiss', args)
      expect(error?.code).toBe('BAD_INPUT')
    })
    expect(sent).toEqual([])
  })
})

test('requests per tool', async () => {
  const id = await announce({ subject: 'Counted' })
  const count = async (name: string, args: object) =>
    (await h.requestsOf(() => h.ok(name, { ...args }))).length
  expect(await count('nc_notifications_list', {})).toBe(1)
  expect(await count('nc_notifications_dismiss', { notification_id: id })).toBe(1)
})
