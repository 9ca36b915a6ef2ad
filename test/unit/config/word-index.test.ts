/** Search in a file of its own needs an SQLite with an index of words. */
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { lacksWordIndex, wordIndexProblems } from '../../../src/config/word-index.ts'

test.each([
  ['22.13.0', true],
  ['22.15.1', true],
  ['22.16.0', false],
  ['23.11.1', true],
  ['24.0.0', false],
  ['26.1.0', false],
])('Node.js %s lacks it: %s', (version, lacks) => {
  expect(lacksWordIndex(version)).toBe(lacks)
})

test('what is said of this Node.js is true', () => {
  const database = new DatabaseSync(':memory:')
  let lacks = false
  try {
    database.exec('CREATE VIRTUAL TABLE words USING fts5(text)')
  } catch {
    lacks = true
  }
  expect(lacksWordIndex(process.versions.node)).toBe(lacks)
})

test('with Qdrant it is not needed', () => {
  expect(wordIndexProblems('http://qdrant:6333', '22.13.0')).toEqual([])
  expect(wordIndexProblems(undefined, '22.13.0')).toMatchObject([
    { name: 'ENABLE_SEMANTIC_SEARCH', message: expect.stringContaining('22.16') },
  ])
})
