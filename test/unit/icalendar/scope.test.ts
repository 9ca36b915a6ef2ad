/** Of every nasty series: parts that are changed or deleted leave all other occurrences there. */
import { describe, expect, test } from 'vitest'
import { deleteEvent, updateEvent } from '../../../src/icalendar/event-edit.ts'
import { readObject } from '../../../src/icalendar/object.ts'
import { expand, type Occurrence } from '../../../src/icalendar/recurrence.ts'
import { isoOf } from '../../../src/icalendar/time.ts'
import { berlin, context, fixtures } from './support.ts'

const window = { from: Date.UTC(2024, 0, 1), to: Date.UTC(2027, 0, 1) }
const all = (text: string | undefined): readonly Occurrence[] =>
  text === undefined
    ? []
    : expand(readObject(text, { kind: 'VEVENT' }), window, { zone: berlin }).occurrences
const times = (occurrences: readonly Occurrence[]) =>
  occurrences.map(each => `${each.startInstant} ${each.endInstant}`).toSorted()

const series = fixtures.flatMap(([name, text]) => {
  if (!/BEGIN:VEVENT/i.test(text)) return []
  const named = all(text).filter(each => each.recurrenceId !== undefined)
  const isSeries = readObject(text, { kind: 'VEVENT' }).master !== undefined
  return named.length > 1 && isSeries ? [{ name, text, named }] : []
})

test('there are enough of them', () => {
  expect(series.length).toBeGreaterThan(15)
})

describe.each(series)('$name', ({ text, named }) => {
  const some = named.slice(0, 6).map(occurrence => ({
    occurrence,
    id: occurrence.recurrenceId ? isoOf(occurrence.recurrenceId) : '',
  }))

  test.each(some)('$id renamed', ({ occurrence, id }) => {
    const scope = { scope: 'occurrence', recurrenceId: id } as const
    const { text: changed } = updateEvent(text, { title: 'One' }, scope, context)
    expect(times(all(changed))).toEqual(times(all(text)))
    const renamed = all(changed).filter(({ component }) =>
      component.parts.some(part => part.kind === 'line' && part.value === 'One'),
    )
    expect(times(renamed)).toEqual(times([occurrence]))
  })

  test.each(some)('$id deleted', ({ occurrence, id }) => {
    const left = deleteEvent(text, { scope: 'occurrence', recurrenceId: id }, context)
    expect(times(all(left))).toEqual(times(all(text).filter(each => !isSame(each, occurrence))))
  })

  test.each(some)('$id and what follows renamed', ({ occurrence, id }) => {
    const scope = { scope: 'this_and_future', recurrenceId: id } as const
    const { text: before, added } = updateEvent(text, { title: 'Rest' }, scope, context)
    expect(times([...all(before), ...all(added?.text)])).toEqual(times(all(text)))
    if (added === undefined) return
    const isBefore = (each: Occurrence) => idOf(each) < idOf(occurrence)
    expect(times(all(before))).toEqual(times(all(text).filter(isBefore)))
  })

  test.each(some)('$id and what follows deleted', ({ occurrence, id }) => {
    const left = deleteEvent(text, { scope: 'this_and_future', recurrenceId: id }, context)
    const before = all(text).filter(each => idOf(each) < idOf(occurrence))
    expect(times(all(left))).toEqual(times(before))
  })
})

function idOf({ recurrenceId }: Occurrence): number {
  return recurrenceId?.wall ?? Number.NaN
}

function isSame(one: Occurrence, other: Occurrence): boolean {
  return idOf(one) === idOf(other)
}
