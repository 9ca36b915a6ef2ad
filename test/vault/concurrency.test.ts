/** Two processes, one vault. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { behind, KEY, openTestVault, temporaryFolder } from '../unit/vault/support.ts'
import { startChild } from './child.ts'

/** Both begin at the same moment, opening included; gives what each printed. */
async function rivals(path: string, task: string, count: number): Promise<unknown[]> {
  const both = ['a', 'b'].map(name => startChild('rival.ts', path, KEY, task, name, `${count}`))
  await Promise.all(both.map(rival => rival.line('ready')))
  for (const { process } of both) process.stdin?.write('go\n')
  expect(await Promise.all(both.map(rival => rival.ended()))).toEqual([0, 0])
  return both.map(({ lines }) => JSON.parse(lines.at(-1) ?? ''))
}

const freshPath = () => join(temporaryFolder(), 'vault.db')

test('both may create it', async () => {
  const path = freshPath()
  await rivals(path, 'open', 0)
  const applied = behind(path, db => db.prepare('SELECT version FROM vault_migration').all())
  expect(applied).toEqual([{ version: 1 }])
})

test('a refresh token is replaced by one of them at a time', async () => {
  const path = freshPath()
  const { refreshTokens, audit } = await openTestVault({ path })
  await refreshTokens.put({ userId: 'alice', token: 'start' })
  const [a, b] = (await rivals(path, 'rotate', 200)) as [string, string][][]
  const won = [...(a ?? []), ...(b ?? [])]
  // Each token was replaced once, so the replacements are one chain from the first to the stored.
  const successors = new Map(won)
  expect(successors.size).toBe(won.length)
  let token = 'start'
  let length = 0
  for (let next = successors.get(token); next !== undefined; next = successors.get(token)) {
    token = next
    length++
  }
  expect(length).toBe(won.length)
  expect((await refreshTokens.get('alice'))?.token).toBe(token)
  const { entries } = await audit.page({ event: 'rotate_refresh_token', limit: 1_000 })
  expect(entries).toHaveLength(won.length)
})

test('what is to be had once, one of them has', async () => {
  const path = freshPath()
  const { pending } = await openTestVault({ path })
  for (let at = 0; at < 200; at++) await pending.put('code', `${at}`, { at }, 600_000)
  const got = (await rivals(path, 'take', 200)).flat() as number[]
  expect(got.toSorted((one, other) => one - other)).toEqual(
    Array.from({ length: 200 }, (_, at) => at),
  )
})

test('under a lease, nothing that one of them wrote is lost to the other', async () => {
  const path = freshPath()
  const { records } = await openTestVault({ path })
  expect(await rivals(path, 'count', 40)).toEqual([40, 40])
  expect((await records.get('counter', 'c'))?.payload).toEqual({ value: 80 })
})
