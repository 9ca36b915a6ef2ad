/** What each reads before it writes, when all of them read at the same moment. */
import { expect, test } from 'vitest'
import { generateKey } from '../../src/vault/fernet.ts'
import { asked, inTransaction } from '../support/postgres.ts'
import { freshDatabase, KEY, onPostgres, openOn } from './support/databases.ts'

const WAITING = `SELECT 1 FROM pg_stat_activity
  WHERE wait_event_type = 'Lock' AND datname = current_database()`

/** Holds the row of a refresh token until all wait for it, in order; gives what became of each. */
async function together<T>(url: string, work: readonly (() => Promise<T>)[]): Promise<T[]> {
  const running: Promise<T>[] = []
  await inTransaction(url, 'SELECT 1 FROM vault_refresh_token FOR UPDATE', async () => {
    for (const each of work) {
      running.push(each())
      await expect.poll(() => asked(url, WAITING), { timeout: 4_000 }).toHaveLength(running.length)
    }
  })
  return Promise.all(running)
}

onPostgres('all at once', () => {
  test('a token is replaced by one of them', async () => {
    const url = await freshDatabase()
    const vaults = await Promise.all(Array.from({ length: 4 }, () => openOn(url)))
    await vaults[0]?.refreshTokens.put({ userId: 'alice', token: 'first' })
    const won = await together(
      url,
      vaults.map(
        (vault, at) => () => vault.refreshTokens.replace('alice', 'first', { token: `next ${at}` }),
      ),
    )
    expect(won.filter(Boolean)).toHaveLength(1)
    const stored = await vaults[0]?.refreshTokens.get('alice')
    expect(stored?.token).toBe(`next ${won.indexOf(true)}`)
  })

  test('the refusal of a token does not delete the one that follows it', async () => {
    const url = await freshDatabase()
    const [one, other] = [await openOn(url), await openOn(url)]
    await one.refreshTokens.put({ userId: 'alice', token: 'first' })
    const [replaced, deleted] = await together(url, [
      () => one.refreshTokens.replace('alice', 'first', { token: 'second' }),
      () => other.refreshTokens.delete('alice', 'first'),
    ])
    expect(replaced).not.toBe(deleted)
    const token = (await one.refreshTokens.get('alice'))?.token
    expect(token).toBe(replaced ? 'second' : undefined)
  })

  test('another key does not bring back the token that was replaced', async () => {
    const url = await freshDatabase()
    const vault = await openOn(url)
    await vault.refreshTokens.put({ userId: 'alice', token: 'first' })
    const keys = `${generateKey()},${KEY}`
    const [one, other] = [await openOn(url, { keys }), await openOn(url, { keys })]
    const [replaced] = await together(url, [
      () => one.refreshTokens.replace('alice', 'first', { token: 'second' }),
      () => other.reencrypt().then(() => true),
    ])
    expect(replaced).toBe(true)
    expect((await one.refreshTokens.get('alice'))?.token).toBe('second')
  })
})
