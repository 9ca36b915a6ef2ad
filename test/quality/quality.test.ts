/** How good the search is, held: by both is better than by either, and the table tells the truth. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { DOCUMENT_TYPES } from '../../src/search/document.ts'
import { measure, type Quality } from './measure.ts'
import { ndcg } from './ndcg.ts'
import { readDocuments, readQuestions } from './set.ts'

describe('the set', () => {
  const documents = readDocuments()
  const questions = readQuestions()
  const ids = documents.map(({ id }) => id)

  test('120 short documents of all types, each with a name of its own', () => {
    expect(documents).toHaveLength(120)
    expect(new Set(ids).size).toBe(120)
    expect(new Set(documents.map(({ type }) => type))).toEqual(new Set(DOCUMENT_TYPES))
    for (const { id, text } of documents) {
      const words = text.split(/\s+/).length
      expect([id, words >= 40 && words <= 150]).toEqual([id, true])
    }
  })

  test('60 questions and more, each with an answer', () => {
    expect(questions.length).toBeGreaterThanOrEqual(60)
    expect(new Set(questions.map(({ question }) => question)).size).toBe(questions.length)
    for (const { grades } of questions) {
      expect([...grades.values()]).toContain(2)
      for (const [id, grade] of grades) {
        expect(ids).toContain(id)
        expect([1, 2]).toContain(grade)
      }
    }
  })
})

describe('the measure', () => {
  const grades = new Map([
    ['best', 2],
    ['good', 1],
  ])
  test.each([
    [['best', 'good'], 1],
    [['best', 'x', 'good'], (3 + 1 / 2) / (3 + 1 / Math.log2(3))],
    [['good', 'best'], (1 + 3 / Math.log2(3)) / (3 + 1 / Math.log2(3))],
    [['x', 'y', 'best'], 0],
    [[], 0],
  ])('%j', (found, value) =>
    expect(ndcg(found, grades, found.includes('y') ? 2 : 10)).toBeCloseTo(value),
  )
})

describe('the search', { timeout: 300_000 }, () => {
  let measured: ReadonlyMap<string, Quality>
  beforeAll(async () => {
    measured = new Map((await measure()).map(quality => [quality.way, quality]))
  }, 300_000)
  const of = (way: string) => measured.get(way)?.ndcg ?? Number.NaN

  test('by meaning and words is better than by either', () => {
    expect(of('hybrid')).toBeGreaterThan(of('keyword'))
    expect(of('hybrid')).toBeGreaterThan(of('semantic'))
  })

  test('is as good as the table says', () => {
    const table = readFileSync(join(import.meta.dirname, '../../docs/search-quality.md'), 'utf8')
    const rows = [...table.matchAll(/^\| ([\w, ]+) \| (0\.\d{3}) \| (\d+) % \|$/gm)]
    expect(rows.map(([, way]) => way)).toEqual([...measured.keys()])
    for (const [, way = '', value, share] of rows) {
      // Another processor may round otherwise, and two documents then change places.
      expect(Math.abs(Number(value) - of(way)), way).toBeLessThan(0.01)
      expect(Math.abs(Number(share) / 100 - (measured.get(way)?.firstIsRight ?? 2))).toBeLessThan(
        0.03,
      )
    }
  })
})
