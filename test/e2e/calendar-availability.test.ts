/** Free time: between the user's own events and those of others. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { needs } from '../support/abilities.ts'
import { BERLIN, type Events, startEvents } from '../support/events.ts'

let h: Events & { end(): Promise<void> }
/** A Monday far from what else is in the calendars. */
const MONDAY = '2031-06-02'

beforeAll(async () => {
  h = await startEvents()
  const zoned = (time: string) => `TZID=Europe/Berlin:20310602T${time}00`
  await h.store(
    'busy-series',
    [
      `DTSTART;TZID=Europe/Berlin:20310526T090000`,
      `DTEND;TZID=Europe/Berlin:20310526T103000`,
      'RRULE:FREQ=WEEKLY',
      'SUMMARY:every Monday',
    ],
    BERLIN,
  )
  await h.store('busy', [`DTSTART;${zoned('1200')}`, `DTEND;${zoned('1300')}`], BERLIN)
  await h.store(
    'transparent',
    [`DTSTART;${zoned('1400')}`, `DTEND;${zoned('1500')}`, 'TRANSP:TRANSPARENT'],
    BERLIN,
  )
  await h.store(
    'cancelled',
    [`DTSTART;${zoned('1500')}`, `DTEND;${zoned('1600')}`, 'STATUS:CANCELLED'],
    BERLIN,
  )
  await h.store('holiday', ['DTSTART;VALUE=DATE:20310603', 'DTEND;VALUE=DATE:20310604'])
})
afterEach(() => h.proxy.plan(undefined))
afterAll(() => h.end())

const find = (args: Record<string, unknown>) =>
  h.ok('nc_calendar_find_availability', {
    duration_minutes: 60,
    date_range_start: MONDAY,
    date_range_end: MONDAY,
    timezone: 'Europe/Berlin',
    ...args,
  })
const times = (answer: { slots: { start: string }[] }) =>
  answer.slots.map(({ start }) => start.slice(11, 16))

describe('the own events', () => {
  test('count, unless they are transparent or cancelled', async () => {
    const answer = await find({})
    expect(answer).toMatchObject({
      timezone: 'Europe/Berlin',
      date_range_start: '2031-06-02T00:00:00+02:00',
      date_range_end: '2031-06-03T00:00:00+02:00',
      has_more: false,
    })
    expect(answer.calendars).toContain(h.calendar)
    expect(times(answer)).toEqual([
      '10:30',
      '11:00',
      '13:00',
      '13:30',
      '14:00',
      '14:30',
      '15:00',
      '15:30',
      '16:00',
    ])
    expect(answer.slots[0]).toEqual({
      start: '2031-06-02T10:30:00+02:00',
      end: '2031-06-02T11:30:00+02:00',
      weekday: 'Monday',
    })
  })

  test('a whole day off is busy, and so is the weekend', async () => {
    expect(
      (await find({ date_range_start: '2031-06-03', date_range_end: '2031-06-03' })).slots,
    ).toEqual([])
    const weekend = { date_range_start: '2031-06-07', date_range_end: '2031-06-08' }
    expect((await find(weekend)).slots).toEqual([])
    expect((await find({ ...weekend, exclude_weekends: false })).slots.length).toBeGreaterThan(0)
  })

  test('outside of business hours, and preferred times first', async () => {
    const night = await find({ business_hours_only: false, limit: 200 })
    expect(times(night)).toContain('00:00')
    const preferred = await find({ preferred_times: '15:00-16:30', limit: 3 })
    expect(times(preferred).slice(0, 2)).toEqual(['15:00', '15:30'])
    expect(preferred.slots[0].preferred).toBe(true)
    expect(preferred.slots[2].preferred).toBeUndefined()
    expect(preferred.has_more).toBe(true)
  })

  test('by default the next seven days, from now on', async () => {
    const answer = await h.ok('nc_calendar_find_availability', { duration_minutes: 30 })
    const from = Date.parse(answer.date_range_start)
    expect(from).toBeGreaterThanOrEqual(Date.now() - 60_000)
    expect(Date.parse(answer.date_range_end) - from).toBeLessThanOrEqual(7.1 * 86_400_000)
  })
})

describe('others', () => {
  test('are asked; who cannot be asked is named with the reason', async context => {
    needs(context, 'free/busy of others')
    const { bob } = h.backend
    if (bob === undefined) return
    const name = `${h.calendar}-bob`
    await h.dav.make(name, { components: ['VEVENT'], user: bob })
    await h.dav.send('PUT', `${name}/bob.ics`, {
      user: bob,
      body: [
        'BEGIN:VCALENDAR',
        'VERSION:2.0',
        'PRODID:-//x//EN',
        'BEGIN:VEVENT',
        'UID:bob-busy',
        'DTSTAMP:20260101T000000Z',
        'DTSTART:20310602T110000Z',
        'DTEND:20310602T150000Z',
        'END:VEVENT',
        'END:VCALENDAR',
        '',
      ].join('\r\n'),
    })
    const answer = await find({
      attendees: 'Bob <bob@example.org>, stranger@nowhere.example',
    })
    expect(answer.attendees_considered).toEqual(['bob@example.org'])
    expect(answer.attendees_unknown).toEqual([
      { attendee: 'stranger@nowhere.example', reason: expect.any(String) },
    ])
    expect(times(answer)).toEqual(['10:30', '11:00'])
  })

  test('where they cannot be asked at all, the own times are still an answer', async () => {
    h.proxy.plan(({ method }) => (method === 'POST' ? 403 : undefined))
    const answer = await find({ attendees: 'bob@example.org' })
    expect(answer.attendees_unknown).toMatchObject([{ attendee: 'bob@example.org' }])
    expect(answer.attendees_considered).toBeUndefined()
    expect(times(answer)).toContain('13:00')
  })

  test('one request for each calendar and one for all attendees', async context => {
    needs(context, 'scheduling')
    await find({})
    const requests = await h.requestsOf(() =>
      find({ attendees: 'bob@example.org, stranger@nowhere.example' }),
    )
    expect(requests.filter(each => each.startsWith('POST'))).toHaveLength(1)
    const reports = requests.filter(each => each.startsWith('REPORT'))
    expect(new Set(reports).size).toBe(reports.length)
  })
})

test.each([
  [{ duration_minutes: 0 }, /duration_minutes/],
  [{ duration_minutes: 600 }, /duration_minutes.*business/],
  [{ attendees: 'bob' }, /attendees.*bob/],
  [{ preferred_times: 'teatime' }, /preferred_times.*teatime/],
  [{ date_range_end: '2031-06-01' }, /date_range_end/],
  [{ date_range_end: '2032-06-01' }, /date_range_end/],
  [{ timezone: 'Mars/Olympus' }, /timezone/],
])('%o is refused', async (args, message) => {
  const { error } = await h.call('nc_calendar_find_availability', {
    duration_minutes: 60,
    date_range_start: MONDAY,
    date_range_end: MONDAY,
    ...args,
  })
  expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(message) })
})
