/** Progress for people and for logs. */
import { expect, test } from 'vitest'
import { createProgress } from '../../../src/commands/progress.ts'

function shown(options: { isTTY: boolean; columns?: number }, updates: [number, number, number][]) {
  let text = ''
  let now = 0
  const write = (part: string) => {
    text += part
    return true
  }
  const output = { ...options, write }
  const progress = createProgress(output, 'documents', () => now)
  for (const [at, done, total] of updates) {
    now = at
    progress.update(done, total)
  }
  progress.end()
  return text
}

test('on a terminal, one line is drawn again and again', () => {
  const text = shown({ isTTY: true }, [
    [0, 0, 3_000],
    [1, 1_500, 3_000],
    [2, 1_500, 3_000],
    [3, 3_000, 3_000],
  ])
  expect(text.split('\r').slice(1)).toEqual([
    `[${'.'.repeat(30)}] 0 of 3,000 documents\u001b[K`,
    `[${'#'.repeat(15)}${'.'.repeat(15)}] 1,500 of 3,000 documents\u001b[K`,
    `[${'#'.repeat(30)}] 3,000 of 3,000 documents\u001b[K\n`,
  ])
})

test('a narrow terminal is not overrun', () => {
  const [, line = ''] = shown({ isTTY: true, columns: 20 }, [[0, 1, 2]]).split('\r')
  expect(line.replace('\u001b[K\n', '')).toHaveLength(19)
})

test('elsewhere it is a line now and then, and the last one', () => {
  const text = shown({ isTTY: false }, [
    [0, 0, 9],
    [10, 1, 9],
    [5_000, 5, 9],
    [5_010, 6, 9],
    [5_020, 9, 9],
  ])
  expect(text).toBe('0 of 9 documents\n5 of 9 documents\n9 of 9 documents\n')
})

test('of nothing there is no progress', () => {
  expect(shown({ isTTY: true }, [[0, 0, 0]])).toBe('')
})
