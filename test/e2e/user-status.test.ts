/** How people are, as they say and as others see it. */
import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { demoBackend } from '../support/backend.ts'
import { basic, callTool, type Harness, startHarness } from '../support/harness.ts'

let h: Harness
let bob: Client
/** Put back at the end. */
// biome-ignore lint/suspicious/noExplicitAny: as it was read
let before: any

const environment = {
  MCP_DEPLOYMENT_MODE: 'multi_user_basic',
  NEXTCLOUD_USERNAME: undefined,
  NEXTCLOUD_PASSWORD: undefined,
}

beforeAll(async () => {
  h = await startHarness({ environment })
  if (h.backend.bob === undefined) throw new Error('these tests need a second user')
  bob = await h.connect({ headers: { authorization: basic(h.backend.bob) } })
  before = await get()
})
beforeEach(() => h.ok('nc_user_status_set', { status: 'online', clear: true }))
afterAll(async () => {
  const { status, message, emoji } = before
  const settable = status === 'offline' ? 'online' : status
  const said = message || emoji ? { message, emoji } : { clear: true }
  await h.call('nc_user_status_set', { status: settable, ...said })
  await h.close()
})

const get = () => h.ok('nc_user_status_get')
const set = (args: object) => h.ok('nc_user_status_set', { ...args })
const seenByBob = async () => (await callTool(bob, 'nc_user_status_get', { user_id: 'alice' })).data

describe('setting', () => {
  test('a status keeps the message, a message keeps the status', async () => {
    expect(await set({ status: 'dnd' })).toMatchObject({ status: 'dnd', message: null })
    const told = await set({ message: 'Deep in work', emoji: '🛠️' })
    expect(told).toEqual({
      user_id: 'alice',
      status: 'dnd',
      message: 'Deep in work',
      emoji: '🛠️',
      clear_at: null,
    })
    expect(await get()).toMatchObject(told)
    expect(await set({ status: 'away' })).toMatchObject({ status: 'away', message: 'Deep in work' })
    expect(await seenByBob()).toMatchObject({ status: 'away', emoji: '🛠️', untrusted_content: true })
  })

  test('both at once; what is left out of the message is empty', async () => {
    await set({ message: 'Lunch', emoji: '🥪', clear_at: 60 })
    const told = await set({ status: 'busy', message: 'Talking' })
    expect(told).toMatchObject({ status: 'busy', message: 'Talking', emoji: null, clear_at: null })
  })

  test('cleared, with and without a status', async () => {
    await set({ message: 'Here' })
    expect(await set({ clear: true })).toMatchObject({ status: 'online', message: null })
    await set({ message: 'Here' })
    const cleared = await set({ clear: true, status: 'away' })
    expect(cleared).toMatchObject({ status: 'away', message: null, emoji: null })
    expect(await get()).toMatchObject({ status: 'away', message: null })
  })

  test('for a while: minutes from now, or until a moment', async () => {
    const { clear_at } = await set({ message: 'Soon back', clear_at: 30 })
    const away = Date.parse(clear_at) - Date.now()
    expect(away).toBeGreaterThan(29 * 60_000)
    expect(away).toBeLessThanOrEqual(30 * 60_000)
    const far = await set({ message: 'Away', clear_at: '2037-01-31T17:00:00+01:00' })
    expect(far.clear_at).toBe('2037-01-31T16:00:00.000Z')
    expect((await set({ message: 'Soon', clear_at: '45' })).clear_at).not.toBeNull()
  })

  test('who is invisible is offline for others', async () => {
    expect(await set({ status: 'invisible' })).toMatchObject({ status: 'invisible' })
    expect((await seenByBob()).status).toBe('offline')
  })

  test('a message that fails does not hide that the status was set', async () => {
    h.proxy.plan(({ path }) => (path.includes('/message/') ? 500 : undefined))
    const { error } = await h.call('nc_user_status_set', { status: 'dnd', message: 'x' })
    h.proxy.plan(undefined)
    expect(error?.message).toBe('The status is dnd now, but its message was not changed')
    h.proxy.plan(({ path }) => (path.includes('/message/') ? 'reset' : undefined))
    const unclear = (await h.call('nc_user_status_set', { status: 'dnd', message: 'x' })).error
    h.proxy.plan(undefined)
    expect(unclear).toMatchObject({ outcome_unknown: true })
    expect(unclear?.message).toMatch(/is dnd now, but its message may have been changed or not/)
    expect((await get()).status).toBe('dnd')
  })

  test.each([
    [{}],
    [{ status: 'sleeping' }],
    [{ message: ' ' }],
    [{ message: 'x'.repeat(81) }],
    [{ emoji: 'abc' }],
    [{ emoji: '🚀🚀' }],
    [{ clear: true, message: 'x' }],
    [{ clear_at: 30 }],
    [{ message: 'x', clear_at: 0 }],
    [{ message: 'x', clear_at: '2037-01-31T17:00:00' }],
    [{ message: 'x', clear_at: '2001-01-31T17:00:00Z' }],
    [{ message: 'x', clear_at: 'tomorrow' }],
    [{ message: 'x', clear_at: 2 ** 50 }],
    [{ message: '😀'.repeat(81) }],
  ])('%j sends nothing', async args => {
    const sent = await h.requestsOf(async () => {
      expect((await h.call('nc_user_status_set', args)).error?.code).toBe('BAD_INPUT')
    })
    expect(sent).toEqual([])
  })
})

