/** Making events, changing them as a whole, by the occurrence and from one on; deleting. */
import { describe, expect, test } from 'vitest'
import { describeEvent } from '../../../src/icalendar/event.ts'
import {
  createEvent,
  deleteEvent,
  type EventChanges,
  updateEvent,
} from '../../../src/icalendar/event-edit.ts'
import { readObject } from '../../../src/icalendar/object.ts'
import { calendar, context, fixture, linesOf, starts } from './support.ts'

const described = (text: string) => describeEvent(readObject(text))
const create = (fields: EventChanges) => createEvent({ title: 'New', ...fields }, context)
const update = (text: string, changes: EventChanges) =>
  updateEvent(text, changes, { scope: 'series' }, context).text
const raw = (text: string, name: string) =>
  linesOf(text)
    .filter(line => line.name === name && /VEVENT#\d+$/.test(line.path))
    .map(line => line.raw.replace(/\r?\n[ \t]/g, '').trim())
const weekly = (more = '') =>
  calendar(
    `DTSTART;TZID=Europe/Berlin:20260330T090000\nDTEND;TZID=Europe/Berlin:20260330T093000\nSUMMARY:W\n${more}`,
  )
const code = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`
  }
  return 'no error'
}

describe('new', () => {
  test('a local time carries its zone with its rules', () => {
    const { uid, text } = create({ start_datetime: '2026-07-01T10:00' })
    expect(uid).toBe('new-uid')
    expect(raw(text, 'DTSTART')).toEqual(['DTSTART;TZID=Europe/Berlin:20260701T100000'])
    expect(text).toMatch(/BEGIN:VTIMEZONE\r\nTZID:Europe\/Berlin\r\n/)
    expect(described(text)).toMatchObject({ end: '2026-07-01T11:00:00+02:00', all_day: false })
    expect(raw(text, 'ATTENDEE')).toEqual([])
    expect(raw(text, 'ORGANIZER')).toEqual([])
  })

  test('the named zone; UTC has no VTIMEZONE; an instant is told in the own zone', () => {
    const york = create({ start_datetime: '2026-07-01T10:00', timezone: 'America/New_York' }).text
    expect(raw(york, 'DTSTART')).toEqual(['DTSTART;TZID=America/New_York:20260701T100000'])
    const utc = create({ start_datetime: '2026-07-01T10:00', timezone: 'UTC' }).text
    expect(raw(utc, 'DTSTART')).toEqual(['DTSTART:20260701T100000Z'])
    expect(utc).not.toContain('VTIMEZONE')
    const instant = create({ start_datetime: '2026-07-01T10:00:00Z' }).text
    expect(raw(instant, 'DTSTART')).toEqual(['DTSTART;TZID=Europe/Berlin:20260701T120000'])
  })

  test('days: the last one is inclusive', () => {
    const { text } = create({ start_datetime: '2026-07-01', end_datetime: '2026-07-03' })
    expect(raw(text, 'DTSTART')).toEqual(['DTSTART;VALUE=DATE:20260701'])
    expect(raw(text, 'DTEND')).toEqual(['DTEND;VALUE=DATE:20260704'])
    expect(described(text)).toMatchObject({ end: '2026-07-04', last_day: '2026-07-03' })
  })

  test('everything at once', () => {
    const { text } = create({
      start_datetime: '2026-07-01T10:00',
      end_datetime: '2026-07-01T12:00',
      categories: ['a', 'b, c'],
      recurrence_rule: 'FREQ=WEEKLY;BYDAY=WE',
      recurrence_end_date: '2026-08-01',
      reminders: [{ action: 'DISPLAY', minutes_before: 15 }],
      attendees: [{ email: 'you@example.org', name: 'You' }],
      status: 'tentative',
      priority: 5,
    })
    expect(described(text)).toMatchObject({
      categories: ['a', 'b, c'],
      recurrence_rule: 'FREQ=WEEKLY;BYDAY=WE;UNTIL=20260801T215959Z',
      status: 'TENTATIVE',
      organizer: { email: 'me@example.org' },
      attendees: [{ email: 'you@example.org', name: 'You', partstat: 'NEEDS-ACTION' }],
      reminders: [{ action: 'DISPLAY', minutes_before: 15, description: 'New' }],
    })
    expect(starts(text, '2026-07-01', '2027-01-01')).toHaveLength(5)
  })
})

describe('what is wrong names its field', () => {
  const at = { start_datetime: '2026-07-01T10:00' }
  test.each<[EventChanges, RegExp]>([
    [{ ...at, end_datetime: '2026-07-01T09:00' }, /end_datetime/],
    [{ start_datetime: '2026-07-02', end_datetime: '2026-07-01' }, /end_datetime/],
    [{ ...at, end_datetime: '2026-07-02' }, /end_datetime/],
    [{ ...at, timezone: 'Mars/Phobos' }, /timezone/],
    [{ start_datetime: 'soon' }, /start_datetime/],
    [{}, /start_datetime/],
    [{ ...at, title: ' ' }, /title/],
    [{ ...at, recurrence_rule: 'FREQ=SOMETIMES' }, /recurrence_rule/],
    [{ ...at, recurrence_rule: 'FREQ=DAILY;COUNT=10000' }, /recurrence_rule/],
    [{ ...at, recurrence_rule: 'FREQ=DAILY;UNTIL=20660101T000000Z' }, /recurrence_rule/],
    [{ ...at, recurrence_rule: 'FREQ=SECONDLY' }, /recurrence_rule/],
    [{ ...at, recurrence_rule: 'FREQ=DAILY;COUNT=2;UNTIL=20270101' }, /recurrence_rule/],
    [{ ...at, recurrence_rule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' }, /recurrence_rule/],
    [{ ...at, recurrence_rule: 'FREQ=DAILY;X-A=\u0000' }, /recurrence_rule/],
    [
      { ...at, recurrence_rule: 'FREQ=DAILY;COUNT=5', recurrence_end_date: '2026-12-01' },
      /recurrence_end_date/,
    ],
    [{ ...at, recurrence_rule: 'FREQ=WEEKLY;BYDAY=1MO' }, /recurrence_rule/],
    [{ start_datetime: '2026-07-01', recurrence_rule: 'FREQ=HOURLY' }, /recurrence_rule/],
    [{ ...at, recurrence_rule: 'FREQ=DAILY', recurrence_end_date: '2026-06-01' }, /recurrence_end/],
    [{ ...at, status: 'MAYBE' }, /status/],
    [{ ...at, priority: 10 }, /priority/],
    [{ ...at, privacy: 'HIDDEN' }, /privacy/],
    [{ ...at, url: 'no address' }, /url/],
    [{ ...at, color: 'x;y' }, /color/],
    [{ ...at, attendees: [{ email: 'nobody' }] }, /attendees/],
    [{ ...at, reminders: [{ action: 'DISPLAY' }] }, /reminders/],
    [{ ...at, reminder_minutes: -1 }, /reminder_minutes/],
  ])('%j', (fields, field) => {
    expect(code(() => create(fields))).toMatch(/^BAD_INPUT: /)
    expect(code(() => create(fields))).toMatch(field)
  })
})

test('a rule stays one line, whatever is between its parts', () => {
  const { text } = create({
    start_datetime: '2026-07-01T10:00',
    recurrence_rule: 'FREQ=WEEKLY; BYDAY=MO,\r\n WE;X-A=1\r\nATTACH:https://example.org/',
  })
  expect(raw(text, 'RRULE')).toEqual([
    'RRULE:FREQ=WEEKLY;BYDAY=MO,WE;X-A=1ATTACH:https://example.org/',
  ])
  expect(raw(text, 'ATTACH')).toEqual([])
})

describe('times', () => {
  test('a start that moves takes the end with it, a DURATION stays as it is', () => {
    const moved = update(weekly(), { start_datetime: '2026-03-31T14:00' })
    expect(raw(moved, 'DTEND')).toEqual(['DTEND;TZID=Europe/Berlin:20260331T143000'])
    expect(raw(moved, 'SEQUENCE')).toEqual(['SEQUENCE:1'])
    const long = update(fixture('rfc-duration-event'), { start_datetime: '2026-03-30T14:00' })
    expect(raw(long, 'DURATION')).toEqual(['DURATION:PT1H30M'])
    const end = update(fixture('rfc-duration-event'), { end_datetime: '2026-03-30T10:00' })
    expect(raw(end, 'DURATION')).toEqual(['DURATION:PT1H'])
    expect(raw(end, 'DTEND')).toEqual([])
  })

  test('the end is after the start, whatever the clocks do between', () => {
    const gap = update(weekly(), { start_datetime: '2026-03-29T02:40' })
    expect(described(gap)).toMatchObject({
      start: '2026-03-29T03:40:00+02:00',
      end: '2026-03-29T04:10:00+02:00',
    })
    // The hour that clocks show twice: without a zone the first, and an end in the second is told.
    const twice = create({ start_datetime: '2026-10-25T02:30' }).text
    expect(described(twice)).toMatchObject({
      start: '2026-10-25T02:30:00+02:00',
      end: '2026-10-25T01:30:00Z',
    })
    const second = create({ start_datetime: '2026-10-25T02:30:00+01:00' }).text
    expect(described(second)).toMatchObject({
      start: '2026-10-25T01:30:00Z',
      end: '2026-10-25T02:30:00Z',
    })
    const broken = calendar('DTSTART:20260301T090000Z\nDTEND:20260228T090000Z')
    const moved = update(broken, { start_datetime: '2026-03-05T10:00:00Z' })
    expect(raw(moved, 'DTEND')).toEqual([])
  })

  test('floating stays floating, UTC stays UTC, a foreign zone stays itself', () => {
    const floating = update(fixture('rfc-floating'), { start_datetime: '2026-03-30T10:00' })
    expect(raw(floating, 'DTSTART')).toEqual(['DTSTART:20260330T100000'])
    expect(raw(floating, 'DTEND')).toEqual(['DTEND:20260330T103000'])
    const utc = update(fixture('google-event'), { start_datetime: '2026-03-30T10:00' })
    expect(raw(utc, 'DTSTART')).toEqual(['DTSTART:20260330T080000Z'])
    const outlook = update(fixture('outlook-quoted-zone'), { start_datetime: '2026-03-30T10:00' })
    expect(described(outlook).start).toBe('2026-03-30T10:00:00+02:00')
    expect(outlook.match(/BEGIN:VTIMEZONE/g)).toHaveLength(1)
  })

  test('another zone brings its rules and leaves the others', () => {
    const text = fixture('zones-several')
    const moved = update(text, { timezone: 'America/New_York' })
    expect(raw(moved, 'DTSTART')).toEqual(['DTSTART;TZID=America/New_York:20260330T090000'])
    expect(raw(moved, 'DTEND')).toEqual(['DTEND;TZID=America/New_York:20260330T093000'])
    expect(moved.match(/BEGIN:VTIMEZONE/g)).toHaveLength(4)
    expect(moved).toContain('TZID:Unused')
    // The same zone under the name that the object has for it.
    const same = update(fixture('outlook-windows-zone'), { timezone: 'Europe/Berlin' })
    expect(same).toBe(fixture('outlook-windows-zone'))
  })

  test('all-day and back', () => {
    const series = weekly(
      'RRULE:FREQ=DAILY;UNTIL=20260410T070000Z\nEXDATE;TZID=Europe/Berlin:20260401T090000',
    )
    const day = update(series, { all_day: true })
    expect(raw(day, 'DTSTART')).toEqual(['DTSTART;VALUE=DATE:20260330'])
    expect(raw(day, 'DTEND')).toEqual(['DTEND;VALUE=DATE:20260331'])
    expect(raw(day, 'EXDATE')).toEqual(['EXDATE;VALUE=DATE:20260401'])
    expect(raw(day, 'RRULE')).toEqual(['RRULE:FREQ=DAILY;UNTIL=20260410'])
    const back = update(day, { all_day: false, start_datetime: '2026-03-30T09:00' })
    expect(raw(back, 'EXDATE')).toEqual(['EXDATE;TZID=Europe/Berlin:20260401T090000'])
    expect(raw(back, 'RRULE')).toEqual(['RRULE:FREQ=DAILY;UNTIL=20260410T070000Z'])
    expect(code(() => update(day, { all_day: false }))).toMatch(/start_datetime/)
  })

  test('what hangs on the start of a series follows it', () => {
    const text = fixture('google-recurring')
    const moved = update(text, { start_datetime: '2026-03-31T10:00' })
    expect(raw(moved, 'RRULE')[0]).toContain('BYDAY=TU')
    expect(raw(moved, 'EXDATE')).toEqual([
      'EXDATE;TZID=Europe/Berlin:20260505T100000',
      'EXDATE;TZID=Europe/Berlin:20260512T100000',
    ])
    expect(starts(moved, '2026-03-01', '2027-01-01')).toHaveLength(
      starts(text, '2026-03-01', '2027-01-01').length,
    )
    const shared = update(fixture('apple-shared-series'), { start_datetime: '2026-03-30T11:00' })
    expect(shared).toContain('RECURRENCE-ID;TZID=Europe/Berlin:20260406T110000')
    expect(shared).toContain('DTSTART;TZID=Europe/Berlin:20260407T090000')
    expect(code(() => update(text, { start_datetime: '2026-03-31', all_day: false }))).toMatch(
      /start_datetime/,
    )
  })

  test('the end of a flight stays in the zone where it lands', () => {
    const moved = update(fixture('rfc-dtend-in-other-zone'), { start_datetime: '2026-03-30T11:00' })
    expect(raw(moved, 'DTEND')).toEqual(['DTEND;TZID=America/New_York:20260330T133000'])
  })

  test('a broken event can be given times, and nothing else is lost', () => {
    const mended = update(fixture('broken-no-start'), { start_datetime: '2026-03-30T11:00' })
    expect(described(mended)).toMatchObject({ start: '2026-03-30T11:00:00+02:00' })
    expect(mended).toContain('X-STAYS:yes')
  })
})

describe('days, rules and single occurrences', () => {
  test('the last day is inclusive in a change, too', () => {
    const text = update(fixture('rfc-all-day-no-end'), { end_datetime: '2026-04-01' })
    expect(raw(text, 'DTEND')).toEqual(['DTEND;VALUE=DATE:20260402'])
    expect(described(text).last_day).toBe('2026-04-01')
    const moved = update(text, { start_datetime: '2026-05-01' })
    expect(described(moved)).toMatchObject({ start: '2026-05-01', last_day: '2026-05-03' })
    expect(code(() => update(text, { end_datetime: '2026-03-29' }))).toMatch(
      /^BAD_INPUT: end_datetime/,
    )
  })

  test('a rule is set, ended and taken away with what it made', () => {
    const set = update(weekly(), { recurrence_rule: 'FREQ=DAILY;COUNT=3' })
    expect(starts(set, '2026-03-01', '2026-06-01')).toHaveLength(3)
    const ended = update(set, { recurrence_end_date: '2026-03-31' })
    expect(raw(ended, 'RRULE')).toEqual(['RRULE:FREQ=DAILY;UNTIL=20260331T215959Z'])
    expect(raw(update(ended, { recurrence_end_date: '' }), 'RRULE')).toEqual(['RRULE:FREQ=DAILY'])
    const gone = update(fixture('google-override-utc-id'), { recurrence_rule: '' })
    expect(starts(gone, '2026-03-01', '2026-06-01')).toEqual(['2026-03-30T09:00:00+02:00'])
    expect(code(() => update(weekly(), { recurrence_end_date: '2026-05-01' }))).toMatch(
      /recurrence_rule/,
    )
  })

  test('the only received occurrence is what is changed; of several one is named', () => {
    const text = update(fixture('only-overrides'), { title: 'Mine' })
    expect(described(text).title).toBe('Mine')
    const two = fixture('only-overrides').replace(
      /BEGIN:VEVENT.*END:VEVENT\r\n/s,
      each => each + each.replaceAll('20260406', '20260413'),
    )
    expect(code(() => update(two, { title: 'Mine' }))).toMatch(/recurrence_id/)
    const scope = { scope: 'occurrence', recurrenceId: '2026-04-13' } as const
    const { text: one } = updateEvent(two, { title: 'Mine' }, scope, context)
    expect(raw(one, 'SUMMARY')).toEqual(['SUMMARY:Standup', 'SUMMARY:Mine'])
  })

  test('what is cut off is changed only where it is certain what that makes of it', () => {
    const begun = weekly().slice(0, weekly().indexOf('END:VEVENT')).trimEnd()
    expect(described(begun).title).toBe('W')
    expect(update(begun, { title: 'W' })).toBe(begun)
    expect(code(() => update(begun, { location: 'Attic' }))).toMatch(/^UNSUPPORTED: .*cut off/)
    const alarm = weekly('BEGIN:VALARM\nACTION:DISPLAY')
    const reminders = [{ action: 'DISPLAY', minutes_before: 5 }] as const
    expect(code(() => update(alarm, { reminders }))).toMatch(/^UNSUPPORTED: .*cut off/)
    expect(update(alarm, { title: 'X' })).toContain('ACTION:DISPLAY\r\nEND:VEVENT')
  })

  test('what does not recur has no occurrences to name; what is no event is refused', () => {
    const scope = { scope: 'occurrence', recurrenceId: '2026-03-30' } as const
    expect(code(() => updateEvent(weekly(), { title: 'x' }, scope, context))).toMatch(/^NOT_FOUND/)
    expect(code(() => update('BEGIN:VCARD\r\nEND:VCARD\r\n', {}))).toMatch(/^UPSTREAM_ERROR/)
    expect(code(() => update(fixture('todo-completed'), {}))).toMatch(/^UPSTREAM_ERROR/)
  })
})

describe('alarms and people', () => {
  test('an alarm that says the same stays, one that no reminder can say too', () => {
    const text = fixture('apple-alarms')
    const changed = update(text, {
      reminders: [
        { action: 'AUDIO', minutes_before: 15 },
        { action: 'DISPLAY', minutes_before: 60 },
      ],
    })
    expect(changed).toContain('X-WR-ALARMUID:0A1B2C3D-0000-4000-8000-000000000001')
    expect(changed).toContain('ACTION:NONE')
    expect(changed).not.toContain('X-APPLE-PROXIMITY')
    expect(changed).toContain('TRIGGER:-PT1H')
  })

  test('a mail goes to the user, whether others are invited or not', () => {
    const own = { ...context, organizer: undefined, addresses: ['me@example.org'] }
    const start_datetime = '2026-07-01T10:00'
    const reminders = [{ action: 'EMAIL', minutes_before: 5 }] as const
    const { text } = createEvent({ title: 'New', start_datetime, reminders }, own)
    expect(text).toContain('ATTENDEE:mailto:me@example.org\r\nEND:VALARM')
  })

  test('reminder_minutes moves one and keeps the others', () => {
    const changed = update(fixture('rfc-alarms-of-all-kinds'), { reminder_minutes: 30 })
    expect(changed.match(/BEGIN:VALARM/g)).toHaveLength(4)
    const one = update(fixture('google-recurring'), { reminder_minutes: 30 })
    expect(one.match(/BEGIN:VALARM/g)).toHaveLength(1)
    expect(one).toContain('TRIGGER:-PT30M')
  })

  test('who is invited stays as they are; who is not any more goes; the organizer stays', () => {
    const changed = update(fixture('outlook-meeting'), {
      attendees: [{ email: 'ROOM1@example.org' }, { email: 'new@example.org' }],
    })
    expect(raw(changed, 'ATTENDEE')).toEqual([
      'ATTENDEE;CUTYPE=RESOURCE;ROLE=NON-PARTICIPANT;PARTSTAT=ACCEPTED;CN=Room 1:mailto:room1@example.org',
      'ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:new@example.org',
    ])
    expect(raw(changed, 'ORGANIZER')).toHaveLength(1)
    // Somebody else's meeting: its SEQUENCE is the organizer's.
    expect(raw(changed, 'SEQUENCE')).toEqual([])
  })

  test('people whose address is beside a value that is none stay as they are', () => {
    const invited = 'ATTENDEE;EMAIL=jo@example.org;PARTSTAT=ACCEPTED:invalid:nomail'
    const text = weekly(`ORGANIZER:mailto:me@example.org\n${invited}`)
    const { attendees } = described(text)
    const changed = update(text, { attendees: [...attendees, { email: 'new@example.org' }] })
    expect(raw(changed, 'ATTENDEE')).toHaveLength(2)
    expect(raw(changed, 'ATTENDEE')[0]).toBe(invited)
  })

  test('an invitation is changed for the user alone: whom else it is about is not theirs', () => {
    const invitation = weekly(
      'RRULE:FREQ=WEEKLY;COUNT=6\nSEQUENCE:3\nORGANIZER:mailto:boss@example.org\n' +
        'ATTENDEE;PARTSTAT=ACCEPTED:mailto:me@example.org',
    )
    const invited = { ...context, organizer: undefined, addresses: ['Me@example.org'] }
    const moved = updateEvent(
      invitation,
      { start_datetime: '2026-03-30T14:00' },
      { scope: 'series' },
      invited,
    ).text
    expect(raw(moved, 'SEQUENCE')).toEqual(['SEQUENCE:3'])
    const own = { ...invited, addresses: ['other@example.org', 'BOSS@example.org'] }
    const future = { scope: 'this_and_future', recurrenceId: '2026-04-13' } as const
    const refused = (context: typeof invited) => [
      code(() => updateEvent(invitation, { attendees: [] }, { scope: 'series' }, context)),
      code(() => updateEvent(invitation, { title: 'Mine' }, future, context)),
    ]
    expect(refused(invited)).toEqual([
      'FORBIDDEN: attendees: the event is organized by boss@example.org',
      'FORBIDDEN: scope: the event is organized by boss@example.org',
    ])
    expect(refused(own)).toEqual(['no error', 'no error'])
  })
})

describe('one occurrence', () => {
  const series = weekly('RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID=Europe/Berlin:20260413T090000')
  const id = '2026-04-06T09:00:00+02:00'

  test('becomes an override of the master, which stays', () => {
    const { text } = updateEvent(
      series,
      { start_datetime: '2026-04-06T15:00' },
      { scope: 'occurrence', recurrenceId: id },
      context,
    )
    expect(raw(text, 'RECURRENCE-ID')).toEqual(['RECURRENCE-ID;TZID=Europe/Berlin:20260406T090000'])
    expect(starts(text, '2026-03-01', '2026-06-01')).toEqual([
      '2026-03-30T09:00:00+02:00',
      '2026-04-06T15:00:00+02:00',
      '2026-04-20T09:00:00+02:00',
    ])
    // The master stays byte for byte.
    expect(text).toContain(/BEGIN:VEVENT.*?END:VEVENT\r\n/s.exec(series)?.[0])
    const again = updateEvent(
      text,
      { title: 'Again' },
      { scope: 'occurrence', recurrenceId: id },
      context,
    )
    expect(again.text.match(/BEGIN:VEVENT/g)).toHaveLength(2)
    expect(again.text).toContain('SUMMARY:Again')
  })

  test('is deleted by an EXDATE in the line that there is', () => {
    const left = deleteEvent(series, { scope: 'occurrence', recurrenceId: id }, context) ?? ''
    expect(raw(left, 'EXDATE')).toEqual([
      'EXDATE;TZID=Europe/Berlin:20260413T090000,20260406T090000',
    ])
    expect(starts(left, '2026-03-01', '2026-06-01')).toHaveLength(2)
  })

  test('the last one that is deleted takes the object with it', () => {
    const one = weekly('RRULE:FREQ=WEEKLY;COUNT=1')
    const scope = { scope: 'occurrence', recurrenceId: '2026-03-30' } as const
    expect(deleteEvent(one, scope, context)).toBeUndefined()
  })
})

describe('this and future', () => {
  const scope = { scope: 'this_and_future', recurrenceId: '2026-04-13' } as const
  const series = weekly(
    'RRULE:FREQ=WEEKLY;COUNT=6\nEXDATE;TZID=Europe/Berlin:20260406T090000,20260420T090000',
  )

  test('makes two objects that know each other', () => {
    const { text, added } = updateEvent(
      series,
      { start_datetime: '2026-04-13T11:00' },
      scope,
      context,
    )
    expect(starts(text, '2026-03-01', '2026-08-01')).toEqual(['2026-03-30T09:00:00+02:00'])
    expect(raw(text, 'RRULE')).toEqual(['RRULE:FREQ=WEEKLY;UNTIL=20260413T065959Z'])
    expect(raw(text, 'RELATED-TO')).toEqual(['RELATED-TO;RELTYPE=SIBLING:new-uid'])
    expect(added?.uid).toBe('new-uid')
    expect(starts(added?.text ?? '', '2026-03-01', '2026-08-01')).toEqual([
      '2026-04-13T11:00:00+02:00',
      '2026-04-27T11:00:00+02:00',
      '2026-05-04T11:00:00+02:00',
    ])
    expect(raw(added?.text ?? '', 'RRULE')).toEqual(['RRULE:FREQ=WEEKLY;COUNT=4'])
    expect(raw(added?.text ?? '', 'UID')).toEqual(['UID:new-uid'])
  })

  test('the one that is named changes too, if it had been changed by itself', () => {
    const series = weekly('RRULE:FREQ=WEEKLY;COUNT=4')
    const recurrenceId = '2026-04-13T09:00:00+02:00'
    const alone = { scope: 'occurrence', recurrenceId } as const
    const own = updateEvent(series, { location: 'Attic' }, alone, context).text
    const future = { scope: 'this_and_future', recurrenceId } as const
    const changes = { title: 'Late', start_datetime: '2026-04-13T11:00' }
    const { added } = updateEvent(own, changes, future, context)
    expect(raw(added?.text ?? '', 'SUMMARY')).toEqual(['SUMMARY:Late', 'SUMMARY:Late'])
    expect(raw(added?.text ?? '', 'LOCATION')).toEqual(['LOCATION:Attic'])
    expect(starts(added?.text ?? '', '2026-03-01', '2026-06-01')).toEqual([
      '2026-04-13T11:00:00+02:00',
      '2026-04-20T11:00:00+02:00',
    ])
  })

  test('a rule that is over before stays so', () => {
    const text = weekly('RRULE:FREQ=DAILY;COUNT=2\nRDATE;TZID=Europe/Berlin:20260413T090000')
    const future = { scope: 'this_and_future', recurrenceId: '2026-04-13' } as const
    const { text: left, added } = updateEvent(text, { title: 'Late' }, future, context)
    expect(raw(left, 'RRULE')).toEqual(['RRULE:FREQ=DAILY;COUNT=2'])
    expect(starts(left, '2026-03-01', '2026-06-01')).toEqual([
      '2026-03-30T09:00:00+02:00',
      '2026-03-31T09:00:00+02:00',
    ])
    expect(raw(added?.text ?? '', 'RRULE')).toEqual([])
    expect(starts(added?.text ?? '', '2026-03-01', '2026-06-01')).toEqual([
      '2026-04-13T09:00:00+02:00',
    ])
    expect(deleteEvent(text, future, context)).toContain('RRULE:FREQ=DAILY;COUNT=2\r\n')
  })

  test('from the first on it is the whole series', () => {
    const first = { scope: 'this_and_future', recurrenceId: '2026-03-30' } as const
    const { text, added } = updateEvent(series, { title: 'All' }, first, context)
    expect(added).toBeUndefined()
    expect(described(text).title).toBe('All')
    expect(deleteEvent(series, first, context)).toBeUndefined()
  })

  test('is deleted by UNTIL', () => {
    const left = deleteEvent(series, scope, context) ?? ''
    expect(starts(left, '2026-03-01', '2026-08-01')).toEqual(['2026-03-30T09:00:00+02:00'])
    const days = calendar('DTSTART;VALUE=DATE:20260330\nRRULE:FREQ=WEEKLY')
    expect(raw(deleteEvent(days, scope, context) ?? '', 'RRULE')).toEqual([
      'RRULE:FREQ=WEEKLY;UNTIL=20260412',
    ])
  })
})
