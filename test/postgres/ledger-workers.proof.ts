/** Workers that share the ledger: processes that compete, and that are killed. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { searchDatabase } from '../../src/search/sqlite/client.ts'
import { sqliteIndex } from '../../src/search/sqlite/index.ts'
import { inconsistencies } from '../search/inconsistencies.ts'
import { startBackend } from '../support/backend.ts'
import { asked } from '../support/postgres.ts'
import { type Child, startChild } from '../vault/child.ts'
import { freshDatabase, onPostgres } from './support/databases.ts'
import { openLedgerOn } from './support/ledgers.ts'

const KEY = { generation: 1, user: 'alice', type: 'note' } as const
const named = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: `${at}`, etag: `${at}-1` }))
const numbers = (lines: readonly string[], word: string) =>
  lines.filter(line => line.startsWith(`${word} `)).map(line => line.slice(word.length + 1))

onPostgres('workers', () => {
  test('two processes share a thousand jobs, each done by one', { timeout: 120_000 }, async () => {
    const url = await freshDatabase()
    const { ledger, now } = openLedgerOn(url)
    await ledger.present(1, ['alice'], ['note'], 0)
    const { serial } = await ledger.begin(KEY, 0)
    await ledger.found(KEY, serial, named(1_000), 0)
    const claimers = ['a', 'b'].map(name => startChild('../postgres/support/claimer.ts', url, name))
    for (const each of claimers) await each.line('ready')
    for (const each of claimers) each.process.stdin?.write('go\n')
    for (const each of claimers) expect(await each.ended()).toBe(0)
    const done = claimers.map(({ lines }) => numbers(lines, 'done'))
    expect(claimers.flatMap(({ lines }) => numbers(lines, 'again'))).toEqual([])
    expect(done.flat().toSorted()).toEqual(
      named(1_000)
        .map(({ id }) => id)
        .toSorted(),
    )
    // One that did all of them would prove nothing.
    for (const own of done) expect(own.length).toBeGreaterThan(50)
    expect(await ledger.counts(1, now())).toMatchObject([
      { documents: 1_000, waiting: 0, running: 0, failed: 0 },
    ])
  })

  test('kill -9 at work: what it had is done after its lease, and nothing twice', {
    timeout: 180_000,
  }, async () => {
    const COUNT = 400
    const url = await freshDatabase()
    const folder = mkdtempSync(join(tmpdir(), 'workers-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'search.db')
    const backend = await startBackend()
    onTestFinished(() => backend.close())
    const start = async (): Promise<Child> => {
      const args = [url, path, backend.url, `${COUNT}`, '3000']
      const child = startChild('../postgres/support/indexer.ts', ...args)
      await child.line('ready')
      return child
    }
    const ended: Child[] = []
    let [victim, survivor] = [await start(), await start()]
    for (let kills = 0; kills < 3; kills++) {
      const before = victim.lines.length
      await expect
        .poll(() => numbers(victim.lines.slice(before), 'put').length, { timeout: 60_000 })
        .toBeGreaterThan(3)
      victim.process.kill('SIGKILL')
      expect(await victim.ended()).toBeNull()
      ended.push(victim)
      ;[victim, survivor] = [survivor, await start()]
    }
    const left = () => asked(url, 'SELECT job FROM ledger_job')
    const listed = () => asked(url, 'SELECT 1 FROM ledger_source WHERE listed_at IS NOT NULL')
    await expect.poll(listed, { timeout: 60_000 }).toHaveLength(1)
    await expect.poll(left, { timeout: 60_000, interval: 200 }).toEqual([])
    for (const child of [victim, survivor]) {
      child.process.stdin?.write('stop\n')
      expect(await child.ended()).toBe(0)
      ended.push(child)
    }

    const index = sqliteIndex(searchDatabase({ path }))
    onTestFinished(() => index.close())
    expect(await index.stats('alice')).toMatchObject({ documents: COUNT, chunks: COUNT })
    expect(inconsistencies(path)).toEqual([])
    const documents = await asked(url, 'SELECT id, chunks FROM ledger_document')
    expect(documents).toHaveLength(COUNT)
    expect(documents.every(({ chunks }) => Number(chunks) === 1)).toBe(true)
    // Twice only where whoever stored it did not live to say so: one batch of each of its lanes.
    const puts = ended.flatMap(({ lines }) => numbers(lines, 'put'))
    expect(new Set(puts).size).toBeGreaterThanOrEqual(COUNT - 3 * 2)
    expect(puts.length - new Set(puts).size).toBeLessThanOrEqual(3 * 2 * 8)
    expect(ended.flatMap(({ lines }) => numbers(lines, 'trouble'))).toEqual([])
  })
})
