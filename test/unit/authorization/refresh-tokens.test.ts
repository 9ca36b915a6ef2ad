/** Refresh tokens that are used once more: whose answer was lost, and who has stolen one. */
import { errors } from 'oidc-provider'
import { expect, test } from 'vitest'
import { createAdapters } from '../../../src/authorization/adapter.ts'
import { REPEAT_MS, type Refreshing } from '../../../src/authorization/refresh-tokens.ts'
import { openTestVault } from '../vault/support.ts'

const DAY_S = 24 * 3_600

/** A client's refreshes as the library makes them: look, consume, store what follows. */
async function open() {
  let time = 1_700_000_000_000
  let current: Refreshing | undefined
  const vault = await openTestVault({ path: ':memory:', now: () => time })
  const tokens = createAdapters(
    vault.records,
    () => current,
    () => time,
  )('RefreshToken')
  const store = (id: string) =>
    tokens.upsert(id, { kind: 'RefreshToken', grantId: 'g' }, 90 * DAY_S)
  await store('first')
  return {
    tokens,
    store,
    later(ms: number) {
      time += ms
    },
    /** Whether a refresh is answered: with the token that follows. */
    async refresh(used: string, follows: string, { dies = false } = {}): Promise<boolean> {
      current = { request: {}, replaces: undefined }
      const found = await tokens.find(used)
      if (found === undefined || found.consumed) return false
      await tokens.consume(used)
      if (!dies) {
        current = { ...current, replaces: used }
        await store(follows)
      }
      current = undefined
      return true
    },
  }
}

test('one that was not used is used', async () => {
  const { refresh } = await open()
  expect(await refresh('first', 'second')).toBe(true)
  expect(await refresh('second', 'third')).toBe(true)
})

test('is answered again for a minute, as long as nothing that came of it was used', async () => {
  const { refresh, later } = await open()
  await refresh('first', 'second')
  later(REPEAT_MS)
  expect(await refresh('first', 'second again')).toBe(true)
  later(1)
  expect(await refresh('first', 'second once more')).toBe(false)
})

test('is answered again where the server ended before anything came of it', async () => {
  const { refresh } = await open()
  await refresh('first', 'second', { dies: true })
  expect(await refresh('first', 'second')).toBe(true)
  expect(await refresh('second', 'third')).toBe(true)
})

test('is not answered again once what came of it was used', async () => {
  const { refresh } = await open()
  await refresh('first', 'second')
  await refresh('second', 'third')
  expect(await refresh('first', 'another second')).toBe(false)
})

test('of two that came of one only the first used leads on', async () => {
  const { refresh } = await open()
  await refresh('first', 'second')
  await refresh('first', 'other second')
  expect(await refresh('other second', 'third')).toBe(true)
  expect(await refresh('second', 'other third')).toBe(false)
  // Its own answer may have been lost too.
  expect(await refresh('other second', 'third again')).toBe(true)
})

test('what it came of is known still after it was stored anew, as with other scopes', async () => {
  const { refresh, store } = await open()
  await refresh('first', 'second')
  await refresh('first', 'other second')
  await store('second')
  await refresh('other second', 'third')
  expect(await refresh('second', 'other third')).toBe(false)
})

test('two who found it unused at the same moment: one goes on', async () => {
  const { tokens } = await open()
  const uses = await Promise.allSettled([tokens.consume('first'), tokens.consume('first')])
  expect(uses.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(uses.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: expect.any(errors.InvalidGrant),
  })
})

test('two that came of one, used at the same moment: none goes on', async () => {
  const { tokens, refresh } = await open()
  await refresh('first', 'second')
  await refresh('first', 'other second')
  const uses = await Promise.allSettled([tokens.consume('second'), tokens.consume('other second')])
  expect(uses.map(({ status }) => status)).toContain('rejected')
})
