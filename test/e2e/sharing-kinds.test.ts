/** Kinds of shares that the demo does not have: teams and conversations of a real Nextcloud. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isReal } from '../support/backend.ts'
import { basic, type Harness, startHarness } from '../support/harness.ts'

let h: Harness
let announced: Record<string, unknown> = {}
const root = `mcp-test-kinds-${process.pid}-${Date.now()}`
const path = `${root}/shared.txt`
const undo: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  h = await startHarness()
  await h.ok('nc_webdav_create_directory', { path: root })
  await h.ok('nc_webdav_write_file', { path, content: 'x' })
  const read = await ocs<{ capabilities: typeof announced }>('GET', '/cloud/capabilities')
  announced = read.capabilities
})
afterAll(async () => {
  await Promise.all(undo.map(run => run()))
  await h.call('nc_webdav_delete_resource', { path: root })
  await h.close()
})

/** A request of alice's to Nextcloud itself, beside the server under test. */
async function ocs<T>(method: string, of: string, body?: object): Promise<T> {
  const response = await fetch(`${h.backend.url}/ocs/v2.php${of}`, {
    method,
    headers: {
      authorization: basic(h.backend.alice),
      'ocs-apirequest': 'true',
      accept: 'application/json',
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const { ocs: answer } = (await response.json()) as { ocs: { data: T } }
  return answer.data
}

test.skipIf(!isReal)('a team by its name, and by its id', async ({ skip }) => {
  if (!('circles' in announced)) skip('this Nextcloud has no teams')
  const name = `Team ${root}`
  const { id } = await ocs<{ id: string }>('POST', '/apps/circles/circles', { name })
  undo.push(() => ocs('DELETE', `/apps/circles/circles/${id}`))
  const args = { path, share_type: 'team', permissions: 'read, edit' }
  const made = await h.ok('nc_share_create', { ...args, share_with: name.toUpperCase() })
  expect(made).toMatchObject({ type: 'team', share_type: 7, share_with: id, permissions: 3 })
  const again = await h.ok('nc_share_create', { ...args, share_with: id })
  expect(again).toMatchObject({ id: made.id, created: false })
  expect((await h.ok('nc_share_list', { path })).total).toBe(1)
  expect((await h.ok('nc_share_delete', { share_id: made.id })).outcome).toBe('ended')
  const { error } = await h.call('nc_share_create', { ...args, share_with: `${root} none` })
  expect(error?.code).toBe('BAD_INPUT')
})

test.skipIf(!isReal)('a conversation by its name', async ({ skip }) => {
  if (!('spreed' in announced)) skip('this Nextcloud has no Talk')
  const name = `Room ${root}`
  const room = { roomType: 3, roomName: name }
  const { token } = await ocs<{ token: string }>('POST', '/apps/spreed/api/v4/room', room)
  undo.push(() => ocs('DELETE', `/apps/spreed/api/v4/room/${token}`))
  const args = { path, share_type: 'room' }
  const made = await h.ok('nc_share_create', { ...args, share_with: name })
  expect(made).toMatchObject({ type: 'room', share_type: 10, share_with: token, created: true })
  const again = await h.ok('nc_share_create', { ...args, share_with: token })
  expect(again).toMatchObject({ id: made.id, created: false })
  await h.ok('nc_share_delete', { share_id: made.id })
})

test('somebody by mail', async () => {
  const args = { path, share_type: 'email', share_with: `${root}@example.org`, send_mail: false }
  const made = await h.ok('nc_share_create', { ...args, label: 'l' })
  expect(made).toMatchObject({
    type: 'email',
    share_type: 4,
    share_with: `${root}@example.org`,
    label: 'l',
    has_password: false,
    created: true,
  })
  expect(await h.ok('nc_share_create', args)).toMatchObject({ id: made.id, created: false })
  const opened = await fetch(`${h.backend.url}/public.php/dav/files/${made.token}`)
  expect(await opened.text()).toBe('x')
  await h.ok('nc_share_delete', { share_id: made.id })
})
