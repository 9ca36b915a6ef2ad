/** A database that is not there, not reached, not the primary or not sure: what is told and done. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeDatabase } from '../../src/config/database-url.ts'
import { openPostgresVault } from '../../src/vault/postgres/open.ts'
import type { Vault } from '../../src/vault/vault.ts'
import {
  asked,
  createDatabase,
  inTransaction,
  lackingPostgres,
  PASSWORD,
  type Postgres,
  startPostgres,
} from '../support/postgres.ts'
import { startRelay } from '../support/tcp-relay.ts'
import { failure } from '../unit/vault/support.ts'
import { addressOf } from './support/addresses.ts'
import { freshDatabase, KEY, onPostgres, openOn } from './support/databases.ts'

const swapped = (url: string, change: (address: URL) => void): string => {
  const address = new URL(url)
  change(address)
  return address.href
}
/** What opening fails with, which says nothing of the password. */
async function refusal(url: string) {
  const error = await failure(openPostgresVault({ address: addressOf(url), keys: KEY }))
  const told = [error.message, error.stack, JSON.stringify(error)].join()
  expect(told).not.toContain(PASSWORD)
  expect(told).not.toContain(encodeURIComponent(PASSWORD))
  return error
}

onPostgres('opening fails in words', () => {
  test('without a database, a user, the right password or TLS', async () => {
    const url = await freshDatabase()
    expect(await refusal(swapped(url, at => (at.pathname = '/nowhere')))).toMatchObject({
      code: 'CANNOT_OPEN',
      fix: expect.stringMatching(/createdb/),
    })
    for (const wrong of ['wrong', '']) {
      const error = await refusal(swapped(url, at => (at.password = wrong)))
      expect(error).toMatchObject({ code: 'CANNOT_OPEN', fix: expect.stringMatching(/password/) })
      expect(error.message).toContain(describeDatabase(addressOf(url)))
    }
    expect(await refusal(`${url}?sslmode=require`)).toMatchObject({
      code: 'CANNOT_OPEN',
      message: expect.stringMatching(/TLS/),
    })
    expect(await refusal(`${url}?sslmode=require&sslrootcert=/none.pem`)).toMatchObject({
      code: 'CANNOT_OPEN',
      message: expect.stringMatching(/none\.pem.*ENOENT/),
    })
  })

  test('where nobody listens', async () => {
    const url = swapped(await freshDatabase(), at => (at.port = '1'))
    expect(await refusal(url)).toMatchObject({ code: 'UNREACHABLE' })
  })

  test('where it was written by a newer version, and nothing is changed', async () => {
    const url = await freshDatabase()
    await openOn(url)
    await asked(url, 'INSERT INTO vault_migration VALUES (99, 0)')
    expect(await refusal(url)).toMatchObject({
      code: 'NEWER_SCHEMA',
      message: expect.stringMatching(/99/),
    })
  })

  test('for a user without rights; with those to the rows alone it works', async () => {
    const url = await freshDatabase()
    await openOn(url)
    const role = `guest_${new URL(url).pathname.slice(1)}`
    await asked(url, `CREATE ROLE ${role} LOGIN PASSWORD 'guest'`)
    const guest = swapped(url, at => {
      at.username = role
      at.password = 'guest'
    })
    expect(await refusal(guest)).toMatchObject({ code: 'READ_ONLY' })
    await asked(
      url,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`,
    )
    const vault = await openOn(guest)
    await vault.records.put('K', 'x', { at: 1 })
    expect((await vault.records.get('K', 'x'))?.payload).toEqual({ at: 1 })
  })

  test('eight open a new database at the same moment', async () => {
    const url = await freshDatabase()
    const vaults = await Promise.all(Array.from({ length: 8 }, () => openOn(url)))
    for (const [at, vault] of vaults.entries()) await vault.records.put('K', `${at}`, { at })
    expect((await vaults[0]?.records.get('K', '7'))?.payload).toEqual({ at: 7 })
    expect(await asked(url, 'SELECT version FROM vault_migration')).toEqual([{ version: 1 }])
    expect(await asked(url, 'SELECT count(*)::int AS n FROM vault_canary')).toEqual([{ n: 1 }])
  })
})

onPostgres('while it serves', () => {
  test('rows that somebody else has locked are waited for, and not for ever', async () => {
    const url = await freshDatabase()
    const vault = await openOn(url, { lockWaitMs: 200 })
    await vault.refreshTokens.put({ userId: 'alice', token: 'first' })
    const holder = await openOn(url)
    const held = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    const holding = inTransaction(url, 'SELECT 1 FROM vault_refresh_token FOR UPDATE', async () => {
      held.resolve()
      await released.promise
    })
    await held.promise
    const error = await failure(vault.refreshTokens.replace('alice', 'first', { token: 'next' }))
    expect(error).toMatchObject({ code: 'LOCKED', fix: expect.stringMatching(/pg_stat_activity/) })
    const patient = holder.refreshTokens.replace('alice', 'first', { token: 'next' })
    released.resolve()
    await holding
    expect(await patient).toBe(true)
  })

  test('a standby is told from a primary', async () => {
    const url = await freshDatabase()
    const vault = await openOn(url, { size: 1 })
    await asked(
      url,
      `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET default_transaction_read_only = on`,
    )
    await asked(
      url,
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    )
    expect(await failure(vault.records.put('K', 'x', {}))).toMatchObject({
      code: 'READ_ONLY',
      fix: expect.stringMatching(/primary/),
    })
    expect(await vault.records.get('K', 'x')).toBeUndefined()
  })

  test('U+0000, which it cannot keep, is the fault of what was given', async () => {
    const vault = await openOn(await freshDatabase())
    const error = await failure(vault.refreshTokens.put({ userId: 'a\0', token: 't' }))
    expect(error.code).toBe('BAD_INPUT')
  })

  test('leases end by the clock of the database, whatever this one says', async () => {
    const url = await freshDatabase()
    const [one, other] = [await openOn(url), await openOn(url)]
    const { now } = Date
    try {
      expect(await one.leases.acquire('l', 'one', 60_000)).toBe(true)
      Date.now = () => now() + 3_600_000
      expect(await other.leases.acquire('l', 'other', 60_000)).toBe(false)
      await other.prune()
      expect((await one.leases.holder('l'))?.owner).toBe('one')
    } finally {
      Date.now = now
    }
  })
})

describe.skipIf(lackingPostgres() !== undefined)('after an outage', () => {
  let cluster: Postgres
  let url: string
  let vault: Vault
  beforeAll(async () => {
    cluster = await startPostgres()
    url = await createDatabase(cluster.port)
    vault = await openPostgresVault({ address: addressOf(url), keys: KEY })
  })
  afterAll(async () => {
    await vault.close()
    await cluster.stop()
  })

  test('it goes on by itself, with all that had been stored', async () => {
    await vault.refreshTokens.put({ userId: 'alice', token: 'first' })
    // Several connections, all of which go.
    await Promise.all(Array.from({ length: 8 }, () => vault.refreshTokens.list()))
    for (const how of ['crash', 'fast'] as const) {
      await cluster.halt(how)
      expect(await failure(vault.refreshTokens.get('alice'))).toMatchObject({ code: 'UNREACHABLE' })
      expect(await failure(vault.records.put('K', 'x', {}))).toMatchObject({ code: 'UNREACHABLE' })
      await cluster.resume()
      expect((await vault.refreshTokens.get('alice'))?.token).toBe('first')
      await vault.records.put('K', how, {})
    }
  })

  test('a restart in the middle of everything is waited for', async () => {
    const writing = Array.from({ length: 40 }, (_, at) => vault.records.put('W', `${at}`, { at }))
    await cluster.halt('fast')
    const resumed = cluster.resume()
    const outcomes = await Promise.allSettled(writing)
    await resumed
    for (const [at, { status }] of outcomes.entries()) {
      if (status === 'fulfilled') {
        expect((await vault.records.get('W', `${at}`))?.payload).toEqual({ at })
      }
    }
    expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true)
  })
})

onPostgres('a connection that breaks', () => {
  /** A vault behind a relay that cuts connections at a word. */
  async function behindRelay() {
    const url = await freshDatabase()
    const relay = await startRelay(Number(new URL(url).port))
    const vault = await openOn(
      swapped(url, at => (at.port = `${relay.port}`)),
      { size: 1 },
    )
    return { url, relay, vault }
  }

  test('before COMMIT: it is done anew, once', async () => {
    const { relay, vault } = await behindRelay()
    relay.cutBefore('vault_audit')
    await vault.refreshTokens.put({ userId: 'alice', token: 'first' })
    expect(relay.cuts()).toBe(1)
    expect((await vault.audit.page()).entries).toHaveLength(1)
  })

  test('in a read: it is asked again', async () => {
    const { relay, vault } = await behindRelay()
    relay.cutBefore('vault_record')
    expect(await vault.records.get('K', 'x')).toBeUndefined()
    expect(relay.cuts()).toBe(1)
  })

  test('after COMMIT was stored: it is not done twice', async () => {
    const { relay, vault } = await behindRelay()
    await vault.refreshTokens.put({ userId: 'alice', token: 'first' })
    relay.cutAnswerTo('COMMIT')
    expect(await vault.refreshTokens.replace('alice', 'first', { token: 'second' })).toBe(true)
    expect(relay.cuts()).toBe(1)
    expect((await vault.refreshTokens.get('alice'))?.token).toBe('second')
    const { entries } = await vault.audit.page({ event: 'rotate_refresh_token' })
    expect(entries).toHaveLength(1)
  })

  test('before COMMIT arrived: it is done anew', async () => {
    const { relay, vault } = await behindRelay()
    relay.cutBefore('COMMIT')
    await vault.refreshTokens.put({ userId: 'alice', token: 'first' })
    expect(relay.cuts()).toBe(1)
    expect((await vault.audit.page()).entries).toHaveLength(1)
  })

  test('for good, around COMMIT: that nobody knows is said', async () => {
    const { relay, vault } = await behindRelay()
    relay.cutAnswerTo('COMMIT')
    relay.cutAnswerTo('pg_xact_status', Number.POSITIVE_INFINITY)
    expect(await failure(vault.records.put('K', 'x', {}))).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
    })
    expect(await vault.records.get('K', 'x')).toBeDefined()
  })
})
