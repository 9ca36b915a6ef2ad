/** Reading calendars and events. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { needs } from '../support/abilities.ts'
import { BERLIN, type Events, eventText, startEvents } from '../support/events.ts'

let h: Events & { end(): Promise<void> }

beforeAll(async () => {
  h = await startEvents()
})
afterAll(() => h.end())

const list = (args: Record<string, unknown>) =>
  h.ok('nc_calendar_list_events', { calendar_name: h.calendar, ...args })
const starts = (answer: { events: { start: string }[] }) => answer.events.map(({ start }) => start)

describe('calendars', () => {
  test('are listed with what may be done to them; inbox, outbox and trash bin are not', async () => {
    const { calendars, total_count } = await h.ok('nc_calendar_list_calendars')
    expect(calendars).toHaveLength(total_count)
    const names = calendars.map(({ name }: { name: string }) => name)
    expect(names).toContain('personal')
    expect(names).not.toContain('inbox')
    expect(names).not.toContain('outbox')
    expect(names).not.toContain('trashbin')
    const own = calendars.find(({ name }: { name: string }) => name === h.calendar)
    expect(own).toMatchObject({
      display_name: h.calendar,
      timezone: 'Europe/Berlin',
      read_only: false,
      source: 'own',
      enabled: true,
      holds: ['events', 'tasks'],
      href: `${h.backend.homes.calendars(h.backend.alice)}${h.calendar}/`,
    })
  })

  test('one that is not there is NOT_FOUND and names those there are', async () => {
    const { error } = await h.call('nc_calendar_list_events', { calendar_name: 'nonsense' })
    expect(error).toMatchObject({ code: 'NOT_FOUND', subject: 'nonsense' })
    expect(error?.hint).toContain('personal')
  })

  test('one in the trash bin says so', async context => {
    needs(context, 'trash bin')
    const name = `${h.calendar}-binned`
    await h.dav.make(name, { components: ['VEVENT'] })
    await h.dav.send('DELETE', `${name}/`)
    // The list of calendars is remembered for a moment.
    const fresh = await startEvents({ backend: { ...h.backend, close: async () => {} } })
    try {
      const { error } = await fresh.call('nc_calendar_list_events', { calendar_name: name })
      expect(error).toMatchObject({ code: 'NOT_FOUND', message: expect.stringMatching(/trash/) })
      const { calendars } = await fresh.ok('nc_calendar_list_calendars')
      expect(calendars.map((each: { name: string }) => each.name)).not.toContain(name)
    } finally {
      await fresh.end()
    }
  })
})

describe('lists', () => {
  test('a window: what overlaps it, sorted, in the form it is stored in', async () => {
    await h.store('w-before', ['DTSTART:20300109T100000Z', 'DTEND:20300109T110000Z'])
    await h.store('w-into', ['DTSTART:20300109T220000Z', 'DTEND:20300110T030000Z', 'SUMMARY:into'])
    await h.store(
      'w-zoned',
      [
        'DTSTART;TZID=Europe/Berlin:20300110T150000',
        'DTEND;TZID=Europe/Berlin:20300110T160000',
        'SUMMARY:zoned',
      ],
      BERLIN,
    )
    await h.store('w-floating', ['DTSTART:20300110T120000', 'DURATION:PT1H', 'SUMMARY:floating'])
    await h.store('w-day', [
      'DTSTART;VALUE=DATE:20300110',
      'DTEND;VALUE=DATE:20300112',
      'SUMMARY:days',
    ])
    await h.store('w-after', ['DTSTART:20300110T230000Z', 'DTEND:20300111T000000Z'])
    const answer = await list({ start_date: '2030-01-10', end_date: '2030-01-10' })
    expect(answer).toMatchObject({
      start_date: '2030-01-10T00:00:00+01:00',
      end_date: '2030-01-11T00:00:00+01:00',
      timezone: 'Europe/Berlin',
      total_found: 4,
      calendar_name: h.calendar,
    })
    expect(answer.events).toMatchObject([
      { uid: 'w-into', start: '2030-01-09T22:00:00Z', start_tz: 'UTC', all_day: false },
      {
        uid: 'w-day',
        start: '2030-01-10',
        end: '2030-01-12',
        last_day: '2030-01-11',
        all_day: true,
      },
      { uid: 'w-floating', start: '2030-01-10T12:00:00', start_tz: null },
      {
        uid: 'w-zoned',
        summary: 'zoned',
        start: '2030-01-10T15:00:00+01:00',
        end: '2030-01-10T16:00:00+01:00',
        start_tz: 'Europe/Berlin',
        calendar_name: h.calendar,
        etag: expect.any(String),
      },
    ])
    // In Tokyo the day is over earlier.
    const tokyo = await list({
      start_date: '2030-01-10',
      end_date: '2030-01-10',
      timezone: 'Asia/Tokyo',
    })
    expect(tokyo.start_date).toBe('2030-01-10T00:00:00+09:00')
    const uids = tokyo.events.map(({ uid }: { uid: string }) => uid)
    expect(uids).toEqual(['w-day', 'w-into', 'w-floating', 'w-zoned'])
  })

  test('a series: each occurrence in its own zone across the change of the clocks', async () => {
    await h.store(
      'dst',
      [
        'DTSTART;TZID=Europe/Berlin:20310328T090000',
        'DTEND;TZID=Europe/Berlin:20310328T100000',
        'RRULE:FREQ=DAILY;COUNT=5',
        'EXDATE;TZID=Europe/Berlin:20310331T090000',
        'SUMMARY:daily',
      ],
      BERLIN,
    )
    const answer = await list({ start_date: '2031-03-29', end_date: '2031-04-10' })
    expect(starts(answer)).toEqual([
      '2031-03-29T09:00:00+01:00',
      '2031-03-30T09:00:00+02:00',
      '2031-04-01T09:00:00+02:00',
    ])
    expect(answer.events[0]).toMatchObject({
      recurring: true,
      recurrence_id: '2031-03-29T09:00:00+01:00',
    })
  })

  test('a series that began long ago is not missed', async () => {
    await h.store('old', [
      'DTSTART:20100101T070000Z',
      'DTEND:20100101T071500Z',
      'RRULE:FREQ=DAILY',
      'SUMMARY:since 2010',
    ])
    const from = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
    const { events } = await list({ start_date: from, end_date: from, title_contains: '2010' })
    expect(events).toHaveLength(1)
    await h.dav.send('DELETE', `${h.calendar}/old-file.ics`)
  })

  test('the ends of time', async context => {
    needs(context, 'the last days of 9999')
    await h.store('omega', ['DTSTART;VALUE=DATE:99991230', 'SUMMARY:omega'])
    const all = await list({
      start_date: '0000-01-01',
      end_date: '9999-12-31',
      title_contains: 'omega',
    })
    expect(starts(all)).toEqual(['9999-12-30'])
    const { end_date } = await list({ start_date: '9999-12-01' })
    expect(end_date).toMatch(/^\+010000-\d\d-\d\dT\d\d:\d\d:\d\d[+-]/)
  })

  test('filters', async () => {
    const at = ['DTSTART:20320101T100000Z', 'DTEND:20320101T120000Z']
    await h.store('f1', [
      ...at,
      'SUMMARY:Müller & Söhne',
      'LOCATION:Raum 5',
      'CATEGORIES:Work,Team',
    ])
    await h.store('f2', [
      'DTSTART:20320101T100000Z',
      'DTEND:20320101T103000Z',
      'SUMMARY:Other',
      'STATUS:TENTATIVE',
      `DESCRIPTION:${'long '.repeat(200)}`,
    ])
    const window = { start_date: '2032-01-01', end_date: '2032-01-01' }
    const uids = async (args: Record<string, unknown>) =>
      (await list({ ...window, ...args })).events.map(({ uid }: { uid: string }) => uid)
    expect(await uids({})).toEqual(['f1', 'f2'])
    expect(await uids({ title_contains: 'muller' })).toEqual(['f1'])
    expect(await uids({ location_contains: 'raum' })).toEqual(['f1'])
    expect(await uids({ categories: 'team, private' })).toEqual(['f1'])
    expect(await uids({ status: 'tentative' })).toEqual(['f2'])
    expect(await uids({ min_duration_minutes: 60 })).toEqual(['f1'])
    expect(await uids({ min_attendees: 1 })).toEqual([])
    expect(await uids({ status: '', categories: '', title_contains: '' })).toEqual(['f1', 'f2'])
    const [, second] = (await list(window)).events
    expect(second.description.length).toBeLessThan(250)
  })

  test('limit and offset', async () => {
    await h.store('page', ['DTSTART:20330101T100000Z', 'RRULE:FREQ=DAILY;COUNT=7', 'SUMMARY:page'])
    const window = { start_date: '2033-01-01', end_date: '2033-12-31' }
    const first = await list({ ...window, limit: 5 })
    expect(first).toMatchObject({ total_found: 7, next_offset: 5 })
    const second = await list({ ...window, limit: 5, offset: first.next_offset })
    expect(second.next_offset).toBeUndefined()
    expect([...starts(first), ...starts(second)]).toHaveLength(7)
  })

  test('without dates: from today on, and the answer says to when', async () => {
    const answer = await list({})
    const days = (Date.parse(answer.end_date) - Date.parse(answer.start_date)) / 86_400_000
    expect(days).toBeGreaterThan(89)
    expect(days).toBeLessThan(91)
    expect(Date.parse(answer.start_date)).toBeLessThan(Date.now())
  })

  test('upcoming: what is on now, too', async () => {
    const basic = (time: number) => new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '')
    const now = Date.now()
    await h.store('on-now', [
      `DTSTART:${basic(now - 3_600_000)}`,
      `DTEND:${basic(now + 3_600_000)}`,
      'SUMMARY:on',
    ])
    await h.store('over', [
      `DTSTART:${basic(now - 7_200_000)}`,
      `DTEND:${basic(now - 3_600_000)}`,
      'SUMMARY:over',
    ])
    await h.store('soon', [`DTSTART:${basic(now + 86_400_000)}`, 'DURATION:PT1H', 'SUMMARY:soon'])
    const answer = await h.ok('nc_calendar_get_upcoming_events', { calendar_name: h.calendar })
    expect(answer).toMatchObject({ days_ahead: 7, total_found: 2, has_more: false })
    expect(answer.events.map(({ uid }: { uid: string }) => uid)).toEqual(['on-now', 'soon'])
    const one = await h.ok('nc_calendar_get_upcoming_events', {
      calendar_name: h.calendar,
      limit: 1,
    })
    expect(one).toMatchObject({ total_found: 2, has_more: true, events: [{ uid: 'on-now' }] })
  })

  test.each([
    [{ start_date: '2030-13-01' }, /start_date/],
    [{ end_date: 'tomorrow' }, /end_date/],
    [{ start_date: '2030-01-02', end_date: '2030-01-01' }, /end_date.*start_date/],
    [{ timezone: 'Mars/Olympus' }, /timezone.*Mars\/Olympus/],
    [{ limit: 0 }, /limit/],
  ])('%o is refused', async (args, message) => {
    const { error } = await h.call('nc_calendar_list_events', {
      calendar_name: h.calendar,
      ...args,
    })
    expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(message) })
  })

  test('rules that cost much do not hold up others', async context => {
    needs(context, 'rules without end')
    const hostile = await h.further('hostile')
    const lines = ['DTSTART:19700101T000000Z', 'RRULE:FREQ=SECONDLY;BYDAY=MO;COUNT=999999999']
    let taken = 0
    for (let each = 0; each < 20; each++) {
      const text = eventText(`hostile-${each}`, lines)
      const { status } = await h.dav.put(hostile, `${each}.ics`, text)
      // Some servers count it themselves, and refuse.
      if (status === 201) taken++
    }
    let [longest, last] = [0, performance.now()]
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 1)
    const { incomplete_series } = await list({ calendar_name: hostile, start_date: '2030-01-01' })
    clearInterval(timer)
    expect(incomplete_series ?? []).toHaveLength(taken)
    expect(longest).toBeLessThan(1000)
    await h.dav.send('DELETE', `${hostile}/`, { headers: { 'x-nc-caldav-no-trashbin': '1' } })
  })

  test('what cannot be read, or never ends, does not fail the list', async () => {
    const name = await h.further('odd')
    const odd = async (uid: string, lines: string[]) =>
      (await h.dav.put(name, `${uid}.ics`, oddText(uid, lines))).status
    const stored = [
      await odd('endless', ['DTSTART:20340101T000000Z', 'RRULE:FREQ=SECONDLY']),
      await odd('nowhere', ['DTSTART;TZID=Nowhere/Zone:20340101T100000', 'SUMMARY:nowhere']),
      await odd('reversed', ['DTSTART:20340101T100000Z', 'DTEND:20340101T090000Z']),
      await odd('bad-rule', ['DTSTART:20340101T100000Z', 'RRULE:FREQ=NONSENSE']),
      await odd('good', ['DTSTART:20340101T110000Z', 'SUMMARY:good']),
    ]
    expect(stored.at(-1)).toBe(201)
    const answer = await h.ok('nc_calendar_list_events', {
      calendar_name: name,
      start_date: '2034-01-01',
      end_date: '2034-01-01',
      limit: 500,
      title_contains: 'o',
    })
    const uids = answer.events.map(({ uid }: { uid: string }) => uid)
    expect(uids).toContain('good')
    expect(uids).toContain('nowhere')
    const all = await h.ok('nc_calendar_list_events', {
      calendar_name: name,
      start_date: '2034-01-01',
      end_date: '2034-01-01',
    })
    if (stored[0] === 201) {
      expect(all.incomplete_series?.length ?? 0).toBeGreaterThan(0)
      expect(all.events).toHaveLength(50)
    }
  })
})

describe('one event', () => {
  test('in full, found by its uid whatever its file is called', async () => {
    await h.store(
      'full',
      [
        'DTSTART;TZID=Europe/Berlin:20350601T090000',
        'DTEND;TZID=Europe/Berlin:20350601T093000',
        'RRULE:FREQ=WEEKLY;UNTIL=20350701T000000Z',
        'SUMMARY:Full',
        'DESCRIPTION:One\\, two\\nthree',
        'LOCATION:Here',
        'CATEGORIES:A,B',
        'STATUS:TENTATIVE',
        'PRIORITY:3',
        'CLASS:PRIVATE',
        'URL:https://example.org/',
        'COLOR:red',
        'BEGIN:VALARM',
        'ACTION:DISPLAY',
        'TRIGGER:-PT10M',
        'DESCRIPTION:Soon',
        'END:VALARM',
      ],
      BERLIN,
    )
    const event = await h.ok('nc_calendar_get_event', {
      calendar_name: h.calendar,
      event_uid: 'full',
    })
    expect(event).toMatchObject({
      uid: 'full',
      title: 'Full',
      description: 'One, two\nthree',
      location: 'Here',
      categories: 'A, B',
      status: 'TENTATIVE',
      priority: 3,
      privacy: 'PRIVATE',
      url: 'https://example.org/',
      color: 'red',
      start_datetime: '2035-06-01T09:00:00+02:00',
      end_datetime: '2035-06-01T09:30:00+02:00',
      start_tz: 'Europe/Berlin',
      all_day: false,
      recurring: true,
      recurrence_rule: 'FREQ=WEEKLY;UNTIL=20350701T000000Z',
      reminders: [{ action: 'DISPLAY', minutes_before: 10, description: 'Soon' }],
      etag: expect.any(String),
      calendar_name: h.calendar,
      href: expect.stringMatching(/full-file\.ics$/),
    })
    const third = await h.ok('nc_calendar_get_event', {
      calendar_name: h.calendar,
      event_uid: 'full',
      recurrence_id: '2035-06-15T09:00:00+02:00',
    })
    expect(third).toMatchObject({
      start_datetime: '2035-06-15T09:00:00+02:00',
      recurrence_id: '2035-06-15T09:00:00+02:00',
    })
    const { error } = await h.call('nc_calendar_get_event', {
      calendar_name: h.calendar,
      event_uid: 'full',
      recurrence_id: '2035-06-16T09:00:00+02:00',
    })
    expect(error?.code).toBe('NOT_FOUND')
  })

  test('an unknown uid is NOT_FOUND', async () => {
    const { error } = await h.call('nc_calendar_get_event', {
      calendar_name: h.calendar,
      event_uid: 'nobody',
    })
    expect(error).toMatchObject({ code: 'NOT_FOUND', subject: 'nobody' })
  })

  test('a task is not an event', async () => {
    await h.dav.put(
      h.calendar,
      'todo.ics',
      'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:a-todo\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:t\r\nEND:VTODO\r\nEND:VCALENDAR\r\n',
    )
    // Also where this server knows where it is.
    await h.ok('nc_calendar_list_todos', { calendar_name: h.calendar })
    for (const [tool, more] of [
      ['get_event', {}],
      ['update_event', { title: 't' }],
      ['delete_event', {}],
    ] as const) {
      const { error } = await h.call(`nc_calendar_${tool}`, {
        calendar_name: h.calendar,
        event_uid: 'a-todo',
        ...more,
      })
      expect(error?.code, tool).toBe('NOT_FOUND')
    }
    expect((await h.dav.get(h.calendar, 'todo.ics')).status).toBe(200)
  })
})

describe('requests', () => {
  test('a list over all calendars is one REPORT each, in parallel, and nothing else', async () => {
    await h.further('second')
    await h.ok('nc_calendar_list_events', {})
    const { calendars } = await h.ok('nc_calendar_list_calendars')
    const withEvents = calendars.filter(({ holds }: { holds: string[] }) =>
      holds.includes('events'),
    )
    let open = 0
    let most = 0
    h.proxy.plan(async ({ method }) => {
      if (method !== 'REPORT') return undefined
      most = Math.max(most, ++open)
      await new Promise(resolve => setTimeout(resolve, 20))
      open--
      return undefined
    })
    const requests = await h.requestsOf(() => h.ok('nc_calendar_list_events', {}))
    h.proxy.plan(undefined)
    const reports = requests.filter(request => request.startsWith('REPORT'))
    expect(reports).toHaveLength(withEvents.length)
    expect(new Set(reports).size).toBe(reports.length)
    expect(requests.length - reports.length).toBeLessThanOrEqual(1)
    expect(most).toBeGreaterThan(1)
  })

  test('the home is looked for once, one event is one request', async () => {
    await h.store('counted', ['DTSTART:20360101T100000Z'])
    const args = { calendar_name: h.calendar, event_uid: 'counted' }
    await h.ok('nc_calendar_get_event', args)
    const requests = await h.requestsOf(() => h.ok('nc_calendar_get_event', args))
    expect(requests.filter(request => !request.startsWith('PROPFIND'))).toHaveLength(1)
    expect(requests.filter(request => request.includes('principals'))).toEqual([])
  })

  test('one calendar that fails is named, and the others are listed', async () => {
    h.proxy.plan(({ method, path }) =>
      method === 'REPORT' && path.includes('/personal/') ? 500 : undefined,
    )
    const answer = await h.ok('nc_calendar_list_events', {
      start_date: '2030-01-10',
      end_date: '2030-01-10',
      timezone: 'Europe/Berlin',
    })
    h.proxy.plan(undefined)
    expect(answer.failed_calendars).toMatchObject([
      { calendar_name: 'personal', code: 'UPSTREAM_ERROR' },
    ])
    expect(answer.total_found).toBeGreaterThanOrEqual(4)
    expect(answer.calendar_name).toBeNull()
  })
})

function oddText(uid: string, lines: readonly string[]): string {
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//odd//EN',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    'DTSTAMP:20260101T000000Z',
    ...lines,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n')
}
