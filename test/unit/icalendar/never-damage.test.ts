/** An update changes what it names. Everything else stays byte for byte, in its order. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EventChanges, updateEvent } from '../../../src/icalendar/event-edit.ts'
import { updateTodo } from '../../../src/icalendar/todo-edit.ts'
import { context, fixtures, linesOf } from './support.ts'

const STAMPS = ['DTSTAMP', 'LAST-MODIFIED', 'SEQUENCE']

/** What the recorded exchanges of a real Nextcloud have in the way of objects. */
const recorded = ['calendar', 'tasks'].flatMap(app => {
  const path = `${import.meta.dirname}/../../recordings/${app}.json`
  const text = readFileSync(path, 'utf8')
  const objects = text.match(/BEGIN:VCALENDAR.*?END:VCALENDAR(?:\\r)?(?:\\n)?/g) ?? []
  return [...new Set(objects)].map((each, index): [string, string] => [
    `${app} ${index}`,
    JSON.parse(`"${each}"`).replaceAll('&#13;', '\r'),
  ])
})
/** What a server expanded is many occurrences and no series; that is tested elsewhere. */
const isExpanded = (text: string) =>
  (text.match(/^RECURRENCE-ID/gm)?.length ?? 0) > 1 && !/^RRULE/m.test(text)
const all = [...fixtures, ...recorded].filter(([, text]) => !isExpanded(text))
const events = all.filter(([, text]) => /^BEGIN:VEVENT/im.test(text))
const todos = all.filter(([, text]) => /^BEGIN:VTODO/im.test(text))

/** The component that an update of the series is about, by other means than the code's. */
function targetOf(text: string, kind: string): string {
  const lines = linesOf(text)
  const paths = [...new Set(lines.map(({ path }) => path))].filter(path =>
    new RegExp(`^VCALENDAR#1/${kind}#\\d+$`).test(path),
  )
  const hasId = (path: string) =>
    lines.some(line => line.path === path && line.name === 'RECURRENCE-ID')
  return paths.find(path => !hasId(path)) ?? paths[0] ?? ''
}

/** All text but that of some properties of one component. */
function others(text: string, path: string, names: readonly string[]): string {
  return linesOf(text)
    .filter(line => line.path !== path || !names.includes(line.name))
    .map(({ raw }) => raw)
    .join('')
}

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
    const path = targetOf(text, 'VEVENT')
    const { text: changed } = updateEvent(text, changes, { scope: 'series' }, context)
    const allowed = [...names, ...STAMPS]
    expect(others(changed, path, allowed)).toBe(others(text, path, allowed))
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
    const path = targetOf(text, 'VTODO')
    const allowed = [...names, ...STAMPS]
    const changed = updateTodo(text, changes, context)
    expect(others(changed, path, allowed)).toBe(others(text, path, allowed))
    expect(updateTodo(changed, changes, { ...context, now: context.now + 1e6 })).toBe(changed)
  })
})

describe('times', () => {
  const TIMES = ['DTSTART', 'DTEND', 'DURATION', 'RRULE', 'RDATE', 'EXDATE', ...STAMPS]
  const isTime = (line: { path: string; name: string }, path: string) =>
    (line.path === path && TIMES.includes(line.name)) || line.name === 'RECURRENCE-ID'
  const rest = (text: string, path: string, added: string) =>
    linesOf(text.replace(added, ''))
      .filter(line => !isTime(line, path))
      .map(({ raw }) => raw)
      .join('')
  test.each(events)('%s', (_, text) => {
    const path = targetOf(text, 'VEVENT')
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
      const known = new Set(text.match(/^TZID:.*$/gm)?.map(each => each.trim()))
      const [added = ''] = (changed.match(/BEGIN:VTIMEZONE[\s\S]*?END:VTIMEZONE\s+/g) ?? []).filter(
        each => !known.has(/^TZID:.*$/m.exec(each)?.[0].trim() ?? ''),
      )
      expect(rest(changed, path, added)).toBe(rest(text, path, ''))
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
      const path = targetOf(object, 'VEVENT')
      expect(others(changed, path, allowed)).toBe(others(object, path, allowed))
    }),
    { numRuns: 400 },
  )
})
