import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { SearchFilter, SearchIndex } from '../../../../src/search/index/search-index.ts'
import { searchDatabase } from '../../../../src/search/sqlite/client.ts'
import { bitCodeOf } from '../../../../src/search/sqlite/codes.ts'
import { sqliteIndex } from '../../../../src/search/sqlite/index.ts'
import { behind, inconsistencies } from '../../../search/inconsistencies.ts'
import { apply, FILTERS, hitName, indexContract, STEP } from '../index-contract.ts'
import { createModel } from '../index-model.ts'
import { chunksOf, DIMENSION, documentOf, signs } from '../samples.ts'
import { freshFolder, freshPath } from './support.ts'

indexContract('SQLite', async () => {
  const { path, remove } = freshFolder()
  return { index: sqliteIndex(searchDatabase({ path })), destroy: async () => remove() }
})

const SPEC = { model: 'sample', dimension: DIMENSION, chunker: 'v1' }

function openIndex(path = freshPath()): SearchIndex & { path: string } {
  const index = sqliteIndex(searchDatabase({ path }))
  onTestFinished(() => index.close())
  return { ...index, path }
}

test('whatever was put and removed, words rank as BM25 says, and nothing is left over', async () => {
  const { path, ...index } = openIndex()
  const { id } = await index.open(SPEC)
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { minLength: 1, maxLength: 30 }), async steps => {
      await index.forget('alice')
      await index.forget('bob')
      const model = createModel()
      for (const step of steps) await apply(step, index, id, model)
      for (const user of ['alice', 'bob']) {
        for (const filter of FILTERS) {
          const expected = model.sparse(user, ['red', 'green'], filter)
          const asked = {
            generation: id,
            vector: signs(5),
            text: 'Red, green!',
            limit: 1_000,
            filter,
          }
          const { dense, sparse } = await index.query(user, asked)
          expect(sparse.map(({ score }) => score.toPrecision(6))).toEqual(
            expected.map(({ score }) => score.toPrecision(6)),
          )
          // Equals in the order in which the documents came: also that of the model.
          expect(dense.map(hitName)).toEqual(
            model.dense(user, signs(5), filter).map(({ name }) => name),
          )
        }
      }
      expect(inconsistencies(path)).toEqual([])
    }),
    { numRuns: 40 },
  )
})

test('words that another version of Node made are made anew with the next write', async () => {
  const path = freshPath()
  const first = openIndex(path)
  const { id } = await first.open(SPEC)
  await first.put(id, 'alice', documentOf('1', { title: 'Plan' }), chunksOf(['Budget', 'of 2026']))
  await first.close()
  behind(path, db =>
    db.exec(`UPDATE index_partition SET words = 'older';
      INSERT INTO index_words_1 (index_words_1) VALUES ('delete-all');
      INSERT INTO index_words_1 (rowid, title, text) VALUES (1048576, '', 'older')`),
  )
  const index = openIndex(path)
  await index.put(id, 'alice', documentOf('2'), chunksOf(['another']))
  const find = async (text: string) => {
    const asked = { generation: id, vector: undefined, text, limit: 9, filter: {} }
    return (await index.query('alice', asked)).sparse.map(hitName)
  }
  expect(await find('plan')).toEqual(['note 1 0'])
  expect(await find('2026')).toEqual(['note 1 1'])
  expect(await find('older')).toEqual([])
  expect(await index.remove('alice', [documentOf('1')])).toBe(1)
  expect(inconsistencies(path)).toEqual([])
})

