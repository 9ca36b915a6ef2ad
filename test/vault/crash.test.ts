/** Nothing that was acknowledged is lost, whenever the process is killed. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { generateKey } from '../../src/vault/fernet.ts'
import { openVault } from '../../src/vault/sqlite/open.ts'
import { startChild } from './child.ts'

const KILLS = 200
/** As many at a time as a small machine has processors. */
const LANES = 2
/** Every so many rounds the database is a new one and the kill falls into its creation. */
const FRESH_EVERY = 4
const KEY = generateKey()
const folder = mkdtempSync(join(tmpdir(), 'vault-crash-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test(`${KILLS} times kill -9`, { timeout: 240_000 }, async () => {
  const running = Array.from({ length: LANES }, (_, lane) => runLane(lane))
  await Promise.allSettled(running) // All are at rest before the folder goes.
  const lanes = await Promise.all(running)
  const kills = lanes.reduce((sum, lane) => sum + lane.kills, 0)
  const acknowledged = lanes.reduce((sum, lane) => sum + lane.acknowledged, 0)
  expect(kills).toBe(KILLS)
  // Kills that fall between writes prove nothing: most must have met a child at work.
  expect(acknowledged).toBeGreaterThan(KILLS)
})

async function runLane(lane: number): Promise<{ kills: number; acknowledged: number }> {
  const kept = join(folder, `lane-${lane}.db`)
  let [kills, acknowledged] = [0, 0]
  for (let round = 0; round < KILLS / LANES; round++) {
    const isFresh = round % FRESH_EVERY === 0
    const path = isFresh ? join(folder, `fresh-${lane}-${round}.db`) : kept
    const lines = await killedWriter(path, `${round}`, isFresh ? 'started' : 'opened')
    kills++
    acknowledged += lines.filter(line => line.startsWith('record ')).length
    await verify(path, `${round}`, lines)
  }
  const vault = await openVault({ path: kept, keys: KEY })
  expect(await vault.check()).toEqual([])
  await vault.close()
  return { kills, acknowledged }
}

/** What a writer printed that was killed at a random moment after a line. */
async function killedWriter(path: string, round: string, after: string): Promise<string[]> {
  const writer = startChild('writer.ts', path, KEY, round)
  await writer.line(after)
  await sleep(Math.random() * 40)
  writer.process.kill('SIGKILL')
  expect(await writer.ended()).toBeNull()
  return writer.lines
}

async function verify(path: string, round: string, lines: readonly string[]): Promise<void> {
  const vault = await openVault({ path, keys: KEY })
  const named = (kind: string) =>
    lines.filter(line => line.startsWith(`${kind} `)).map(line => line.slice(kind.length + 1))
  for (const id of named('record')) {
    expect((await vault.records.get('crash', id))?.payload).toMatchObject({ id })
  }
  const last = named('token').at(-1)
  if (last !== undefined) {
    // The next one may have been stored without the child living to say so.
    const token = (await vault.refreshTokens.get('alice'))?.token
    expect([last, following(last, round)]).toContain(token)
    const { entries } = await vault.audit.page({ event: 'rotate_refresh_token', limit: 1_000 })
    expect(entries.length).toBeGreaterThanOrEqual(named('token').length - 1)
  }
  await vault.close()
  const database = new DatabaseSync(path)
  expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  database.close()
}

/** What a writer of this round stores after a token. */
function following(token: string, round: string): string {
  return token === 'first' ? `${round}-0` : `${round}-${Number(token.split('-')[1]) + 1}`
}
