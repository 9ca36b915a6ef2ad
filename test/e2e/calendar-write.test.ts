/** Making, changing and deleting single events. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { needs } from '../support/abilities.ts'
import { BERLIN, type Events, eventText, startEvents } from '../support/events.ts'

let h: Events & { end(): Promise<void> }

beforeAll(async () => {
  h = await startEvents()
})
afterEach(() => h.proxy.plan(undefined))
afterAll(() => h.end())

const create = (args: Record<string, unknown>) =>
  h.ok('nc_calendar_create_event', { calendar_name: h.calendar, ...args })
const update = (event_uid: string, args: Record<string, unknown>) =>
  h.ok('nc_calendar_update_event', { calendar_name: h.calendar, event_uid, ...args })
const remove = (event_uid: string, args: Record<string, unknown> = {}) =>
  h.call('nc_calendar_delete_event', { calendar_name: h.calendar, event_uid, ...args })
const read = (event_uid: string) =>
  h.ok('nc_calendar_get_event', { calendar_name: h.calendar, event_uid })

describe('create', () => {
  test('a local time is in the zone of the user, with its VTIMEZONE', async () => {
    const made = await create({
      title: 'Grüße, & ; \\ <>',
      start_datetime: '2030-07-01T09:00',
      end_datetime: '2030-07-01T10:30',
      description: 'Line 1\nLine 2',
      location: 'Café',
      categories: 'Work, Team',
    })
    expect(made).toMatchObject({
      uid: expect.any(String),
      href: expect.stringMatching(/\.ics$/),
      etag: expect.any(String),
      status_code: 201,
      start: '2030-07-01T09:00:00+02:00',
      end: '2030-07-01T10:30:00+02:00',
      timezone: 'Europe/Berlin',
    })
    expect(made.notes).toBeUndefined()
    const text = await h.stored(made.uid)
    expect(text).toContain('DTSTART;TZID=Europe/Berlin:20300701T090000')
    expect(text).toContain('BEGIN:VTIMEZONE')
    expect(text).toMatch(/TRIGGER(;[^:]*)?:-PT15M/)
    expect(text).not.toMatch(/ORGANIZER|ATTENDEE/)
    const event = await read(made.uid)
    expect(event).toMatchObject({
      title: 'Grüße, & ; \\ <>',
      description: 'Line 1\nLine 2',
      location: 'Café',
      categories: 'Work, Team',
      etag: made.etag,
      reminders: [{ minutes_before: 15 }],
    })
  })

  test('with a zone of its own, in UTC, without an end', async () => {
    const york = await create({
      title: 'NY',
      start_datetime: '2030-07-01T09:00',
      timezone: 'America/New_York',
    })
    expect(york).toMatchObject({
      start: '2030-07-01T09:00:00-04:00',
      end: '2030-07-01T10:00:00-04:00',
    })
    const utc = await create({ title: 'UTC', start_datetime: '2030-07-01T09:00:00Z' })
    expect(Date.parse(utc.start)).toBe(Date.UTC(2030, 6, 1, 9))
    expect(Date.parse(utc.end)).toBe(Date.UTC(2030, 6, 1, 10))
  })

  test('all-day: the end is the last day, and the answer says so', async () => {
    const made = await create({
      title: 'Days',
      start_datetime: '2030-07-01',
      end_datetime: '2030-07-03',
      reminder_minutes: 0,
    })
    expect(made).toMatchObject({
      start: '2030-07-01',
      end: '2030-07-04',
      last_day: '2030-07-03',
      notes: [expect.stringMatching(/last_day/)],
    })
    const text = await h.stored(made.uid)
    expect(text).toContain('DTSTART;VALUE=DATE:20300701')
    expect(text).toContain('DTEND;VALUE=DATE:20300704')
    expect(text).not.toContain('VALARM')
    const flagged = await create({ title: 'Flag', start_datetime: '2030-07-01', all_day: true })
    expect(flagged).toMatchObject({ start: '2030-07-01', last_day: '2030-07-01' })
  })

  test('a rule with an end, and reminders of every kind', async () => {
    const made = await create({
      title: 'Series',
      start_datetime: '2030-07-01T09:00',
      recurring: true,
      recurrence_rule: 'FREQ=WEEKLY;BYDAY=MO',
      recurrence_end_date: '2030-07-31',
      reminders: [
        { action: 'DISPLAY', minutes_before: 5, description: null },
        { action: 'EMAIL', trigger: '-P1D', summary: 'Tomorrow' },
        { action: 'DISPLAY', trigger_at: '2030-06-30T08:00:00Z' },
      ],
    })
    const { events } = await h.ok('nc_calendar_list_events', {
      calendar_name: h.calendar,
      start_date: '2030-07-01',
      end_date: '2030-12-31',
      title_contains: 'Series',
    })
    expect(events).toHaveLength(5)
    const { reminders } = await read(made.uid)
    expect(reminders).toHaveLength(3)
  })

  test.each([
    [{ end_datetime: '2030-07-01T08:00' }, /end_datetime/],
    [{ start_datetime: '2030-02-30T10:00' }, /start_datetime/],
    [{ timezone: 'Mars/Olympus' }, /timezone/],
    [{ recurrence_rule: 'FREQ=SOMETIMES' }, /recurrence_rule/],
    [{ recurrence_rule: 'FREQ=MINUTELY;COUNT=10000' }, /recurrence_rule/],
    [{ recurring: true }, /recurrence_rule/],
    [{ attendees: 'jane' }, /attendees.*jane/],
    [{ reminders: [{ action: 'BEEP', minutes_before: 5 }] }, /reminders/],
    [{ reminders: [{ action: 'DISPLAY' }] }, /reminders/],
    [{ status: 'MAYBE' }, /status/],
    [{ priority: 12 }, /priority/],
    [{ title: ' ' }, /title/],
    [{ titel: 'x' }, /titel.*title/],
  ])('%o is refused by name and nothing is written', async (args, message) => {
    const requests = await h.requestsOf(async () => {
      const { error } = await h.call('nc_calendar_create_event', {
        calendar_name: h.calendar,
        title: 'Wrong',
        start_datetime: '2030-07-01T09:00',
        ...args,
      })
      expect(error).toMatchObject({ code: 'BAD_INPUT' })
      expect(`${error?.message} ${error?.subject}`).toMatch(message)
    })
    expect(requests.filter(request => request.startsWith('PUT'))).toEqual([])
  })

  test('nothing goes into a calendar that is not there', async () => {
    const { error } = await h.call('nc_calendar_create_event', {
      calendar_name: 'nowhere',
      title: 't',
      start_datetime: '2030-07-01T09:00',
    })
    expect(error?.code).toBe('NOT_FOUND')
  })

  test('a meeting at a date and time of the user', async () => {
    const made = await h.ok('nc_calendar_create_meeting', {
      calendar_name: h.calendar,
      title: 'Meeting',
      date: '2030-12-01',
      time: '9:30',
      duration_minutes: 45,
    })
    expect(made).toMatchObject({
      start: '2030-12-01T09:30:00+01:00',
      end: '2030-12-01T10:15:00+01:00',
      status_code: 201,
    })
    expect(await h.stored(made.uid)).not.toMatch(/ORGANIZER|ATTENDEE/)
    const twice = await h.ok('nc_calendar_create_meeting', {
      calendar_name: h.calendar,
      title: 'While the clocks go back',
      date: '2030-10-27',
      time: '2:30',
    })
    expect(Date.parse(twice.end) - Date.parse(twice.start)).toBe(3_600_000)
    for (const wrong of [{ date: '1.12.2030' }, { time: '25:00' }]) {
      const { error } = await h.call('nc_calendar_create_meeting', {
        calendar_name: h.calendar,
        title: 'Meeting',
        date: '2030-12-01',
        time: '09:30',
        ...wrong,
      })
      expect(error).toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringContaining(Object.keys(wrong)[0] ?? ''),
      })
    }
  })

  test('attendees are invited in the name of the user, and the etag is the one that is there', async context => {
    needs(context, 'scheduling')
    const made = await create({
      title: 'Invitation',
      start_datetime: '2030-08-01T09:00',
      attendees: '"Doe, Jane" <jane@example.org>, joe@example.org',
    })
    expect(made.notes).toEqual([expect.stringMatching(/invitations/)])
    const event = await read(made.uid)
    expect(event).toMatchObject({
      etag: made.etag,
      attendees: 'jane@example.org, joe@example.org',
      organizer: expect.stringContaining('@'),
    })
    expect(event.attendee_details[0]).toMatchObject({ name: 'Doe, Jane' })
    // Changing something else leaves the people alone.
    await update(made.uid, { location: 'Room 1' })
    expect((await read(made.uid)).attendees).toBe('jane@example.org, joe@example.org')
  })
})

describe('update', () => {
  /** Everything that other programs write and this one has no argument for. */
  const strange = [
    'DTSTART;TZID=Europe/Berlin;X-ODD="a;b":20300301T090000',
    'DTEND;TZID=Europe/Berlin:20300301T100000',
    'SUMMARY;LANGUAGE=de:Alt',
    'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE="Some, where":geo:52.5,13.4',
    'ATTACH;FMTTYPE=text/plain:https://example.org/a.txt',
    'CATEGORIES:One',
    'GEO:52.5;13.4',
    'BEGIN:VALARM',
    'ACTION:AUDIO',
    'TRIGGER;RELATED=END:-PT5M',
    'X-WR-ALARMUID:1',
    'END:VALARM',
  ]

  test('changes the named property and nothing else', async () => {
    await h.store('keep', strange, BERLIN)
    const before = await h.stored('keep')
    const changed = await update('keep', { title: 'Neu' })
    expect(changed).toMatchObject({ uid: 'keep', status_code: 200, etag: expect.any(String) })
    const after = await h.stored('keep')
    const lines = (text: string) =>
      text
        .split(/\r?\n/)
        .filter(line => !/^(SUMMARY|DTSTAMP|LAST-MODIFIED|SEQUENCE|CREATED)\b/.test(line))
    expect(lines(after)).toEqual(lines(before))
    expect(after).toContain('SUMMARY;LANGUAGE=de:Neu')
    expect((await read('keep')).etag).toBe(changed.etag)
  })

  test('floating stays floating, all-day stays a date, a zone stays the zone', async () => {
    await h.store('floating', ['DTSTART:20300301T090000', 'DTEND:20300301T100000', 'SUMMARY:f'])
    await update('floating', { start_datetime: '2030-03-02T11:00' })
    expect(await h.stored('floating')).toMatch(/DTSTART:20300302T110000\r?\n/)
    await h.store('day', ['DTSTART;VALUE=DATE:20300301', 'DTEND;VALUE=DATE:20300303', 'SUMMARY:d'])
    const moved = await update('day', { start_datetime: '2030-03-05' })
    expect(moved).toMatchObject({ start: '2030-03-05', last_day: '2030-03-06' })
    expect(await h.stored('day')).toContain('DTSTART;VALUE=DATE:20300305')
    await h.store(
      'ny',
      ['DTSTART;TZID=America/New_York:20300301T090000', 'DURATION:PT1H', 'SUMMARY:ny'],
      BERLIN,
    )
    const shifted = await update('ny', { start_datetime: '2030-03-01T12:00' })
    expect(shifted.start).toMatch(/^2030-03-01T12:00:00-05:00|^2030-03-01T06:00:00-05:00/)
    expect(await h.stored('ny')).toContain('DTSTART;TZID=America/New_York:')
  })

  test('an invitation is changed for the user alone, who does not become its organizer', async context => {
    needs(context, 'scheduling')
    await h.store('invited', [
      'DTSTART:20300301T090000Z',
      'RRULE:FREQ=DAILY;COUNT=4',
      'SUMMARY:Theirs',
      'ORGANIZER:mailto:boss@example.org',
      'ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:somebody@example.org',
      'SEQUENCE:3',
    ])
    const changed = await update('invited', { start_datetime: '2030-03-01T10:00:00Z' })
    expect(changed.notes).toContainEqual(expect.stringMatching(/^boss@example.org organizes/))
    const before = await h.stored('invited')
    expect(before).toMatch(/SEQUENCE:3\r?\n/)
    for (const args of [
      { attendees: 'friend@example.org' },
      { title: 'Mine', scope: 'this_and_future', recurrence_id: '2030-03-03T10:00:00Z' },
    ]) {
      const { error } = await h.call('nc_calendar_update_event', {
        calendar_name: h.calendar,
        event_uid: 'invited',
        ...args,
      })
      expect(error).toMatchObject({ code: 'FORBIDDEN', message: expect.stringContaining('boss@') })
    }
    expect(await h.stored('invited')).toBe(before)
    const { message } = await h.ok('nc_calendar_delete_event', {
      calendar_name: h.calendar,
      event_uid: 'invited',
    })
    expect(message).toMatch(/trash bin.*boss@example.org/)
  })

  test('a stale etag is a CONFLICT with the current one and changes nothing', async () => {
    await h.store('stale', ['DTSTART:20300301T090000Z', 'SUMMARY:theirs'])
    const { etag } = await read('stale')
    const { error } = await h.call('nc_calendar_update_event', {
      calendar_name: h.calendar,
      event_uid: 'stale',
      title: 'mine',
      etag: 'old',
    })
    expect(error).toMatchObject({ code: 'CONFLICT', etag })
    expect((await read('stale')).title).toBe('theirs')
    await update('stale', { title: 'mine', etag: `"${etag}"` })
  })

  test('a change by somebody else between reading and writing is not overwritten', async () => {
    await h.store('race', ['DTSTART:20300301T090000Z', 'SUMMARY:start'])
    await read('race')
    let interfered = false
    h.proxy.plan(async ({ method }) => {
      if (method !== 'PUT' || interfered) return undefined
      interfered = true
      const theirs = eventText('race', ['DTSTART:20300301T090000Z', 'SUMMARY:theirs'])
      await h.dav.put(h.calendar, 'race-file.ics', theirs)
      return undefined
    })
    const { error } = await h.call('nc_calendar_update_event', {
      calendar_name: h.calendar,
      event_uid: 'race',
      title: 'mine',
    })
    h.proxy.plan(undefined)
    const now = await read('race')
    expect(error).toMatchObject({ code: 'CONFLICT', status: 412, etag: now.etag })
    expect(now.title).toBe('theirs')
  })

  test('a refusal that does not tell the current etag is looked into', async () => {
    await h.store('untold', ['DTSTART:20300301T090000Z', 'SUMMARY:start'])
    const { etag } = await read('untold')
    h.proxy.plan(({ method }) => (method === 'PUT' ? 412 : undefined))
    const { error } = await h.call('nc_calendar_update_event', {
      calendar_name: h.calendar,
      event_uid: 'untold',
      title: 'mine',
    })
    h.proxy.plan(undefined)
    expect(error).toMatchObject({ code: 'CONFLICT', etag })
  })

  test('an empty text takes away, null and what is left out stay', async () => {
    const { uid } = await create({
      title: 'Clear',
      start_datetime: '2030-03-01T09:00',
      description: 'text',
      location: 'here',
      recurrence_rule: 'FREQ=DAILY;COUNT=3',
    })
    await update(uid, { description: '', location: null, recurring: false, reminder_minutes: 0 })
    const event = await read(uid)
    expect(event).toMatchObject({ description: '', location: 'here' })
    expect(event.recurring).toBeUndefined()
    expect(event.reminders).toBeUndefined()
  })

  test('nothing to change, and contradictions, are refused before anything is sent', async () => {
    const requests = await h.requestsOf(async () => {
      for (const args of [
        {},
        { recurring: false, recurrence_rule: 'FREQ=DAILY' },
        { title: 'x', recurrence_id: '2030-01-01' },
        { title: 'x', scope: 'occurrence' },
      ]) {
        const { error } = await h.call('nc_calendar_update_event', {
          calendar_name: h.calendar,
          event_uid: 'keep',
          ...args,
        })
        expect(error?.code).toBe('BAD_INPUT')
      }
    })
    expect(requests).toEqual([])
  })

  test('two requests: one to read, one to write', async () => {
    await h.store('two', ['DTSTART:20300301T090000Z', 'SUMMARY:two'])
    await read('two')
    const requests = await h.requestsOf(() => update('two', { title: 'changed' }))
    expect(
      requests.filter(each => !each.startsWith('PROPFIND')).map(each => each.split(' ')[0]),
    ).toEqual(['GET', 'PUT'])
  })

  test('changes at the same time are made one after the other', async () => {
    await h.store('crowd', ['DTSTART:20300301T090000Z', 'SUMMARY:crowd'])
    await Promise.all([
      update('crowd', { title: 'one' }),
      update('crowd', { location: 'two' }),
      update('crowd', { description: 'three' }),
    ])
    expect(await read('crowd')).toMatchObject({
      title: 'one',
      location: 'two',
      description: 'three',
    })
  })
})

