/** A search index among processes that compete and are killed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { searchDatabase } from '../../src/search/sqlite/client.ts'
import { sqliteIndex } from '../../src/search/sqlite/index.ts'
import { DIMENSION, documentOf } from '../unit/search/samples.ts'
import { freshPath } from '../unit/search/sqlite/support.ts'
import { startChild } from '../vault/child.ts'
import { inconsistencies } from './inconsistencies.ts'

const KILLS = 24
/** Every so many rounds the database is a new one and the kill falls into its creation. */
const FRESH_EVERY = 4
const WRITER = '../search/writer.ts'

/** Passages by document, as the lines of a writer say; the last write may have gone further. */
function acknowledged(lines: readonly string[]): Map<string, number> {
  const stored = new Map<string, number>()
  for (const line of lines) {
    const [what, user, id, count] = line.split(' ')
    if (what === 'put') stored.set(`${user} ${id}`, Number(count))
    if (what === 'gone') stored.set(`${user} ${id}`, 0)
  }
  return stored
}

/** Says which documents are not as they were acknowledged to be. */
async function lost(path: string, stored: ReadonlyMap<string, number>): Promise<string[]> {
  const index = sqliteIndex(searchDatabase({ path }))
  try {
    const { id } = await index.open({ model: 'sample', dimension: DIMENSION, chunker: 'v1' })
    const missing: string[] = []
    for (const [name, count] of stored) {
      const [user = '', key = ''] = name.split(' ')
      const passages = await index.passages(id, user, documentOf(key), 0, 9)
      if (passages.length !== count) missing.push(`${name}: ${passages.length} of ${count}`)
    }
    return missing
  } finally {
    await index.close()
  }
}

test(`${KILLS} times kill -9: nothing acknowledged is lost`, { timeout: 240_000 }, async () => {
  const kept = freshPath()
  let writes = 0
  for (let round = 0; round < KILLS; round++) {
    const isFresh = round % FRESH_EVERY === 0
    const path = isFresh ? freshPath() : kept
    const writer = startChild(WRITER, path, `${round}`)
    await writer.line(isFresh ? 'started' : 'opened')
    await sleep(Math.random() * (isFresh ? 400 : 60))
    writer.process.kill('SIGKILL')
    expect(await writer.ended()).toBeNull()
    const stored = acknowledged(writer.lines)
    writes += stored.size
    // What was under way when it was killed: the document of the last line, and the next one.
    const last = [...stored.keys()].at(-1)
    if (last !== undefined) stored.delete(last)
    expect(await lost(path, stored)).toEqual([])
    expect(inconsistencies(path)).toEqual([])
  }
  // Kills that fall between writes prove nothing: most must have met a writer at work.
  expect(writes).toBeGreaterThan(KILLS)
})

test('two processes and this one write the same index', { timeout: 120_000 }, async () => {
  const path = freshPath()
  const index = sqliteIndex(searchDatabase({ path }))
  onTestFinished(() => index.close())
  const writers = ['a', 'b'].map(name => startChild(WRITER, path, name, '120'))
  const { id } = await index.open({ model: 'sample', dimension: DIMENSION, chunker: 'v1' })
  const running = new Set(writers)
  const ended = Promise.all(
    writers.map(writer => writer.ended().finally(() => running.delete(writer))),
  )
  let queries = 0
  while (running.size > 0) {
    const asked = { generation: id, vector: undefined, text: 'part0', limit: 5, filter: {} }
    await index.query('alice', asked)
    await index.forget('nobody')
    queries++
  }
  expect(await ended).toEqual([0, 0])
  expect(queries).toBeGreaterThan(1)
  const stored = acknowledged(writers.flatMap(({ lines }) => lines))
  expect(stored.size).toBe(240)
  expect(await lost(path, stored)).toEqual([])
  expect(inconsistencies(path)).toEqual([])
})
