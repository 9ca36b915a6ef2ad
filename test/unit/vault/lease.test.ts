import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { withLease } from '../../../src/vault/lease.ts'
import type { Leases } from '../../../src/vault/vault.ts'
import { failure, openTestVault } from './support.ts'

const forever = () => new Promise<never>(() => {})

test('work under one lease does not overlap, and all of it is done', async () => {
  const { leases } = await openTestVault()
  let running = 0
  let most = 0
  const results = await Promise.all(
    Array.from({ length: 8 }, (_, at) =>
      withLease(leases, 'refresh:alice', async () => {
        most = Math.max(most, ++running)
        await sleep(3)
        running--
        return at
      }),
    ),
  )
  expect(results).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  expect(most).toBe(1)
  expect(await leases.holder('refresh:alice')).toBeUndefined()
})

test('whoever waits too long is told so', async () => {
  const { leases } = await openTestVault()
  await leases.acquire('l', 'another', 60_000)
  const error = await failure(withLease(leases, 'l', forever, { waitMs: 30 }))
  expect(error).toMatchObject({ code: 'LEASE_TIMEOUT', message: expect.stringMatching(/"l"/) })
})

test('waiting can be ended', async () => {
  const { leases } = await openTestVault()
  await leases.acquire('l', 'another', 60_000)
  const signal = AbortSignal.timeout(20)
  await expect(withLease(leases, 'l', forever, { signal })).rejects.toThrow(/abort/i)
})

test('is given back when the work fails', async () => {
  const { leases } = await openTestVault()
  const work = withLease(leases, 'l', () => Promise.reject(new Error('no luck')))
  await expect(work).rejects.toThrow('no luck')
  expect(await leases.holder('l')).toBeUndefined()
})

test('is renewed while the work runs', async () => {
  const { leases } = await openTestVault()
  const renewed = Promise.withResolvers<void>()
  let asked = 0
  const counting: Leases = {
    ...leases,
    acquire: (...given) => {
      if (++asked === 4) renewed.resolve()
      return leases.acquire(...given)
    },
  }
  await withLease(counting, 'l', () => renewed.promise, { ttlMs: 30 })
  expect(asked).toBeGreaterThanOrEqual(4)
})

test('the work is told when the lease was lost', async () => {
  const { leases } = await openTestVault()
  const stolen: Leases = {
    ...leases,
    acquire: async (name, owner, ttlMs) =>
      (await leases.holder(name)) === undefined && leases.acquire(name, owner, ttlMs),
  }
  const outcome = await withLease(
    stolen,
    'l',
    signal => new Promise(resolve => signal.addEventListener('abort', () => resolve('told'))),
    { ttlMs: 60 },
  )
  expect(outcome).toBe('told')
})
