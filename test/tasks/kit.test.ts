/** The replay itself: what does not lead on is noticed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NOW, stopClock } from './kit/clock.ts'
import { daysNamed, timesNamed } from './kit/days.ts'
import { unjustified } from './kit/origin.ts'
import { replay } from './kit/replay.ts'
import type { Step } from './kit/task.ts'
import { type Leaf, witnessed } from './kit/witness.ts'

let startClock = () => {}
beforeAll(() => {
  startClock = stopClock()
})
afterAll(() => startClock())

const search: Step = {
  tool: 'nc_notes_search_notes',
  seeking: 'find a note',
  with: () => ({ query: 'lentil soup' }),
}
const { seeking: _, ...unsought } = search
const read: Step = {
  tool: 'nc_notes_get_note',
  seeking: 'read a note',
  with: found => ({ note_id: found.results[0].id }),
}
const run = (...steps: Step[]) =>
  replay({ says: 'Read me the note on lentil soup.', steps, outcome: () => {} }, 'compact')

describe('a task', () => {
  test('that leads on is fine', () => run(search, read))

  test.each<[string, Step[], RegExp]>([
    [
      'a value from nowhere',
      [search, { ...read, with: () => ({ note_id: 12 }) }],
      /note_id: 12 is/,
    ],
    ['words that find another tool', [{ ...search, seeking: 'vote' }], /"vote" does not find it/],
    ['a name for words', [{ ...search, seeking: 'nc_notes_search_notes' }], /not in plain words/],
    ['a tool that nothing named', [unsought], /no earlier answer/],
    [
      'an error that nobody expected',
      [search, { ...read, with: () => ({}) }],
      /success was expect/,
    ],
    ['an error at the end', [{ ...search, with: () => ({}), fails: 'BAD_INPUT' }], /the last step/],
    [
      'an error that leads elsewhere',
      [
        { tool: 'nc_notes_get_note', seeking: 'read a note', with: () => ({}), fails: 'BAD_INPUT' },
        { tool: 'nc_news_list_feeds', seeking: 'list feeds', with: () => ({}) },
      ],
      /names neither the tool nor a new value/,
    ],
    [
      'a reason that nothing needs',
      [{ ...search, infers: { query: 'because' } }],
      /the reason given for it is not needed/,
    ],
  ])('with %s is refused', (_, steps, told) => expect(run(...steps)).rejects.toThrow(told))
})

describe('a value', () => {
  const from = (value: unknown, words: string, seen: readonly Leaf[] = [], schema: object = {}) =>
    unjustified(
      { value },
      { description: 'A tool.', properties: { value: schema } },
      { words, seen: new Set(seen), now: NOW, infers: {} },
    )

  test.each<[unknown, string, Leaf[], object]>([
    ['Bob', 'Tell Bob', [], {}],
    [7, 'card #7', [], {}],
    [12, '', [12], {}],
    ['Documents/plants.csv', 'into Documents', ['plants.csv'], {}],
    ['2026-10-19', 'next Monday', [], {}],
    ['2026-10-15T09:30:00', 'tomorrow at 9:30', [], {}],
    ['09:30', '', ['2026-10-15T09:30:00+02:00'], {}],
    ['link', '', [], { enum: ['user', 'link'] }],
    [0, '', [], { description: '0 first' }],
    [true, '', [], {}],
  ])('%j is known from %j, %j, %j', (value, words, seen, schema) =>
    expect(from(value, words, seen, schema)).toEqual([]),
  )

  test.each<[unknown, string, Leaf[], object]>([
    ['Rob', 'Tell Robert', [], {}],
    [7, 'card 17', [17, '71'], {}],
    ['Documents/plants.csv', '', ['plants.csv'], {}],
    ['2026-10-20', 'next Monday', [], {}],
    ['2026-10-15T09:45:00', 'tomorrow at 9:30', [], {}],
    [{ key: 'Bob' }, 'Bob', [], {}],
    ['', 'Bob', [], {}],
  ])('%j is not known from %j, %j, %j', (value, words, seen, schema) =>
    expect(from(value, words, seen, schema)).not.toEqual([]),
  )
})

test('days and times are those that the words name', () => {
  expect([...daysNamed('yesterday, tomorrow, on Wednesday', NOW)].toSorted()).toEqual([
    '2026-10-13',
    '2026-10-14',
    '2026-10-15',
    '2026-10-21',
  ])
  expect([...timesNamed('12 people at 9, 9:05, 12 am, 5 pm')]).toEqual([
    '09:00',
    '09:05',
    '00:00',
    '17:00',
  ])
})

test('what is looked at is seen, and nothing else', () => {
  const seen = new Set<Leaf>()
  const { cards } = witnessed({ cards: [{ id: 1, title: 'a', etag: 'x' }], total: 9 }, seen)
  expect(cards.find((card: { title: string }) => card.title === 'a').id).toBe(1)
  expect([...seen]).toEqual(['cards', 'title', 'a', 'id', 1])
})
