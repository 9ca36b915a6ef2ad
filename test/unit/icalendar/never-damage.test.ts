/**
 * An update changes what it names. Everything else stays byte for byte, in its order. The same
 * through the tools: test/e2e/never-damage.test.ts.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EventChanges, updateEvent } from '../../../src/icalendar/event-edit.ts'
import { updateTodo } from '../../../src/icalendar/todo-edit.ts'
import { calendarObjects, othersOf, othersThanTimes, seriesPath } from './objects.ts'
import { context, fixtures } from './support.ts'

const STAMPS = ['DTSTAMP', 'LAST-MODIFIED', 'SEQUENCE']

const events = calendarObjects.filter(([, text]) => /^BEGIN:VEVENT/im.test(text))
const todos = calendarObjects.filter(([, text]) => /^BEGIN:VTODO/im.test(text))

const CHANGES: [changes: EventChanges, names: string[]][] = [
  [{ title: 'Something else, with; signs' }, ['SUMMARY']],
  [{ location: 'Ünï 12, Straße' }, ['LOCATION']],
  [{ description: 'New\nlines '.repeat(20) }, ['DESCRIPTION']],
  [{ description: '' }, ['DESCRIPTION']],
  [{ status: 'TENTATIVE' }, ['STATUS']],
  [{ priority: 3 }, ['PRIORITY']],
  [{ privacy: 'PRIVATE' }, ['CLASS']],
  [{ url: 'https://example.org/?a=1&b=2' }, ['URL']],
  [{ color: 'tomato' }, ['COLOR']],
  [{ categories: ['Arbeit', 'New, one'] }, ['CATEGORIES']],
  [{ categories: [] }, ['CATEGORIES']],
]

test('there are enough of them', () => {
  expect(fixtures.length).toBeGreaterThanOrEqual(60)
  expect(events.length).toBeGreaterThanOrEqual(60)
})

describe.each(events)('%s', (_, text) => {
  test.each(CHANGES)('%j', (changes, names) => {
    const path = seriesPath(text, 'VEVENT')
    const { text: changed } = updateEvent(text, changes, { scope: 'series' }, context)
    const allowed = [...names, ...STAMPS]
    expect(othersOf(changed, path, allowed)).toBe(othersOf(text, path, allowed))
    // Changed a second time there is nothing to do, not even a time stamp.
    const later = { ...context, now: context.now + 60_000 }
    const again = updateEvent(changed, changes, { scope: 'series' }, later)
    expect(again.text).toBe(changed)
  })

  test('no wish leaves it as it is', () => {
    expect(updateEvent(text, {}, { scope: 'series' }, context).text).toBe(text)
  })
})

describe.each(todos)('todo %s', (_, text) => {
  test.each([
    [{ summary: 'Something else' }, ['SUMMARY']],
    [{ priority: 7 }, ['PRIORITY']],
    [{ categories: ['b', 'c'] }, ['CATEGORIES']],
    [{ parent_uid: 'somebody' }, ['RELATED-TO']],
  ])('%j', (changes, names) => {
    const path = seriesPath(text, 'VTODO')
    const allowed = [...names, ...STAMPS]
    const changed = updateTodo(text, changes, context)
    expect(othersOf(changed, path, allowed)).toBe(othersOf(text, path, allowed))
    expect(updateTodo(changed, changes, { ...context, now: context.now + 1e6 })).toBe(changed)
  })
})

describe('times', () => {
  test.each(events)('%s', (_, text) => {
    const path = seriesPath(text, 'VEVENT')
    for (const changes of [
      { start_datetime: '2026-03-30T11:15' },
      { start_datetime: '2026-03-30T11:15', timezone: 'Asia/Tokyo' },
      { start_datetime: '2026-03-30', all_day: true },
    ]) {
      let changed = ''
      try {
        changed = updateEvent(text, changes, { scope: 'series' }, context).text
      } catch (error) {
        // A rule that cannot follow is refused, in words.
        expect(error).toMatchObject({ code: 'BAD_INPUT' })
        continue
      }
      expect(othersThanTimes(changed, path, text)).toBe(othersThanTimes(text, path, text))
    }
  })
})

test('any field of any object, with any text', () => {
  const field = fc.constantFrom('title', 'location', 'description' as const)
  const names = { title: 'SUMMARY', location: 'LOCATION', description: 'DESCRIPTION' }
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(fc.constantFrom(...events), field, text, ([, object], name, value) => {
      fc.pre(value.trim() !== '')
      const { text: changed } = updateEvent(object, { [name]: value }, { scope: 'series' }, context)
      const allowed = [names[name as keyof typeof names], ...STAMPS]
      const path = seriesPath(object, 'VEVENT')
      expect(othersOf(changed, path, allowed)).toBe(othersOf(object, path, allowed))
    }),
    { numRuns: 400 },
  )
})
