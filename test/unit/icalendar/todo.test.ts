/** Todos: progress that agrees with itself, series completed by the occurrence, subtasks. */
import { describe, expect, test } from 'vitest'
import { readObject } from '../../../src/icalendar/object.ts'
import { describeTodo } from '../../../src/icalendar/todo.ts'
import {
  completeTodo,
  createTodo,
  type TodoChanges,
  updateTodo,
} from '../../../src/icalendar/todo-edit.ts'
import { berlin, calendar, context, fixture } from './support.ts'

const now = Date.UTC(2026, 3, 10)
const at = { ...context, now }
const described = (text: string, time = now) =>
  describeTodo(readObject(text), { zone: berlin, now: time })
const todo = (lines: string) => calendar(lines, 'VTODO')
const series = todo(
  'DTSTART;TZID=Europe/Berlin:20260330T090000\nDUE;TZID=Europe/Berlin:20260330T100000\nRRULE:FREQ=WEEKLY;COUNT=4\nSUMMARY:S',
)
const progress = (text: string) => {
  const { status, percent_complete, completed } = described(text)
  return [status, percent_complete, completed !== undefined]
}

test('a new one', () => {
  const { text } = createTodo(
    { summary: 'Buy', due: '2026-04-01T10:00', categories: ['home'], parent_uid: 'p' },
    at,
  )
  expect(described(text)).toMatchObject({
    summary: 'Buy',
    due: '2026-04-01T10:00:00+02:00',
    due_tz: 'Europe/Berlin',
    status: 'NEEDS-ACTION',
    parent_uid: 'p',
    recurring: false,
  })
  expect(text).toContain('BEGIN:VTIMEZONE')
  expect(text).toMatch(/SUMMARY:Buy/)
  const day = createTodo({ summary: 'Day', due: '2026-04-01' }, at).text
  expect(day).toContain('DUE;VALUE=DATE:20260401')
})

describe('progress', () => {
  const open = todo('SUMMARY:S\nSTATUS:NEEDS-ACTION')
  test.each<[string, TodoChanges, unknown[]]>([
    [open, { status: 'COMPLETED' }, ['COMPLETED', 100, true]],
    [open, { percent_complete: 100 }, ['COMPLETED', 100, true]],
    [open, { percent_complete: 40 }, ['IN-PROCESS', 40, false]],
    [open, { completed: '2026-04-01T10:00' }, ['COMPLETED', 100, true]],
    [fixture('todo-completed'), { status: 'NEEDS-ACTION' }, ['NEEDS-ACTION', 0, false]],
    [fixture('todo-completed'), { percent_complete: 50 }, ['IN-PROCESS', 50, false]],
    [fixture('todo-completed'), { status: 'IN-PROCESS' }, ['IN-PROCESS', 99, false]],
    [fixture('todo-completed'), { completed: '' }, ['NEEDS-ACTION', 0, false]],
    [open, { status: 'CANCELLED' }, ['CANCELLED', 0, false]],
  ])('%#: %j', (text, changes, expected) => {
    expect(progress(updateTodo(text, changes, at))).toEqual(expected)
  })

  test('COMPLETED is in UTC', () => {
    const text = updateTodo(open, { completed: '2026-04-01T10:00' }, at)
    expect(text).toContain('COMPLETED:20260401T080000Z')
  })

  test.each<[TodoChanges, RegExp]>([
    [{ status: 'DONE' }, /status/],
    [{ percent_complete: 101 }, /percent_complete/],
    [{ status: 'NEEDS-ACTION', percent_complete: 100 }, /percent_complete/],
    [{ due: '2026-03-01', dtstart: '2026-04-01' }, /due/],
    [{ due: '2026-04-01', dtstart: '2026-03-01T10:00' }, /due/],
    [{ due: 'soon' }, /due/],
    [{ summary: '' }, /summary/],
    [{ parent_uid: 'a' }, /parent_uid/],
    [{ recurrence_rule: 'FREQ=DAILY' }, /due/],
    [{ timezone: 'Nowhere' }, /timezone/],
  ])('refused: %j', (changes, field) => {
    expect(() => updateTodo(open, changes, at)).toThrow(field)
  })
})

