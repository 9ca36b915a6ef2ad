/** What any vault owes to two processes that use it at once. */
import { expect, test } from 'vitest'
import { generateKey } from '../../src/vault/fernet.ts'
import type { Vault } from '../../src/vault/vault.ts'
import { startChild } from './child.ts'

/** Where the vaults are. */
export interface Places {
  /** An empty place: path of a file, or address of a database. */
  fresh(): Promise<string>
  /** A vault there that is closed after the test. */
  open(place: string, keys: string): Promise<Vault>
  /** Steps that made the tables there, as they are noted. */
  stepsIn(place: string): Promise<unknown[]>
}

const KEY = generateKey()

/** Both begin at the same moment, opening included; gives what each printed. */
async function rivals(place: string, task: string, count: number): Promise<unknown[]> {
  const both = ['a', 'b'].map(name => startChild('rival.ts', place, KEY, task, name, `${count}`))
  await Promise.all(both.map(rival => rival.line('ready')))
  for (const { process } of both) process.stdin?.write('go\n')
  expect(await Promise.all(both.map(rival => rival.ended()))).toEqual([0, 0])
  return both.map(({ lines }) => JSON.parse(lines.at(-1) ?? ''))
}

/** Registers the tests for one kind of database. */
export function rivalsContract({ fresh, open, stepsIn }: Places): void {
  test('both may create it', async () => {
    const place = await fresh()
    await rivals(place, 'open', 0)
    expect(await stepsIn(place)).toEqual([{ version: 1 }])
  })

  test('a refresh token is replaced by one of them at a time', async () => {
    const place = await fresh()
    const { refreshTokens, audit } = await open(place, KEY)
    await refreshTokens.put({ userId: 'alice', token: 'start' })
    const [a, b] = (await rivals(place, 'rotate', 200)) as [string, string][][]
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
    const place = await fresh()
    const { pending } = await open(place, KEY)
    for (let at = 0; at < 200; at++) await pending.put('code', `${at}`, { at }, 600_000)
    const got = (await rivals(place, 'take', 200)).flat() as number[]
    expect(got.toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 200 }, (_, at) => at),
    )
  })

  test('under a lease, nothing that one of them wrote is lost to the other', async () => {
    const place = await fresh()
    const { records } = await open(place, KEY)
    expect(await rivals(place, 'count', 40)).toEqual([40, 40])
    expect((await records.get('counter', 'c'))?.payload).toEqual({ value: 80 })
  })
}