test('80 characters are as many as people count; an emoji needs no message', async () => {
  const message = '😀'.repeat(80)
  expect(await set({ message })).toMatchObject({ message })
  expect(await set({ emoji: '🥪' })).toMatchObject({ message: null, emoji: '🥪' })
})

describe('reading', () => {
  test('a time beyond all dates does not hide the status', async () => {
    const data = { userId: 'bob', status: 'dnd', message: 'x', icon: null, clearAt: 1e15 }
    h.proxy.plan(() => ({ json: { ocs: { meta: { statuscode: 200 }, data } } }))
    const told = await h.ok('nc_user_status_get', { user_id: 'bob' })
    h.proxy.plan(undefined)
    expect(told).toMatchObject({ status: 'dnd', message: 'x', clear_at: null })
  })

  test('who is not there, or never had one, is NOT_FOUND', async () => {
    const { error } = await h.call('nc_user_status_get', { user_id: 'nobody-of-this-name' })
    expect(error).toMatchObject({ code: 'NOT_FOUND', hint: expect.stringContaining('search') })
  })

  test('the own one is offline before there is any', async () => {
    const fresh = await startHarness({ backend: await demoBackend() })
    expect(await fresh.ok('nc_user_status_get')).toMatchObject({
      user_id: 'alice',
      status: 'offline',
      message: null,
    })
    await fresh.close()
  })
})

test('in lockdown nothing is told to everybody', async () => {
  const locked = await startHarness({
    backend: await demoBackend(),
    environment: { MCP_LOCKDOWN: 'true' },
  })
  const names = (await locked.client.listTools()).tools.map(({ name }) => name)
  expect(names.filter(name => name.startsWith('nc_user_status'))).toEqual(['nc_user_status_get'])
  await locked.close()
})

test('requests per tool', async () => {
  const count = async (name: string, args: object) =>
    (await h.requestsOf(() => h.ok(name, { ...args }))).length
  expect(await count('nc_user_status_get', {})).toBe(1)
  expect(await count('nc_user_status_get', { user_id: 'alice' })).toBe(1)
  expect(await count('nc_user_status_set', { status: 'away' })).toBe(1)
  expect(await count('nc_user_status_set', { message: 'x' })).toBe(1)
  expect(await count('nc_user_status_set', { status: 'away', message: 'x' })).toBe(2)
  expect(await count('nc_user_status_set', { clear: true, status: 'away' })).toBe(2)
  expect(await count('nc_user_status_set', { clear: true })).toBe(2)
})