describe('what is gone', () => {
  const SECRET = 'xylophonzimmer'
  const bytes = (path: string) =>
    ['', '-wal'].map(end => readFileSync(`${path}${end}`).toString('latin1')).join('')

  async function filled() {
    const { path, ...index } = openIndex()
    const { id } = await index.open(SPEC)
    for (let at = 0; at < 60; at++) {
      const texts = [`the ${SECRET}${at} ${'filling '.repeat(at)}`, `second ${SECRET}`]
      const document = documentOf(`${at}`, {
        title: `Title ${SECRET}`,
        path: `/${SECRET}/${at}.md`,
      })
      await index.put(id, 'alice', document, chunksOf(texts))
      await index.put(id, 'bob', documentOf(`${at}`), chunksOf(['of bob, who stays']))
    }
    expect(bytes(path)).toContain(SECRET)
    return { path, index, id }
  }

  test('with a user is not in the file any more', async () => {
    const { path, index } = await filled()
    await index.forget('alice')
    expect(bytes(path)).not.toContain(SECRET)
    expect(bytes(path)).not.toContain('alice')
    expect(bytes(path)).toContain('who stays')
    expect(inconsistencies(path)).toEqual([])
  })

  test('with a generation is not in the file any more', async () => {
    const { path, index } = await filled()
    const next = await index.open({ ...SPEC, chunker: 'v2' })
    await index.activate(next.id)
    expect(bytes(path)).not.toContain(SECRET)
    expect(bytes(path)).not.toContain('who stays')
    expect(inconsistencies(path)).toEqual([])
  })

  test('halfway, as the process was killed, goes the next time', async () => {
    const { path, index, id } = await filled()
    behind(path, db => db.exec("UPDATE index_generation SET state = 'dropped'"))
    expect(await index.generations()).toEqual([])
    const next = await index.open(SPEC)
    expect(next).toMatchObject({ active: true })
    expect(next.id).not.toBe(id)
    await index.activate(next.id)
    expect(bytes(path)).not.toContain(SECRET)
    expect(inconsistencies(path)).toEqual([])
  })
})

describe('a large partition', () => {
  test('is searched by bit codes, filters included', async () => {
    const index = openIndex()
    const { id } = await index.open(SPEC)
    const vectors = Array.from({ length: 300 }, (_, at) =>
      signs(Math.imul(at + 1, 40_503) & 0xffff),
    )
    for (let at = 0; at < 20; at++) {
      const texts = Array.from({ length: 300 }, () => '')
      const document = documentOf(`${at}`, { path: at === 19 ? '/Few/x' : '/Many/x' })
      await index.put(id, 'alice', document, chunksOf(texts, vectors))
    }
    const find = async (filter: SearchFilter, limit: number) => {
      const vector = vectors[7] ?? signs(0)
      const asked = { generation: id, vector, text: undefined, limit, filter }
      const { dense } = await index.query('alice', asked)
      expect(dense.map(({ score }) => score)).toEqual(dense.map(() => 1))
      return dense.map(hitName)
    }
    const alike = Array.from({ length: 20 }, (_, at) => `note ${at} 7`)
    expect(await find({}, 20)).toEqual(alike)
    expect(await find({ pathPrefixes: ['/Few'] }, 1)).toEqual(['note 19 7'])
    expect(await find({ pathPrefixes: ['/Many'] }, 19)).toEqual(alike.slice(0, 19))
  })

  test('whose vectors bits do not tell apart is compared as a whole', async () => {
    const index = openIndex()
    const dimension = 48
    const { id } = await index.open({ ...SPEC, dimension })
    const vectors = Array.from({ length: 6_000 }, (_, at) => anywhere(at + 1, dimension))
    const chunks = chunksOf(
      vectors.map(() => ''),
      vectors,
    )
    await index.put(id, 'alice', documentOf('1'), chunks)
    for (let at = 0; at < 5; at++) {
      const vector = anywhere(-at, dimension)
      const asked = { generation: id, vector, text: undefined, limit: 10, filter: {} }
      const { dense } = await index.query('alice', asked)
      const similarities = vectors.map(other =>
        other.reduce((sum, value, position) => sum + value * (vector[position] ?? 0), 0),
      )
      const nearest = similarities
        .map((score, position) => ({ score, position }))
        .toSorted((a, b) => b.score - a.score)
      expect(dense.map(({ chunk }) => chunk.index)).toEqual(
        nearest.slice(0, 10).map(({ position }) => position),
      )
    }
  })

  test('has codes of one bit for each dimension', () => {
    const vector = Float32Array.from({ length: 11 }, (_, at) => (at % 3 === 0 ? 0.3 : -0.3))
    expect(bitCodeOf(vector)).toEqual(Uint8Array.of(0b01001001, 0b00000010))
  })
})

/** A vector in no direction in particular, the same for the same seed. */
function anywhere(seed: number, dimension: number): Float32Array {
  const values = Float32Array.from({ length: dimension }, (_, at) => {
    const mixed = Math.sin(seed * 127.1 + at * 311.7) * 43_758.5453
    return mixed - Math.floor(mixed) - 0.5
  })
  const length = Math.hypot(...values)
  return values.map(value => value / length)
}