describe('a series', () => {
  test('knows what is pending and what is current', () => {
    expect(described(series)).toMatchObject({
      recurring: true,
      pending_count: 2,
      oldest_pending_dtstart: '2026-03-30T09:00:00+02:00',
      oldest_pending_due: '2026-03-30T10:00:00+02:00',
      current_dtstart: '2026-03-30T09:00:00+02:00',
    })
    expect(described(fixture('todo-thunderbird-series'))).toMatchObject({
      pending_count: 1,
      current_dtstart: '2026-04-06T09:00:00+02:00',
      status: 'NEEDS-ACTION',
    })
  })

  test('is completed by the occurrence until none is left', () => {
    let text = series
    const ids: (string | undefined)[] = []
    for (let each = 0; each < 4; each++) {
      expect(described(text).status).not.toBe('COMPLETED')
      const done = completeTodo(text, {}, at)
      ids.push(done.recurrence_id)
      text = done.text
    }
    expect(ids).toEqual([
      '2026-03-30T09:00:00+02:00',
      '2026-04-06T09:00:00+02:00',
      '2026-04-13T09:00:00+02:00',
      '2026-04-20T09:00:00+02:00',
    ])
    expect(progress(text)).toEqual(['COMPLETED', 100, true])
    expect(text.match(/RECURRENCE-ID/g)).toHaveLength(4)
  })

  test('goes on with the next, as its list shows only the dates of the series', () => {
    const { text } = completeTodo(series, {}, at)
    expect(described(text)).toMatchObject({
      dtstart: '2026-04-06T09:00:00+02:00',
      due: '2026-04-06T10:00:00+02:00',
      recurrence_rule: 'FREQ=WEEKLY;COUNT=3',
      pending_count: 1,
    })
  })

  test('one ahead leaves the series where it is', () => {
    const { text } = completeTodo(series, { recurrenceId: '2026-04-13' }, at)
    expect(described(text)).toMatchObject({
      dtstart: '2026-03-30T09:00:00+02:00',
      pending_count: 2,
    })
    expect(described(text, Date.UTC(2026, 4, 1)).pending_count).toBe(3)
  })

  test('with a due date alone, by days', () => {
    const text = todo('DUE;VALUE=DATE:20260401\nRRULE:FREQ=MONTHLY\nSUMMARY:Rent')
    expect(described(text)).toMatchObject({ pending_count: 1, current_due: '2026-04-01' })
    const done = completeTodo(text, { completed: '2026-04-02T10:00' }, at)
    expect(done).toMatchObject({ recurrence_id: '2026-04-01', completed: '2026-04-02T08:00:00Z' })
    expect(done.text).toContain('RECURRENCE-ID;VALUE=DATE:20260401')
    expect(described(done.text)).toMatchObject({ due: '2026-05-01', pending_count: 0 })
  })

  test('as a whole', () => {
    const { text } = completeTodo(series, { series: true }, at)
    expect(progress(text)).toEqual(['COMPLETED', 100, true])
    expect(text).not.toContain('RECURRENCE-ID')
    const own = updateTodo(series, { summary: 'Own' }, at, '2026-04-06')
    const whole = completeTodo(own, { series: true }, at)
    expect(described(whole.text)).toMatchObject({ status: 'COMPLETED', pending_count: 0 })
    expect(described(whole.text).current_recurrence_id).toBeUndefined()
  })

  test('keeps what it recurs from', () => {
    const rent = todo('DUE;VALUE=DATE:20260401\nRRULE:FREQ=MONTHLY\nSUMMARY:Rent')
    expect(() => updateTodo(rent, { due: '' }, at)).toThrow(/^due: a recurring todo/)
    const once = updateTodo(rent, { due: '', recurrence_rule: '' }, at)
    expect(once).not.toMatch(/DUE|RRULE/)
  })

  test('status COMPLETED completes the current one', () => {
    const text = updateTodo(series, { status: 'COMPLETED', summary: 'T' }, at)
    expect(described(text)).toMatchObject({ summary: 'T', dtstart: '2026-04-06T09:00:00+02:00' })
  })
})

test('a reminder is before the start, else before what is due', () => {
  const reminders = [{ action: 'DISPLAY', minutes_before: 30 }] as const
  const due = todo('DUE:20260401T100000Z\nSUMMARY:Due')
  const reminded = updateTodo(due, { reminders }, at)
  expect(reminded).toContain('TRIGGER;RELATED=END:-PT30M\r\n')
  const begun = todo('DTSTART:20260401T090000Z\nDUE:20260401T100000Z\nSUMMARY:Begun')
  expect(updateTodo(begun, { reminders }, at)).toContain('TRIGGER:-PT30M\r\n')
  const free = todo('SUMMARY:Free')
  expect(() => updateTodo(free, { reminders }, at)).toThrow(/^reminders: /)
  const timed = [{ action: 'DISPLAY', trigger_at: '2026-04-01T08:00:00Z' }] as const
  expect(updateTodo(free, { reminders: timed }, at)).toContain('TRIGGER;VALUE=DATE-TIME:')
  // As others write it; what is read from it is no reason to write it anew.
  const alarm = 'BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT30M\nX-OWN:1\nEND:VALARM'
  const theirs = todo(`DUE:20260401T100000Z\nSUMMARY:Theirs\n${alarm}`)
  expect(updateTodo(theirs, { reminders: described(theirs).reminders }, at)).toBe(theirs)
})

test('a day and hours from it are not one span', () => {
  const text = todo('DTSTART:20260401T090000Z\nDURATION:PT1H\nSUMMARY:Hour')
  expect(() => updateTodo(text, { dtstart: '2026-04-02' }, at)).toThrow(/^dtstart: .* both/)
  const moved = updateTodo(text, { dtstart: '2026-04-02T09:00:00Z' }, at)
  expect(moved).toContain('DTSTART:20260402T090000Z\r\nDURATION:PT1H\r\n')
})

test('parents are told from children', () => {
  expect(described(fixture('todo-duration')).parent_uid).toBe('dad@example.org')
  const orphan = updateTodo(fixture('todo-duration'), { parent_uid: '' }, at)
  expect(orphan).toContain('RELATED-TO;RELTYPE=CHILD:kid@example.org')
  expect(described(orphan).parent_uid).toBeUndefined()
  expect(described(fixture('todo-duration')).due).toBe('2026-03-30T09:00:00Z')
})