describe('delete', () => {
  test('to the trash bin, and the answer says how to get it back; twice is NOT_FOUND', async () => {
    const { uid } = await create({ title: 'Gone', start_datetime: '2030-03-01T09:00' })
    const { data } = await remove(uid)
    expect(data).toMatchObject({
      status_code: expect.toBeOneOf([200, 204]),
      deleted_uid: uid,
      calendar_name: h.calendar,
      message: expect.stringMatching(/trash bin.*restored/),
    })
    expect((await remove(uid)).error?.code).toBe('NOT_FOUND')
  })

  test('not what has changed since it was read', async () => {
    const { uid, etag } = await create({ title: 'Changed', start_datetime: '2030-03-01T09:00' })
    const { etag: newer } = await update(uid, { title: 'Changed again' })
    expect((await remove(uid, { etag })).error).toMatchObject({ code: 'CONFLICT', etag: newer })
    expect((await remove(uid, { etag: newer })).isError).toBe(false)
  })

  test('an object whose name is in the trash bin already', async () => {
    for (let time = 0; time < 2; time++) {
      await h.store('again', ['DTSTART:20300301T090000Z', 'SUMMARY:again'])
      expect((await remove('again')).error).toBeUndefined()
    }
  })
})

describe('answers that are lost or wrong', () => {
  test.each(['reset', 'truncated', 'html', 'delay'] as const)(
    '%s: a write says that its outcome is unknown',
    async fault => {
      const slow = await startEvents({
        backend: { ...h.backend, close: async () => {} },
        environment: { NEXTCLOUD_TIMEOUT_SECONDS: '2' },
      })
      try {
        slow.proxy.plan(({ method }) => (method === 'PUT' ? fault : undefined))
        const { error } = await slow.call('nc_calendar_create_event', {
          calendar_name: slow.calendar,
          title: 'Lost',
          start_datetime: '2030-03-01T09:00',
        })
        expect(error).toMatchObject({ outcome_unknown: true })
      } finally {
        await slow.end()
      }
    },
  )

  test.each([
    [403, 'FORBIDDEN'],
    [423, 'LOCKED'],
    [412, 'CONFLICT'],
  ] as const)('%s while writing is %s', async (status, code) => {
    h.proxy.plan(({ method }) => (method === 'PUT' ? status : undefined))
    const { error } = await h.call('nc_calendar_create_event', {
      calendar_name: h.calendar,
      title: 'Refused',
      start_datetime: '2030-03-01T09:00',
    })
    expect(error?.code).toBe(code)
  })

  test('what was written but cannot be read again is not reported as failed', async context => {
    needs(context, 'scheduling')
    h.proxy.plan(({ method }) => (method === 'GET' ? 500 : undefined))
    const { error } = await h.call('nc_calendar_create_event', {
      calendar_name: h.calendar,
      title: 'Unread',
      start_datetime: '2030-08-01T09:00',
      attendees: 'jane@example.org',
    })
    h.proxy.plan(undefined)
    // Nextcloud tells no etag where it changes what it is given; where it does, nothing is read.
    if (error !== undefined) expect(error).toMatchObject({ outcome_unknown: true })
    const { events } = await h.ok('nc_calendar_list_events', {
      calendar_name: h.calendar,
      start_date: '2030-08-01',
      end_date: '2030-08-01',
      title_contains: 'Unread',
    })
    expect(events).toHaveLength(1)
  })
})
